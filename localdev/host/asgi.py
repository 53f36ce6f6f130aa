"""The host as an ASGI application: finds the function, lets the worker run it, sends its reply."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from localdev.host import replies
from localdev.host.replies import Reply
from localdev.host.requests import decode_path, to_message
from localdev.host.routing import Routes
from localdev.host.timers import Timers
from localdev.host.worker import Worker, WorkerFailure

_LOGGER = logging.getLogger("localdev.host")
_ADMIN = "/admin/functions/"
_PING = "/admin/host/ping"

type Scope = Mapping[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]


class HostApp:
    """An app's functions over HTTP.

    Args:
        worker: The worker, with the app loaded.
        routes: The app's routes.
        timers: Its timers, for `POST /admin/functions/{name}`; Azure asks for the master key there, Core Tools do not.
    """

    def __init__(self, worker: Worker, routes: Routes, timers: Timers) -> None:
        self._worker = worker
        self._routes = routes
        self._timers = timers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        body = await _read(receive)
        reply = await self._reply(scope, body)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
        if reply.status not in (204, 304):
            headers.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Scope, body: bytes) -> Reply:
        path = decode_path(scope["raw_path"])
        if path == _PING:
            return Reply(200, [], b"")
        if path.startswith(_ADMIN):
            return self._run_timer(scope["method"], path.removeprefix(_ADMIN))
        found = self._routes.find(scope["method"], path)
        if found is None:
            return replies.EMPTY_404
        function, parameters = found
        try:
            returned = await self._worker.invoke(function, to_message(scope, path, parameters, body))
        except WorkerFailure as failure:
            _LOGGER.error("The function %s failed: %s\n%s", function.name, failure, failure.stack_trace)  # noqa: TRY400 - it has the trace
            return replies.EMPTY_500
        return replies.from_message(returned)

    def _run_timer(self, method: str, name: str) -> Reply:
        if method == "POST" and self._timers.trigger(name):
            return Reply(202, [], b"")
        return replies.EMPTY_404


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
