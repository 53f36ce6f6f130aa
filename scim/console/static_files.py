"""Style, scripts and pictures. Their addresses hold a digest of all of them, so that browsers keep them for ever."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scim.console.paths import BASE
from scim.web.messages import WebRequest, WebResponse

_FOLDER = Path(__file__).with_name("static")
_MEDIA_TYPES: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    compressed: bytes
    media_type: str


@cache
def _files() -> Mapping[str, _File]:
    paths = sorted(path for path in _FOLDER.iterdir() if path.suffix in _MEDIA_TYPES)
    contents = {path: path.read_bytes() for path in paths}
    return {
        path.name: _File(content, gzip.compress(content, mtime=0), _MEDIA_TYPES[path.suffix])
        for path, content in contents.items()
    }


@cache
def _digest() -> str:
    """Of all files: scripts import each other by relative address, so that they change together."""
    whole = hashlib.sha256()
    for name, file in _files().items():
        whole.update(name.encode() + file.content)
    return whole.hexdigest()[:16]


def address_of(name: str) -> str:
    """The address of a file."""
    return f"{BASE}/static/{_digest()}/{name}"


def static_reply(request: WebRequest) -> WebResponse | None:
    """The file at a path below the console's base; None when the path is no file's."""
    if not request.path.startswith("/static/"):
        return None
    digest, _, name = request.path.removeprefix("/static/").partition("/")
    file = _files().get(name)
    if file is None:
        return WebResponse(status=404)
    kept = {"Cache-Control": _FOR_EVER} if digest == _digest() else {}
    headers = {**kept, "Vary": "Accept-Encoding", "Cross-Origin-Resource-Policy": "same-origin"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return WebResponse(status=200, body=file.compressed, media_type=file.media_type, headers=headers)
    return WebResponse(status=200, body=file.content, media_type=file.media_type, headers=headers)
