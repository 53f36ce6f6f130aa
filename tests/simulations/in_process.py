"""Simulated identity providers without a socket: an httpx transport over the dispatcher."""

from urllib.parse import parse_qsl

import httpx

from scim.operations.dispatch import Dispatcher
from scim.protocol.messages import MEDIA_TYPE, Request


class DispatcherTransport(httpx.AsyncBaseTransport):
    """Answers requests as the triggers do, with one dispatcher.

    Args:
        dispatcher: Of an application in this process.
        base_url: Its SCIM base URL.
    """

    def __init__(self, dispatcher: Dispatcher, base_url: str) -> None:
        self._dispatcher = dispatcher
        self._base_path = httpx.URL(base_url).path

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Convert there and back."""
        answer = await self._dispatcher.answer(
            Request(
                method=request.method,
                path=request.url.path.removeprefix(self._base_path),
                query={name.lower(): value for name, value in parse_qsl(request.url.query.decode())},
                headers={name.lower(): value for name, value in request.headers.items()},
                body=await request.aread(),
                id="in-process",
            )
        )
        content = None if answer.body is None else answer.body.encode()
        headers = dict(answer.headers) | ({} if content is None else {"Content-Type": MEDIA_TYPE})
        return httpx.Response(answer.status, headers=headers, content=content)
