"""Bulk requests and replies, and the references between their operations (RFC 7644 §3.7).

A reference, `bulkId:x`, stands in a part of an operation's path, in `members` or `manager` of its data (there in
`value` or `$ref`), or in the path of a PATCH: `members[value eq "bulkId:x"]`. Elsewhere it is a text like any other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from scim.domain.resources import document_text
from scim.errors import InvalidSyntax, PayloadTooLarge
from scim.protocol.envelopes import check_schemas, lower_names
from scim.protocol.messages import Response
from scim.schema.attributes import Document
from scim.schema.urns import BULK_REQUEST, BULK_RESPONSE, PATCH_OP

MAX_OPERATIONS = 1_000
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PREFIX = "bulkId:"
_WHOLE = re.compile(r"^(?P<before>)bulkId:(?P<id>.+)(?P<after>)$", re.DOTALL)
_IN_URL = re.compile(r"^(?P<before>(?:.*/)?)bulkId:(?P<id>[^/]+)(?P<after>)$")
_IN_FILTER = re.compile(r'(?P<before>")bulkId:(?P<id>[^"\\]+)(?P<after>")')
_REFERRING = frozenset({"members", "manager"})
"""The attributes whose values are references to resources, and writable."""
_PARTS_OF_REFERENCES = {"value": _WHOLE, "$ref": _IN_URL}
_NAME_PARTS = re.compile("[:.]")
_BRACKETS = re.compile(r"\[.*\]", re.DOTALL)

type Trail = tuple[str, ...]
"""The names that lead to a value, from the outside in, in lower case."""


@dataclass(frozen=True, kw_only=True)
class BulkOperation:
    """One operation.

    Attributes:
        method: In capitals.
        path: Below the base URL, decoded.
        query: What follows the path's question mark.
        bulk_id: The client's name for it; "" when it has none.
        version: The version that the resource must be at; None for any.
        data: The body that the operation would have alone; None when there is none.
    """

    method: str
    path: str
    query: str = ""
    bulk_id: str = ""
    version: str | None = None
    data: Any = None

    @cached_property
    def references(self) -> frozenset[str]:
        """The bulkIds that its path and its data refer to."""
        return frozenset(_in_path(self.path)) | frozenset(references_in(self.data))


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A bulk request.

    Attributes:
        operations: In the order given.
        fail_on_errors: After how many errors to stop; None for never.
    """

    operations: Sequence[BulkOperation]
    fail_on_errors: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of an operation.

    Attributes:
        operation: The operation.
        response: As it would have been alone.
        location: The URL of the resource; None when there is none.
    """

    operation: BulkOperation
    response: Response
    location: str | None

    @property
    def document(self) -> str:
        """The element of the reply's `Operations`, as JSON text (RFC 7644 §3.7.3)."""
        known = {
            "location": self.location,
            "method": self.operation.method,
            "bulkId": self.operation.bulk_id or None,
            "version": self.response.headers.get("ETag"),
            "status": str(self.response.status),
        }
        text = document_text({name: value for name, value in known.items() if value is not None})
        return text if self.response.body is None else f'{text[:-1]},"response":{self.response.body}}}'


def parse_bulk(body: Document) -> BulkRequest:
    """Read the body of a bulk request. What it asks for is judged when it is done, operation by operation.

    Raises:
        InvalidSyntax: It is no BulkRequest message; nothing of it is done then.
        PayloadTooLarge: It has too many operations.

    RFC 7644 §3.7
    """
    message = lower_names(body)
    check_schemas(message.get("schemas"), BULK_REQUEST, "a bulk request")
    given = message.get("operations")
    if type(given) is not list or not given:
        raise InvalidSyntax('"Operations" must be a list of at least one operation.')
    if len(given) > MAX_OPERATIONS:
        raise PayloadTooLarge(f"A bulk request may have at most {MAX_OPERATIONS:,} operations (maxOperations).")
    operations = [_operation(each) for each in given]
    named = [operation.bulk_id for operation in operations if operation.bulk_id]
    if len(named) != len(set(named)):
        raise InvalidSyntax("Two operations of the request have the same bulkId.")
    return BulkRequest(operations, _fail_on_errors(message.get("failonerrors")))


def bulk_response(results: Sequence[BulkResult]) -> Response:
    """The reply: what became of each operation that was looked at, in the order of the request."""
    texts = ",".join(result.document for result in results)
    return Response(status=200, body=f'{{"schemas":["{BULK_RESPONSE}"],"Operations":[{texts}]}}')


def references_in(value: Any, trail: Trail = ()) -> Iterator[str]:
    """The bulkIds that data refer to; `trail` are the names that lead to them."""
    if type(value) is str:
        yield from (match["id"] for match in _matches(value, trail))
    elif type(value) is list:
        for each in value:
            yield from references_in(each, trail)
    elif type(value) is dict:
        for name, each in value.items():
            yield from references_in(each, _inside(value, name, trail))


def resolved(value: Any, ids: Mapping[str, str], trail: Trail = ()) -> Any:
    """Data with the ids of resources in the place of the bulkIds in `ids`."""
    if type(value) is str:
        for match in reversed(list(_matches(value, trail))):
            found = ids.get(match["id"])
            if found is not None:
                value = f"{value[: match.start()]}{match['before']}{found}{match['after']}{value[match.end() :]}"
        return value
    if type(value) is list:
        return [resolved(each, ids, trail) for each in value]
    if type(value) is dict:
        return {name: resolved(each, ids, _inside(value, name, trail)) for name, each in value.items()}
    return value


def resolved_path(path: str, ids: Mapping[str, str]) -> str:
    """A path with ids in the place of bulkIds."""
    return "/".join(
        ids.get(part.removeprefix(_PREFIX), part) if part.startswith(_PREFIX) else part for part in path.split("/")
    )


def detached(data: Document) -> tuple[Document, Document]:
    """Data without the values that refer to other operations, and the body of the PATCH that adds them.

    What is left out are elements of lists, such as members, and whole attributes, such as a manager.
    """
    rest, later = _detached(data, ())
    return rest, {"schemas": [PATCH_OP], "Operations": later}


def _detached(data: Document, trail: Trail) -> tuple[Document, list[Document]]:
    rest: Document = {}
    later: list[Document] = []
    for name, value in data.items():
        inner = _inside(data, name, trail)
        if type(value) is list:
            rest[name] = [each for each in value if not any(references_in(each, inner))]
            referring = [each for each in value if any(references_in(each, inner))]
            later += [{"op": "add", "path": name, "value": referring}] if referring else []
        elif not any(references_in(value, inner)):
            rest[name] = value
        elif type(value) is dict and not any(
            type(each) is str and _matches(each, _inside(value, part, inner)) for part, each in value.items()
        ):
            rest[name], inner_later = _detached(value, inner)
            later += [each | {"path": f"{name}:{each['path']}"} for each in inner_later]
        else:
            later.append({"op": "add", "path": name, "value": value})
    return rest, later


def _inside(holder: Document, name: str, trail: Trail) -> Trail:
    """The trail of what an object holds under a name. The path of an operation leads to the operation's value."""
    if trail[-1:] != ("operations",):
        return (*trail, *_parts(name))
    if name.lower() != "value":
        return (*trail, name.lower())
    return next((_parts(each) for key, each in holder.items() if key.lower() == "path" and type(each) is str), ())


def _parts(name: str) -> Trail:
    """The parts of a name or path, in lower case, without what stands in brackets."""
    return tuple(part for part in _NAME_PARTS.split(_BRACKETS.sub("", name).lower()) if part)


def _matches(text: str, trail: Trail) -> list[re.Match[str]]:
    if _PREFIX not in text:
        return []
    pattern = _pattern(text, trail)
    return list(pattern.finditer(text)) if pattern else []


def _pattern(text: str, trail: Trail) -> re.Pattern[str] | None:
    """What a reference looks like in a text; None where it would be a text like any other."""
    holder, last = ("", "", *trail)[-2:]
    if last in _REFERRING:
        return _WHOLE
    if holder in _REFERRING:
        return _PARTS_OF_REFERENCES.get(last)
    in_path = (holder, last) == ("operations", "path") and not _REFERRING.isdisjoint(_parts(text))
    return _IN_FILTER if in_path else None


def _in_path(path: str) -> Iterator[str]:
    yield from (part.removeprefix(_PREFIX) for part in path.split("/") if part.startswith(_PREFIX))


def _operation(given: Any) -> BulkOperation:
    if type(given) is not dict:
        raise InvalidSyntax("Each of Operations must be an object.")
    parts = {name: value for name, value in lower_names(given).items() if value is not None}
    method, path, bulk_id, version = (parts.get(name, "") for name in ("method", "path", "bulkid", "version"))
    if type(method) is not str or method.upper() not in _METHODS:
        raise InvalidSyntax('The "method" of an operation must be POST, PUT, PATCH or DELETE.')
    if type(path) is not str or not path:
        raise InvalidSyntax('Each operation needs a "path", such as "/Users".')
    if type(bulk_id) is not str or type(version) is not str:
        raise InvalidSyntax('The "bulkId" and the "version" of an operation must be text.')
    if method.upper() == "POST" and not bulk_id:
        raise InvalidSyntax('An operation with the method POST needs a "bulkId".')
    path, _, query = path.partition("?")
    return BulkOperation(
        method=method.upper(),
        path="/".join(map(unquote, path.split("/"))),
        query=query,
        bulk_id=bulk_id,
        version=version or None,
        data=parts.get("data"),
    )


def _fail_on_errors(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 1:
        raise InvalidSyntax('"failOnErrors" must be a positive integer.')
    return value
