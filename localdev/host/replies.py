"""What a function returned, as HTTP: the host's side of the converters."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from localdev.host import protos

_SAME_SITE = {1: "lax", 2: "strict", 3: "none"}


class Reply(NamedTuple):
    """A reply; headers may repeat."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


EMPTY_404 = Reply(404, [], b"")
EMPTY_500 = Reply(500, [], b"")


def from_message(returned: protos.TypedData | None) -> Reply:
    """The reply that the host makes of a returned value."""
    if returned is None or returned.kind not in ("http", "string"):
        return EMPTY_500
    if returned.kind == "string":
        return Reply(200, [("content-type", "text/plain; charset=utf-8")], returned.string.encode())
    http = returned.http
    # A header that the function set twice is here once, with its last value: the worker put them into a mapping.
    headers = [(name, value) for name, value in http.headers.items() if name.lower() != "content-length"]
    headers += [("set-cookie", _cookie(cookie)) for cookie in http.cookies or ()]
    return Reply(int(http.status_code), headers, http.body.bytes or b"")


def _cookie(cookie: Any) -> str:
    """A cookie as ASP.NET writes it, whatever the function wrote."""
    parts = [f"{cookie.name}={quote(cookie.value, safe='')}"]
    if cookie.expires is not None:
        expires = datetime.fromtimestamp(cookie.expires.value.seconds, UTC)
        parts.append(f"expires={format_datetime(expires, usegmt=True)}")
    if cookie.max_age is not None:
        parts.append(f"max-age={int(cookie.max_age.value)}")
    for name, text in (("domain", cookie.domain), ("path", cookie.path)):
        if text is not None and text.value:
            parts.append(f"{name}={text.value}")
    if cookie.secure is not None and cookie.secure.value:
        parts.append("secure")
    if cookie.same_site in _SAME_SITE:
        parts.append(f"samesite={_SAME_SITE[cookie.same_site]}")
    if cookie.http_only is not None and cookie.http_only.value:
        parts.append("httponly")
    return "; ".join(parts)
