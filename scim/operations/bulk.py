"""Bulk requests (RFC 7644 §3.7).

Each operation runs as if it had come alone: the same checks, the same transaction, the same activity. They run one
after the other in the order of the request, except that one which refers to a later one's bulkId waits for it. Where
resources refer to each other in a circle, one of them is created without its references, and completed as soon as what
it refers to is there; when that fails, it is deleted again.
"""

import asyncio
from collections.abc import Collection, Iterable
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
    references_in,
    resolved,
    resolved_path,
)
from scim.protocol.bulk_order import BulkOrder, Task, TaskKind
from scim.protocol.messages import Request, Response, error_response
from scim.protocol.representation import location
from scim.protocol.routing import Operation, route
from scim.schema.attributes import Document

LAST_START_SECONDS = 15.0
"""When the last operation may start; those after it are to be sent again."""
LAST_END_SECONDS = 22.0
"""When the last one must have ended, so that the client learns what became of the others."""
_PREFIX = "bulkId:"
_ERRORS = 400
_UNAVAILABLE = 503


class _Unresolved(ScimError):
    """A reference to a resource that was not made."""

    status = 409


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
        order: What is left to do.
        ids: The ids of created resources, by bulkId.
        failed: The status of the POST that did not create its resource, by bulkId.
        done: What became of each operation, by its index.
        incomplete: By index, what is to be added to a resource that was created without its references.
    """

    call: Call
    request: BulkRequest
    order: BulkOrder = field(default_factory=BulkOrder)
    ids: dict[str, str] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    done: dict[int, BulkResult] = field(default_factory=dict)
    incomplete: dict[int, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started = asyncio.get_running_loop().time()
        self._created = {operation.bulk_id for operation in self.request.operations if operation.method == "POST"}
        self._errors = 0

    async def results(self) -> list[BulkResult]:
        """Do all that can be done; what became of the operations, in the order of the request."""
        for index, operation in enumerate(self.request.operations):
            self.order.add(Task(TaskKind.OPERATION, index), self._awaited(operation.references))
        while not self._is_stopped:
            task = self.order.next()
            if task is not None:
                await self._do(task)
            elif not await self._break_circle():
                break
            await asyncio.sleep(0)  # what is refused at once must not keep others from being served
        for index in list(self.incomplete):
            await self._withdraw(index, error_response(_Unresolved("What this resource refers to was not reached.")))
        return [self.done[index] for index in sorted(self.done)]

    @property
    def _is_stopped(self) -> bool:
        limit = self.request.fail_on_errors
        return limit is not None and self._errors >= limit

    def _awaited(self, references: Collection[str]) -> set[str]:
        """The bulkIds to wait for: none when all are made, or when one of them never will be."""
        missing = {bulk_id for bulk_id in references if bulk_id not in self.ids}
        return missing if all(bulk_id in self._created and bulk_id not in self.failed for bulk_id in missing) else set()

    async def _do(self, task: Task) -> None:
        if task.kind is TaskKind.COMPLETION:
            await self._complete(task.number)
        else:
            operation = self.request.operations[task.number]
            self._note(task.number, operation, await self._outcome(operation))

    async def _outcome(self, operation: BulkOperation) -> Response:
        try:
            self._check_references(operation.references)
        except ScimError as error:
            return error_response(error)
        data = None if operation.data is None else resolved(operation.data, self.ids)
        return await self._send(replace(operation, path=resolved_path(operation.path, self.ids), data=data))

    def _check_references(self, references: Iterable[str]) -> None:
        for bulk_id in sorted(references):
            status = self.failed.get(bulk_id)
            if status == _UNAVAILABLE:
                raise Unavailable(f"The operation with the bulkId {bulk_id[:64]} was not done. Send both again.")
            if status is not None:
                raise _Unresolved(f"The operation with the bulkId {bulk_id[:64]}, which this one refers to, failed.")
            if bulk_id not in self._created:
                raise InvalidValue(f"No POST of this request has the bulkId {bulk_id[:64]}.")

    async def _send(self, operation: BulkOperation, last_start: float | None = None) -> Response:
        """Run one operation, in what time there is."""
        elapsed = asyncio.get_running_loop().time() - self._started
        if elapsed > (LAST_START_SECONDS if last_start is None else last_start):
            return error_response(Unavailable("There was no time left for this operation. Send it again."))
        return await outcome(deadline.within(LAST_END_SECONDS - elapsed, self._run(operation)), self.call.request.id)

    async def _run(self, operation: BulkOperation) -> Response:
        path = operation.path.removeprefix(self.call.services.base_url)
        found = route(operation.method, path)
        handler = CHANGES.get((found.operation, found.resource_type.name if found.resource_type else ""))
        if handler is None:
            raise InvalidValue("A bulk request may create, replace, modify and delete users and groups, nothing else.")
        if operation.data is None and found.operation is not Operation.DELETE:
            raise InvalidSyntax('The operation has no "data".')
        request = Request(
            method=operation.method,
            path=path,
            query={name.lower(): value for name, value in parse_qsl(operation.query)},
            headers={} if operation.version is None else {"if-match": operation.version},
            body=b"" if operation.data is None else document_text(operation.data).encode(),
            id=self.call.request.id,
        )
        return await handler(replace(self.call, request=request, route=found))

    def _note(self, index: int, operation: BulkOperation, response: Response) -> None:
        """Note what became of an operation. The reply to one that succeeded is left out: it may be large."""
        is_failed, is_post = response.status >= _ERRORS, operation.method == "POST"
        if is_failed:
            self._errors += 1
        else:
            response = replace(response, body=None)
        where = response.headers.get("Location") if is_post else self._location(operation)
        self.done[index] = BulkResult(operation=operation, response=response, location=where)
        if is_post and is_failed:
            self.failed[operation.bulk_id] = response.status
        elif is_post:
            self.ids[operation.bulk_id] = (where or "").rpartition("/")[2]
        if is_post:
            self.order.settle(operation.bulk_id, made=not is_failed)

    def _location(self, operation: BulkOperation) -> str:
        """The URL of the resource that an operation other than a POST is about, as far as it can be told."""
        path = resolved_path(operation.path, self.ids).removeprefix(self.call.services.base_url)
        try:
            found = route(operation.method, path)
        except ScimError:
            return f"{self.call.services.base_url}/{path.strip('/')}"
        if found.resource_type is None or not found.id:
            return f"{self.call.services.base_url}/{path.strip('/')}"
        return location(self.call.services.base_url, found.resource_type.name, found.id)

    async def _break_circle(self) -> bool:
        """Create the first resource that can do without what it refers to; when none can, refuse the first operation.

        Returns:
            Whether there was anything to do.
        """
        stuck = list(self.order.stuck())
        for index in stuck:
            operation = self.request.operations[index]
            if operation.method == "POST" and type(operation.data) is dict and _PREFIX not in operation.path:
                self.order.take(index)
                await self._create_incomplete(index, operation)
                return True
        for index in stuck[:1]:
            self.order.take(index)
            circle = _Unresolved("The operation and those that it refers to refer to each other in a circle.")
            self._note(index, self.request.operations[index], error_response(circle))
        return bool(stuck)

    async def _create_incomplete(self, index: int, operation: BulkOperation) -> None:
        rest, later = detached(operation.data)
        response = await self._outcome(replace(operation, data=rest))
        if response.status < _ERRORS:
            self.incomplete[index] = later
        self._note(index, operation, response)
        if index in self.incomplete:
            self.order.add(Task(TaskKind.COMPLETION, index), self._awaited(frozenset(references_in(later))))

    async def _complete(self, index: int) -> None:
        """Add the references that a resource was created without."""
        made = self.done[index]
        addition = BulkOperation(method="PATCH", path=made.location or "", data=self.incomplete[index])
        response = await self._outcome(addition)
        if response.status >= _ERRORS:
            await self._withdraw(index, response)
            return
        del self.incomplete[index]
        headers = {**made.response.headers, **response.headers}
        self.done[index] = replace(made, response=replace(made.response, headers=headers))

    async def _withdraw(self, index: int, response: Response) -> None:
        """Delete a resource that cannot be completed, so that its POST has failed as a whole.

        When even that fails, the `location` that a failed POST does not have otherwise tells where the resource is.
        """
        del self.incomplete[index]
        made = self.done[index]
        deletion = BulkOperation(method="DELETE", path=made.location or "")
        is_gone = (await self._send(deletion, LAST_END_SECONDS)).status < _ERRORS
        self.done[index] = replace(made, response=response, location=None if is_gone else made.location)
        self._errors += 1
        self.ids.pop(made.operation.bulk_id)
        self.failed[made.operation.bulk_id] = response.status
