"""The switch that makes an emulator fail, for tests.

`PUT /faults` takes a JSON object, `DELETE /faults` ends the failing. Members, all optional:

* `status` (and `retry_after_seconds`): answer with this status instead of serving the request;
* `hang_seconds`: wait before anything else;
* `drop`: close the connection instead of answering;
* `cut_off`: promise a body, send half of it and close the connection;
* `malformed`: answer 200 with something that is not JSON;
* `count`: how many requests are treated so; without it, all until the switch is reset.
"""

import asyncio
from dataclasses import dataclass, fields, replace

from aiohttp import web
from aiohttp.typedefs import Handler

CONTROL_PATH = "/faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How to fail; see the module."""

    status: int | None = None
    retry_after_seconds: int | None = None
    hang_seconds: float = 0
    drop: bool = False
    cut_off: bool = False
    malformed: bool = False
    count: int | None = None


class Faults:
    """The switch of one emulator."""

    def __init__(self) -> None:
        self._fault: Fault | None = None

    def add_to(self, app: web.Application) -> None:
        """Let the application fail as told."""
        app.middlewares.append(self._middleware)
        app.router.add_put(CONTROL_PATH, self._set)
        app.router.add_delete(CONTROL_PATH, self._reset)

    async def _set(self, request: web.Request) -> web.Response:
        body = await request.json()
        unknown = set(body) - {field.name for field in fields(Fault)}
        if unknown:
            return web.Response(status=400, text=f"Unknown: {', '.join(sorted(unknown))}")
        self._fault = Fault(**body)
        return web.Response(status=204)

    async def _reset(self, _request: web.Request) -> web.Response:
        self._fault = None
        return web.Response(status=204)

    def _next(self) -> Fault | None:
        fault = self._fault
        if fault is not None and fault.count is not None:
            left = fault.count - 1
            self._fault = replace(fault, count=left) if left > 0 else None
        return fault

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = None if request.path == CONTROL_PATH else self._next()
        if fault is None:
            return await handler(request)
        await asyncio.sleep(fault.hang_seconds)
        if fault.drop:
            return _drop(request)
        if fault.cut_off:
            return await _cut_off(request)
        if fault.malformed:
            return web.Response(text="<html>not what you asked for</html>", content_type="application/json")
        if fault.status is not None:
            return _refusal(fault.status, fault.retry_after_seconds)
        return await handler(request)


def _refusal(status: int, retry_after_seconds: int | None) -> web.Response:
    headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    error = {"error": {"code": "Throttled" if status == 429 else "Fault", "message": "As told by the fault switch."}}  # noqa: PLR2004
    return web.json_response(error, status=status, headers=headers)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"value": "')
    if request.transport is not None:
        request.transport.close()
    return response
