"""What may stand in front of a deployment and spoil it: each a transport before another."""

from collections.abc import Callable

import httpx

from tests.ops.smoke.in_process import Sent


class Proxy(httpx.BaseTransport):
    """Hands everything on, unless told otherwise.

    Args:
        behind: What it hands requests on to.
        answers: Gives its own reply to a request, or None to hand it on.
        changes_request, changes_reply: What it makes of them.
    """

    def __init__(
        self,
        behind: httpx.BaseTransport,
        *,
        answers: Callable[[httpx.Request], httpx.Response | None] = lambda _: None,
        changes_request: Callable[[httpx.Request], None] = lambda _: None,
        changes_reply: Callable[[httpx.Request, httpx.Response], httpx.Response | None] = lambda _, __: None,
    ):
        self._behind = behind
        self._answers = answers
        self._changes_request = changes_request
        self._changes_reply = changes_reply

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        own = self._answers(request)
        if own is not None:
            return own
        self._changes_request(request)
        reply = self._behind.handle_request(request)
        return self._changes_reply(request, reply) or reply


class Cache(httpx.BaseTransport):
    """Answers a GET as it was answered the first time, with the mark of a cache if `marks`."""

    def __init__(self, behind: httpx.BaseTransport, *, path: str, marks: bool):
        self._behind = behind
        self._path = path
        self._marks = {"Age": "42"} if marks else {}
        self._kept: dict[str, tuple[int, httpx.Headers, bytes]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = str(request.url)
        if request.method != "GET" or not request.url.path.startswith(self._path):
            return self._behind.handle_request(request)
        if key not in self._kept:
            reply = self._behind.handle_request(request)
            self._kept[key] = (reply.status_code, reply.headers, reply.read())
            return answer(reply.status_code, reply.headers, self._kept[key][2], reply.extensions)
        status, headers, body = self._kept[key]
        return answer(status, httpx.Headers({**headers, **self._marks}), body)


def answer(status, headers=(), body=b"", extensions=None):
    """A reply whose body has not been read."""
    return httpx.Response(status, headers=headers, stream=Sent(body), extensions=extensions or {})


def html(status, title):
    """A web page."""
    page = f"<!doctype html><html><head><title>{title}</title></head><body>…</body></html>"
    return answer(status, {"Content-Type": "text/html; charset=utf-8"}, page.encode())
