"""How a simulated identity provider sends requests and looks at replies."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx

MEDIA_TYPE = "application/scim+json"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
NINJAONE_USER = "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """A request as it was measured."""

    phase: str
    method: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the expected kind; `document` is empty when it has no body."""

    status: int
    headers: Mapping[str, str]
    document: Json


class Wire:
    """Sends requests to one SCIM service and keeps what went wrong.

    Args:
        client: Leads there; its default headers are not sent.
        base_url: The tenant URL as an administrator pasted it: a slash at its end and a query are kept out of the path,
            and the query is sent with every request.
        token: The secret token.
        headers: What this client sends with every request.
    """

    def __init__(
        self, client: httpx.AsyncClient, base_url: str, token: str, headers: Mapping[str, str] | None = None
    ) -> None:
        url = urlsplit(base_url)
        self.root = f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}"
        self.failures: list[str] = []
        self.samples: list[Sample] = []
        self.phase = ""
        self._query = url.query
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}", **(headers or {})}

    async def send(
        self, method: str, path: str, body: object = None, *, expected: Collection[int] = (200,)
    ) -> Reply | None:
        """Send a request; None, and a failure, when the reply is not of an expected status or makes no sense.

        Args:
            method: In capitals.
            path: Below the base URL, with its query, encoded.
            body: JSON.
            expected: The statuses that are no failure.
        """
        request = self._request(method, path, body)
        started = perf_counter()
        try:
            response = await self._client.send(request)
        except httpx.HTTPError as error:
            return self.fail(f"{method} {path}: {error!r}")
        self.samples.append(Sample(self.phase, method, perf_counter() - started))
        if response.status_code not in expected:
            return self.fail(f"{method} {path}: {response.status_code} {response.text[:300]}")
        problem, document = _read(response)
        if problem:
            return self.fail(f"{method} {path}: {response.status_code}, {problem}")
        return Reply(response.status_code, response.headers, document)

    async def find(self, path: str) -> list[Json] | None:
        """A search that expects one page; None when it failed."""
        reply = await self.send("GET", path)
        if reply is None:
            return None
        problem = list_problem(reply.document)
        if problem:
            self.fail(f"GET {path}: {problem}")
            return None
        return reply.document.get("Resources", [])

    def fail(self, what: str) -> None:
        """Note a failure."""
        self.failures.append(f"{self.phase}: {what}" if self.phase else what)

    def _request(self, method: str, path: str, body: object) -> httpx.Request:
        if self._query:
            path += ("&" if "?" in path else "?") + self._query
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = self._client.build_request(method, self.root + path, content=content)
        for name in ("accept", "accept-encoding", "user-agent"):
            request.headers.pop(name, None)
        request.headers.update(self._headers)
        if content is not None:
            request.headers["Content-Type"] = f"{MEDIA_TYPE}; charset=utf-8"
        return request


async def each[T](items: Iterable[T], action: Callable[[T], Awaitable[object]], concurrency: int = 1) -> None:
    """Do something for each of the items, for so many at once."""
    pending = iter(items)

    async def work() -> None:
        for item in pending:
            await action(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())


def list_problem(document: Json) -> str:
    """What is wrong with a list response; "" when nothing is."""
    resources = document.get("Resources", [])
    numbers = [document.get(name) for name in ("totalResults", "startIndex", "itemsPerPage")]
    if document.get("schemas") != [LIST_RESPONSE]:
        return "no ListResponse"
    if any(type(number) is not int for number in numbers):
        return f"totalResults, startIndex and itemsPerPage must be integers: {numbers}"
    if document["itemsPerPage"] != len(resources) or document["totalResults"] < len(resources):
        return f"{len(resources)} resources, but itemsPerPage {numbers[2]} of totalResults {numbers[0]}"
    return ""


def patch(*operations: Json) -> Json:
    """The body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def flatten(resource: Json) -> Json:
    """The attributes of a resource that a client manages, by path: `name.givenName`, `emails[type eq "work"].value`.

    `schemas`, `meta`, `id`, `groups`, `members` and which e-mail is the primary one are left out.
    """
    flat: Json = {}
    for name, value in resource.items():
        if name in {"schemas", "meta", "id", "groups", "members"}:
            continue
        if isinstance(value, dict):
            separator = ":" if name.startswith("urn:") else "."
            flat |= {f"{name}{separator}{part}": content for part, content in value.items()}
        elif isinstance(value, list):
            for number, element in enumerate(value):
                label = f'type eq "{element["type"]}"' if "type" in element else str(number)
                path = f"{name}[{label}].value"
                flat[path if path not in flat else f"{path} (again)"] = element.get("value", element)
        else:
            flat[name] = value
    return flat


def _read(response: httpx.Response) -> tuple[str, Json]:
    """What is wrong with a reply, and its body."""
    is_bodiless = response.status_code in {204, 304}
    if is_bodiless or not response.content:
        return ("" if is_bodiless and not response.content else "a body where none is due, or none where one is"), {}
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    try:
        document = response.json()
    except ValueError:
        document = None
    if media_type != MEDIA_TYPE or not isinstance(document, dict):
        return f"not {MEDIA_TYPE}, or no JSON object: {media_type} {response.text[:100]}", {}
    status = str(response.status_code)
    if response.is_error and (document.get("schemas"), document.get("status")) != ([ERROR], status):
        return f"no SCIM error: {response.text[:200]}", {}
    return "", document
