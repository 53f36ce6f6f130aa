"""Bulk requests (RFC 7644 §3.7).

Each operation runs as if it had come alone: the same checks, the same transaction, the same activity. They run one
after the other in the order of the request, except that one which refers to a later one's bulkId waits for it. Where
resources refer to each other in a circle, one of them is created without the reference and completed at the end.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from scim import deadline
from scim.domain.resources import document_text
from scim.errors import InvalidSyntax, InvalidValue, ScimError, Unavailable
from scim.operations.bodies import read_object
from scim.operations.changes import CHANGES
from scim.operations.context import Call
from scim.operations.outcomes import outcome
from scim.protocol.bulk import (
    MAX_PAYLOAD_BYTES,
    BulkOperation,
    BulkRequest,
    BulkResult,
    bulk_response,
    detached,
    parse_bulk,
    resolved,
    resolved_path,
)
from scim.protocol.messages import Request, Response, error_response
from scim.protocol.representation import location
from scim.protocol.routing import Operation, Route, route
from scim.schema.attributes import Document
from scim.schema.urns import PATCH_OP

LAST_START_SECONDS = 15.0
"""When the last operation may start; those after it are to be sent again."""
LAST_END_SECONDS = 22.0
"""When the last one must have ended, so that the client learns what became of the others."""
_ERRORS = 400
_CONFLICT = 409


class _Unresolved(ScimError):
    """A reference to a resource that was not made."""

    status = _CONFLICT


async def bulk(call: Call) -> Response:
    """Do what a bulk request asks for, as far as it can be done.

    Raises:
        InvalidSyntax, PayloadTooLarge: The request as a whole is refused, and nothing of it is done.
    """
    request = parse_bulk(read_object(call, MAX_PAYLOAD_BYTES))
    return bulk_response(await _Run(call, request).results())


@dataclass
class _Run:
    """The work on one bulk request.

    Attributes:
        call: The request that carries the operations.
        request: The operations.
        ids: The ids of created resources, by bulkId.
        failed: The bulkIds whose resource was not created.
        done: What became of each operation, by its index.
        incomplete: By index, what is to be added to a resource that was created without its references.
    """

    call: Call
    request: BulkRequest
    ids: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    done: dict[int, BulkResult] = field(default_factory=dict)
    incomplete: dict[int, list[Document]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started = asyncio.get_running_loop().time()
        self._created = {operation.bulk_id for operation in self.request.operations if operation.method == "POST"}
        self._errors = 0

    async def results(self) -> list[BulkResult]:
        """Do all that can be done; what became of the operations, in the order of the request."""
        waiting = dict(enumerate(self.request.operations))
        while waiting and not self._is_stopped:
            ready = next((index for index, operation in waiting.items() if self._is_ready(operation)), None)
            if ready is None:
                await self._break_circle(waiting)
            else:
                operation = waiting.pop(ready)
                self._note(ready, operation, await self._outcome(operation))
        for index, operations in self.incomplete.items():
            await self._complete(index, operations)
        return [self.done[index] for index in sorted(self.done)]

    @property
    def _is_stopped(self) -> bool:
        limit = self.request.fail_on_errors
        return limit is not None and self._errors >= limit

    def _is_ready(self, operation: BulkOperation) -> bool:
        """Whether nothing that the operation refers to is still to be made, or something of it never will be."""
        missing = operation.references - self.ids.keys()
        return not missing or not all(self._is_awaited(bulk_id) for bulk_id in missing)

    def _is_awaited(self, bulk_id: str) -> bool:
        return bulk_id in self._created and bulk_id not in self.ids and bulk_id not in self.failed

    async def _outcome(self, operation: BulkOperation) -> Response:
        try:
            self._check_references(operation.references)
        except ScimError as error:
            return error_response(error)
        data = None if operation.data is None else resolved(operation.data, self.ids)
        return await self._send(replace(operation, path=resolved_path(operation.path, self.ids), data=data))

    def _check_references(self, references: Iterable[str]) -> None:
        for bulk_id in sorted(references):
            if bulk_id in self.failed:
                raise _Unresolved(f"The operation with the bulkId {bulk_id[:64]}, which this one refers to, failed.")
            if bulk_id not in self.ids and not self._is_awaited(bulk_id):
                raise InvalidValue(f"No POST of this request has the bulkId {bulk_id[:64]}.")

    async def _send(self, operation: BulkOperation) -> Response:
        """Run one operation, in what time there is."""
        elapsed = asyncio.get_running_loop().time() - self._started
        if elapsed > LAST_START_SECONDS:
            return error_response(Unavailable("There was no time left for this operation. Send it again."))
        return await outcome(deadline.within(LAST_END_SECONDS - elapsed, self._run(operation)), self.call.request.id)

    async def _run(self, operation: BulkOperation) -> Response:
        found = self._route(operation)
        handler = CHANGES.get((found.operation, found.resource_type.name if found.resource_type else ""))
        if handler is None:
            raise InvalidValue("A bulk request may create, replace, modify and delete users and groups, nothing else.")
        if operation.data is None and found.operation is not Operation.DELETE:
            raise InvalidSyntax('The operation has no "data".')
        path, _, query = operation.path.partition("?")
        request = Request(
            method=operation.method,
            path=path,
            query={name.lower(): value for name, value in parse_qsl(query)},
            headers={} if operation.version is None else {"if-match": operation.version},
            body=b"" if operation.data is None else document_text(operation.data).encode(),
            id=self.call.request.id,
        )
        return await handler(replace(self.call, request=request, route=found))

    def _route(self, operation: BulkOperation) -> Route:
        path = operation.path.removeprefix(self.call.services.base_url).partition("?")[0]
        return route(operation.method, path)

    def _note(self, index: int, operation: BulkOperation, response: Response) -> None:
        """Note what became of an operation. The reply to one that succeeded is left out: it may be large."""
        if response.status >= _ERRORS:
            self._errors += 1
            if operation.method == "POST":
                self.failed.add(operation.bulk_id)
        else:
            if operation.method == "POST":
                self.ids[operation.bulk_id] = response.headers["Location"].rpartition("/")[2]
            response = replace(response, body=None)
        where = self._location(operation, response)
        self.done[index] = BulkResult(operation=operation, response=response, location=where)

    def _location(self, operation: BulkOperation, response: Response) -> str | None:
        if "Location" in response.headers:
            return response.headers["Location"]
        try:
            found = self._route(replace(operation, path=resolved_path(operation.path, self.ids)))
        except ScimError:
            return None
        if found.resource_type is None or not found.id:
            return None
        return location(self.call.services.base_url, found.resource_type.name, found.id)

    async def _break_circle(self, waiting: dict[int, BulkOperation]) -> None:
        """Create the first resource that can do without what is not there yet; fail them all when none can."""
        for index, operation in waiting.items():
            if operation.method != "POST" or type(operation.data) is not dict:
                continue
            rest, later = detached(operation.data, self._is_awaited)
            reduced = replace(operation, data=rest)
            if later and self._is_ready(reduced):
                del waiting[index]
                self.incomplete[index] = later
                self._note(index, operation, await self._outcome(reduced))
                return
        for index, operation in waiting.items():
            unresolved = _Unresolved("The operation and those that it refers to refer to each other in a circle.")
            self._note(index, operation, error_response(unresolved))
        waiting.clear()

    async def _complete(self, index: int, operations: list[Document]) -> None:
        """Add the references that a resource was created without."""
        made = self.done[index]
        if made.response.status >= _ERRORS:
            return
        completing = BulkOperation(
            method="PATCH",
            path=made.location or "",
            bulk_id=made.operation.bulk_id,
            data={"schemas": [PATCH_OP], "Operations": operations},
        )
        response = await self._outcome(completing)
        if response.status >= _ERRORS:
            self.done[index] = replace(made, response=response)
        else:
            self.done[index] = replace(made, response=replace(made.response, headers=response.headers))
