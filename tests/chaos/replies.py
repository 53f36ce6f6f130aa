"""What must be true of a reply, whatever was asked."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from scim.protocol.messages import Request, Response
from scim.protocol.paging import MAX_COUNT
from scim.schema.attributes import COMMON_BY_NAME, Attribute
from scim.schema.catalog import resource_types
from scim.schema.urns import BULK_RESPONSE, ERROR, LIST_RESPONSE, RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG
from scim.schema.values import UnknownAttributes, UnknownNames, read_value
from tests.chaos.values import PASSWORD
from tests.world import BASE_URL

SCIM_TYPES: Mapping[int, Collection[str | None]] = {
    400: {
        "invalidSyntax", "invalidFilter", "invalidPath", "noTarget", "invalidValue", "mutability", "tooMany",
        "invalidCursor", "expiredCursor", "invalidCount",
    },
    409: {"uniqueness"},
}  # fmt: skip
"""By status; others have none."""
STATUSES = frozenset({200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 501})
_SENTENCE = re.compile(r"\S+ .*\.", re.DOTALL)
INTERNALS = (
    "Traceback",
    'File "',
    "PartitionKey",
    "RowKey",
    "odata",
    "|entra|",
    "|okta|",
    "0x7f",
    "Exception",
    "scim.",
    PASSWORD,
)
"""What tells of storage or of the program."""
_DISCOVERY = {SERVICE_PROVIDER_CONFIG, RESOURCE_TYPE, SCHEMA}


def complaints(request: Request, response: Response, secrets: Collection[str]) -> Iterator[str]:
    """What is wrong with a reply; nothing when all is right.

    Args:
        request: What was asked.
        response: The reply.
        secrets: What must not stand anywhere in it.
    """
    if response.status not in STATUSES:
        yield f"status {response.status}"
    text = f"{response.body} {response.headers}"
    yield from (
        f"it tells {secret!r}" for secret in (*INTERNALS, *secrets) if secret in text and secret not in _sent(request)
    )
    if response.status in {204, 304}:
        if response.body is not None:
            yield "a body where none may be"
        return
    try:
        body = json.loads((response.body or "").encode())
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    if response.status >= 400:
        yield from error_complaints(body, response.status)
        yield from _error_headers(request, response)
    elif response.status in {200, 201}:
        yield from _success(request, response, body)


def _sent(request: Request) -> str:
    """What the client said itself, apart from passwords."""
    return f"{request.path} {request.query}".replace(PASSWORD, "")


def error_complaints(body: Any, status: int, *, in_bulk: bool = False) -> Iterator[str]:
    """What is wrong with the body of an error; within a bulk reply, what another one failed by has no `scimType`."""
    if not isinstance(body, dict) or not body.keys() <= {"schemas", "status", "scimType", "detail"}:
        yield "no error object"
        return
    if body.get("schemas") != [ERROR] or body.get("status") != str(status):
        yield "the wrong schemas or status"
    if not isinstance(body.get("detail"), str) or not _SENTENCE.fullmatch(body["detail"]):
        yield f"no sentence: {body.get('detail')!r}"
    is_unresolved = in_bulk and status == 409 and "scimType" not in body
    if body.get("scimType") not in SCIM_TYPES.get(status, {None}) and not is_unresolved:
        yield f"scimType {body.get('scimType')} with {status}"


def _error_headers(request: Request, response: Response) -> Iterator[str]:
    allow = response.headers.get("Allow")
    if (response.status == 405) is not bool(allow) or request.method in str(allow).split(", "):
        yield f"Allow: {allow}"
    if response.status == 401 and not response.headers.get("WWW-Authenticate", "").startswith("Bearer"):
        yield "no challenge"
    if (response.status == 503) is not response.headers.get("Retry-After", "").isdigit():
        yield f"Retry-After: {response.headers.get('Retry-After')}"
    if response.status == 501 and request.path.strip("/").lower() != "me":
        yield "501 elsewhere than at /Me"


def _success(request: Request, response: Response, body: Any) -> Iterator[str]:
    if not isinstance(body, dict) or not isinstance(body.get("schemas"), list):
        yield "no object with schemas"
    elif body["schemas"] == [LIST_RESPONSE]:
        yield from _list(request, body)
    elif body["schemas"] == [BULK_RESPONSE]:
        yield from _bulk(request, body)
    elif _DISCOVERY.intersection(body["schemas"]):
        if not body["meta"]["location"].startswith(BASE_URL):
            yield "a wrong location"
    else:
        yield from _resource(body, is_whole=not _is_projected(request))
        if "meta" in body and "version" in body["meta"] and body["meta"]["version"] != response.headers.get("ETag"):
            yield "ETag and meta.version differ"
        header = response.headers.get("Location" if response.status == 201 else "Content-Location", "")
        if not header.startswith(BASE_URL) or not header.endswith(body["id"]):
            yield f"a wrong location: {header}"


def _is_projected(request: Request) -> bool:
    return bool(request.body) or any(name in request.query for name in ("attributes", "excludedattributes"))


def _resource(body: Any, *, is_whole: bool) -> Iterator[str]:
    """A resource holds what its schemas define, of the types that they say."""
    kind = next((kind for kind in resource_types() if kind.schema.id in body.get("schemas", ())), None)
    if kind is None or not isinstance(body.get("id"), str) or not body["id"]:
        yield f"no resource: {body}"
        return
    if is_whole:
        meta, required = body.get("meta", {}), [each.name for each in kind.schema.attributes if each.required]
        if meta.get("resourceType") != kind.name or meta.get("location") != f"{BASE_URL}{kind.endpoint}/{body['id']}":
            yield f"a wrong meta: {meta}"
        yield from (f"without {name}" for name in required if name not in body)
    for name, value in body.items():
        if name in kind.extensions_by_urn or name.lower() in kind.extensions_by_urn:
            extension = kind.extensions_by_urn[name.lower()]
            if name not in body["schemas"]:
                yield f"schemas without {name}"
            yield from _attributes(value, extension.by_name)
        else:
            yield from _attributes({name: value}, kind.by_name)


def _attributes(values: Mapping[str, Any], by_name: Mapping[str, Attribute]) -> Iterator[str]:
    for name, value in values.items():
        attribute = by_name.get(name.lower())
        if attribute is None or attribute.name != name or attribute.returned == "never":
            yield f"an attribute that it cannot have: {name}"
        elif attribute.name not in {"members", "groups", "schemas"} and attribute.name.lower() not in COMMON_BY_NAME:
            if value != read_value(value, attribute, "", UnknownNames(UnknownAttributes.REJECT)):
                yield f"a value that it cannot have: {name} {value!r}"
        elif attribute.multi_valued is not isinstance(value, list):
            yield f"a value that it cannot have: {name} {value!r}"


def _list(request: Request, body: Any) -> Iterator[str]:
    found = body.get("Resources")
    if not isinstance(found, list) or body.get("itemsPerPage") != len(found) or len(found) > MAX_COUNT:
        yield "itemsPerPage and Resources differ, or are too many"
        return
    query, is_by_cursor = _query(request), "startIndex" not in body
    if body.get("totalResults", len(found)) < len(found) and not query.get("cursor"):
        yield "totalResults below the number of results"  # on later pages by cursor it is that of the first
    if not is_by_cursor and ("totalResults" not in body or "nextCursor" in body or body["startIndex"] < 1):
        yield "neither by index nor by cursor"
    if is_by_cursor is not ("cursor" in query) and not _is_discovery(found):
        yield "by cursor and not asked for, or the other way round"
    count = str(query.get("count", "")).strip()
    if re.fullmatch(r"[+-]?\d{1,18}", count, re.ASCII) and len(found) > max(0, int(count)) and not _is_discovery(found):
        yield "more than the count"
    ids = [each.get("id") for each in found]
    if len(set(ids)) < len(ids):
        yield "the same twice on a page"
    if not _is_discovery(found):
        is_whole = not any(query.get(name) for name in ("attributes", "excludedattributes"))
        for each in found:
            yield from _resource(each, is_whole=is_whole)


def _query(request: Request) -> Mapping[str, Any]:
    if request.method != "POST":
        return request.query
    given = json.loads(request.body.removeprefix(b"\xef\xbb\xbf"))
    return {name.lower(): value for name, value in given.items() if value is not None}


def _is_discovery(found: list[Any]) -> bool:
    return any(_DISCOVERY.intersection(each["schemas"]) for each in found)


def _bulk(request: Request, body: Any) -> Iterator[str]:
    asked = {name.lower(): value for name, value in json.loads(request.body.removeprefix(b"\xef\xbb\xbf")).items()}
    operations, limit = body.get("Operations"), asked.get("failonerrors")
    if not isinstance(operations, list) or len(operations) > len(asked["operations"]):
        yield "no results, or too many"
        return
    errors = sum(int(each["status"]) >= 400 for each in operations)
    if limit is None and len(operations) != len(asked["operations"]):
        yield "results are missing"
    if limit is not None and errors < limit and len(operations) != len(asked["operations"]):
        yield "it stopped too early"
    for each in operations:
        yield from _bulk_result(each)


def _bulk_result(each: Any) -> Iterator[str]:
    status = int(each["status"])
    if not isinstance(each["status"], str) or each.get("method") not in {"POST", "PUT", "PATCH", "DELETE"}:
        yield f"a malformed result: {each}"
    if status not in STATUSES:
        yield f"status {status} in {each}"
    if each["method"] == "POST" and not each.get("bulkId"):
        yield f"no bulkId in {each}"
    if status < 400 and ("response" in each or not each.get("location", "").startswith(f"{BASE_URL}/")):
        yield f"a malformed success: {each}"
    if status >= 400:
        yield from error_complaints(each.get("response"), status, in_bulk=True)


def scim_type(response: Response) -> str | None:
    """The `scimType` of a reply."""
    return json.loads(response.body or "{}").get("scimType") if response.status >= 400 else None
