"""Bulk requests and replies, and the references between their operations (RFC 7644 §3.7).

A reference is a whole text, `bulkId:x`, a part of an operation's path, or a value in the path of a PATCH:
`members[value eq "bulkId:x"]`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim.domain.resources import document_text
from scim.errors import InvalidSyntax, PayloadTooLarge
from scim.protocol.envelopes import check_schemas, lower_names
from scim.protocol.messages import Response
from scim.schema.attributes import Document
from scim.schema.urns import BULK_REQUEST, BULK_RESPONSE

MAX_OPERATIONS = 1_000
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PREFIX = "bulkId:"
_IN_FILTER = re.compile(r'"bulkId:([^"\\]+)"')
_PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOperation:
    """One operation.

    Attributes:
        method: In capitals.
        path: As given: below the base URL.
        bulk_id: The client's name for it; "" when it has none.
        version: The version that the resource must be at; None for any.
        data: The body that the operation would have alone; None when there is none.
    """

    method: str
    path: str
    bulk_id: str = ""
    version: str | None = None
    data: Any = None

    @property
    def references(self) -> frozenset[str]:
        """The bulkIds that its path and its data refer to."""
        return frozenset(_in_path(self.path)) | frozenset(_in_data(self.data))


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


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """Data, or a path, with the ids of resources in the place of the bulkIds in `ids`."""
    if type(value) is str:
        return ids.get(value[len(_PREFIX) :], value) if value.startswith(_PREFIX) else value
    if type(value) is list:
        return [resolved(each, ids) for each in value]
    if type(value) is dict:
        return {name: _resolved_member(name, each, ids) for name, each in value.items()}
    return value


def _resolved_member(name: str, value: Any, ids: Mapping[str, str]) -> Any:
    if name.lower() == _PATH and type(value) is str:
        return _IN_FILTER.sub(lambda match: f'"{ids.get(match[1], _PREFIX + match[1])}"', value)
    return resolved(value, ids)


def resolved_path(path: str, ids: Mapping[str, str]) -> str:
    """A path with ids in the place of bulkIds."""
    return "/".join(resolved(part, ids) for part in path.split("/"))


def detached(data: Document, unknown: Callable[[str], bool]) -> tuple[Document, list[Document]]:
    """Data without the values that refer to resources which are not there yet, and what adds them later.

    Args:
        data: The data of a POST.
        unknown: Whether a bulkId has no id yet.

    Returns:
        The rest of the data, and the operations of a PATCH that completes it. Only values of whole attributes, and
        elements of lists, can be left out: members, or a manager.
    """
    rest: Document = {}
    later: list[Document] = []
    for name, value in data.items():
        if type(value) is dict and ":" in name and not _refers(value.get("value"), unknown):
            inner, more = detached(value, unknown)
            rest[name] = inner
            later += [{**each, "path": f"{name}:{each['path']}"} for each in more]
        elif type(value) is list:
            waiting = [each for each in value if _refers(each, unknown)]
            rest[name] = [each for each in value if not _refers(each, unknown)]
            later += [{"op": "add", "path": name, "value": waiting}] if waiting else []
        elif _refers(value, unknown):
            later.append({"op": "add", "path": name, "value": value})
        else:
            rest[name] = value
    return rest, later


def _refers(value: Any, unknown: Callable[[str], bool]) -> bool:
    return any(unknown(bulk_id) for bulk_id in _in_data(value))


def _in_data(value: Any) -> Iterator[str]:
    if type(value) is str:
        if value.startswith(_PREFIX):
            yield value[len(_PREFIX) :]
    elif type(value) is list:
        for each in value:
            yield from _in_data(each)
    elif type(value) is dict:
        for name, each in value.items():
            yield from _IN_FILTER.findall(each) if name.lower() == _PATH and type(each) is str else _in_data(each)


def _in_path(path: str) -> Iterator[str]:
    for part in path.split("/"):
        yield from _in_data(part)


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
    return BulkOperation(
        method=method.upper(), path=path, bulk_id=bulk_id, version=version or None, data=parts.get("data")
    )


def _fail_on_errors(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 1:
        raise InvalidSyntax('"failOnErrors" must be a positive integer.')
    return value
