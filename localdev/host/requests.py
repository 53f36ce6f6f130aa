"""HTTP requests as the worker gets them from the host, which changes more on the way than one would guess."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from localdev.host import protos

_ENCODED_SLASH = re.compile("(%2f)", re.IGNORECASE)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_CHARACTERS = "/%:@!$&'()*+,;=-._~"


def decode_path(raw_path: bytes) -> str:
    """The path with its escapes resolved, except for slashes, and without dot segments."""
    parts = _ENCODED_SLASH.split(raw_path.decode("latin-1"))
    decoded = "".join(part if _ENCODED_SLASH.fullmatch(part) else unquote(part) for part in parts)
    return _without_dots(decoded)


def to_message(
    scope: Mapping[str, Any], path: str, route_parameters: Mapping[str, str], body: bytes
) -> protos.TypedData:
    """The request of an ASGI scope as the worker gets it.

    Header names are lower case, repeated headers and query keys are joined with commas, empty query values are
    missing, and so is a body that came without Content-Length.

    Args:
        scope: The ASGI scope.
        path: From `decode_path`.
        route_parameters: From the route.
        body: What was received.
    """
    headers = _joined((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
    has_length = int(headers.get("content-length") or 0) > 0
    return protos.TypedData(
        http=protos.RpcHttp(
            method=scope["method"],
            url=_url(scope, headers.get("host", ""), path),
            headers=headers,
            query=_query(scope["query_string"]),
            params=dict(route_parameters),
            body=protos.TypedData(bytes=body if has_length else None),
        )
    )


def _url(scope: Mapping[str, Any], host: str, path: str) -> str:
    encoded = quote(_STRAY_PERCENT.sub("%25", path), safe=_PATH_CHARACTERS)
    query = scope["query_string"].decode("latin-1")
    return f"{scope['scheme']}://{host}{encoded}" + (f"?{query}" if query else "")


def _query(query_string: bytes) -> dict[str, str]:
    """Keys are the same in any letter case; the first spelling stays."""
    spelling: dict[str, str] = {}
    pairs = parse_qsl(query_string.decode("latin-1"), encoding="utf-8", errors="replace")
    return _joined((spelling.setdefault(key.lower(), key), value) for key, value in pairs)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        values[name].append(value)
    return {name: ",".join(all_values) for name, all_values in values.items()}


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
