"""Whole requests: a method, a path, headers, a body."""

import json
import random
from collections.abc import Mapping
from typing import Any

from scim.protocol.messages import Request, Response
from scim.schema.catalog import group_type, resource_types, schemas, user_type
from tests.chaos.bulk import Bulk
from tests.chaos.patches import Patches
from tests.chaos.searches import Given, Searches
from tests.chaos.values import Values

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "SEARCH")
_COLLECTIONS = ("/Users", "/Groups", "/", "", "/users/", "//GROUPS")
_SEARCHES = ("/Users/.search", "/Groups/.search", "/.search", "/USERS/.Search")
_FIXED = ("/Me", "/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/Bulk", *_COLLECTIONS, *_SEARCHES)
_TYPES = (
    "application/json; charset=utf-8",
    "application/scim+json",
    "APPLICATION/JSON",
    "",
    "text/plain",
    "x",
    ";",
    "application/xml",
)
_NO_JSON = (
    b"", b" ", b"\xff", b"\xef\xbb\xbf{}", b"[]", b"null", b"1", b'"x"', b"{", b"{}{}", b'{"a":1,"a":2}', b'{"a":NaN}',
    b'{"a":"\\ud800"}', b'{"a":"\\u0000"}', b'{"a":' + b"9" * 30 + b"}", b'{"a":1e999}', "{}".encode("utf-16"),
    b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40, b"<xml/>", b"a=1&b=2", b'{"Operations":' * 3,
)  # fmt: skip


class Chaos:
    """Makes requests; see the package.

    Args:
        source: Of all choices.
    """

    def __init__(self, source: random.Random) -> None:
        self.values = Values(source)
        self.searches = Searches(self.values)
        self._patches = Patches(self.values, self.searches)
        self._bulk = Bulk(self.values, self._patches)
        self._versions: dict[str, str] = {}
        operations = {
            self._create: 20,
            self._read: 8,
            self._replace: 7,
            self._modify: 22,
            self._delete: 5,
            self._search: 13,
            self._search_by_post: 9,
            self._bulk_request: 12,
            self._discover: 6,
            self._anything: 5,
        }
        self._operations = list(operations)
        self._weights = list(operations.values())
        self._source = source

    def request(self, token: str, number: int) -> Request:
        """The next request; `number` goes into its id."""
        make = self._source.choices(self._operations, self._weights)[0]
        method, path, query, body = make()
        headers = {"authorization": self._authorization(token), **self._conditions()}
        if self.values.likely(0.3):
            headers["content-type"] = self.values.pick(_TYPES[:3] if self.values.likely(0.9) else _TYPES)
        if self.values.likely(0.01):
            headers["content-encoding"] = self.values.pick(("gzip", "identity", ""))
        return Request(
            method=method,
            path=path,
            query=query,
            headers={name: value for name, value in headers.items() if value is not None},
            body=body if isinstance(body, bytes) else self._encoded(body),
            id=f"request-{number}",
        )

    def learn(self, request: Request, response: Response) -> None:
        """Take note of what a reply gives for later requests."""
        body = json.loads(response.body) if response.body else {}
        if "ETag" in response.headers:
            self._versions[response.headers["ETag"]] = ""
            self._versions = dict(list(self._versions.items())[-50:])
        if response.status == 201:
            self._note(response.headers["Location"])
        if "nextCursor" in body and request.method == "GET":
            self.searches.given.append(Given(request.path, dict(request.query), body["nextCursor"]))
        for each in body.get("Operations", ()):
            if each["status"] == "201":
                self._note(each["location"])

    def _note(self, location: str) -> None:
        *_, endpoint, id_ = location.split("/")
        self.values.ids[f"/{endpoint}"].append(id_)

    def _create(self) -> tuple[str, str, Mapping[str, str], Any]:
        kind = self._kind()
        return "POST", kind.endpoint, self._projection(kind), self.values.resource(kind)

    def _read(self) -> tuple[str, str, Mapping[str, str], Any]:
        kind = self._kind()
        return "GET", self._element(kind), self._projection(kind), b""

    def _replace(self) -> tuple[str, str, Mapping[str, str], Any]:
        kind = self._kind()
        return "PUT", self._element(kind), self._projection(kind), self.values.resource(kind)

    def _modify(self) -> tuple[str, str, Mapping[str, str], Any]:
        kind = self._kind()
        return "PATCH", self._element(kind), self._projection(kind), self._patches.body(kind)

    def _delete(self) -> tuple[str, str, Mapping[str, str], Any]:
        kind = self._kind()
        return "DELETE", self._element(kind), {}, b""

    def _search(self) -> tuple[str, str, Mapping[str, str], Any]:
        path, query = self.searches.parameters(self.values.pick(_COLLECTIONS))
        return "GET", path, query, b""

    def _search_by_post(self) -> tuple[str, str, Mapping[str, str], Any]:
        path = self.values.pick(_SEARCHES)
        found, query = self.searches.parameters(path)
        if not found.lower().endswith(".search"):
            path = f"{found.rstrip('/')}/.search"
        return "POST", path, {}, self.searches.body(query)

    def _bulk_request(self) -> tuple[str, str, Mapping[str, str], Any]:
        return "POST", "/Bulk", {}, self._bulk.body()

    def _discover(self) -> tuple[str, str, Mapping[str, str], Any]:
        pick = self.values.pick
        names = (
            pick([each.name for each in resource_types()]),
            pick([each.id for each in schemas()]),
            self.values.text(),
        )
        path = pick(("/ServiceProviderConfig", "/ResourceTypes", "/Schemas", f"/ResourceTypes/{names[0]}"))
        path = pick((path, path, f"/Schemas/{names[1]}", f"/{pick(('Schemas', 'ResourceTypes'))}/{pick(names)}"))
        return "GET", path, {"filter": "id pr"} if self.values.likely(0.4) else {}, b""

    def _anything(self) -> tuple[str, str, Mapping[str, str], Any]:
        """A method and a path that may not belong together."""
        kind = self._kind()
        more = self.values.pick(("", "/", "/x", f"/{self.values.text()}", "/../Users", "/%2e%2e"))
        path = self.values.pick((*_FIXED, f"{kind.endpoint}/{self.values.id()}{more}", f"/{self.values.text(20)}"))
        body = self.values.pick((b"", self.values.anything(), self.values.resource(kind)))
        return self.values.pick(METHODS), path, self.searches.parameters(path)[1], body

    def _kind(self) -> Any:
        return self.values.pick((user_type(), user_type(), group_type()))

    def _element(self, kind: Any) -> str:
        return f"{kind.endpoint}/{self.values.id(kind.endpoint)}"

    def _projection(self, kind: Any) -> Mapping[str, str]:
        return self.searches.projection([kind])

    def _authorization(self, token: str) -> str | None:
        if self.values.likely(0.985):
            return f"Bearer {token}"
        return self.values.pick(
            (
                None,
                "",
                "Bearer",
                f"Basic {token}",
                f"Bearer {token[:-1]}x",
                f"Bearer {token} x",
                f"Bearer {self.values.text(99)}",
            )
        )

    def _conditions(self) -> Mapping[str, str]:
        """`If-Match` and `If-None-Match`: right, stale or malformed."""
        pick, known = self.values.pick, list(self._versions) or ["*"]
        odd = ("*", pick(known), known[-1], f'"x", {pick(known)}', 'W/"x"', '"', "", self.values.text())
        return {name: pick(odd) for name in ("if-match", "if-none-match") if self.values.likely(0.04)}

    def _encoded(self, body: Any) -> bytes:
        if self.values.likely(0.015):
            return self.values.pick(_NO_JSON)
        if self.values.likely(0.0005):
            body = {**body, "title": "x" * 5_000_000} if isinstance(body, dict) else body
        encoded = json.dumps(body, ensure_ascii=self.values.likely(0.5)).encode("utf-8", "surrogatepass")
        return encoded[: self.values.number(0, len(encoded))] if self.values.likely(0.005) else encoded
