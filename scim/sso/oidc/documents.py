"""JSON that other servers send: objects, within bounds."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn


def read_object(body: bytes) -> Mapping[str, Any] | None:
    """A JSON object; None for anything else, also for one with a name twice, NaN, half a character, or too deep."""
    try:
        found = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_refused)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def text(document: Mapping[str, Any], name: str) -> str:
    """A member that is a text; "" for another one or none."""
    value = document.get(name)
    return value if isinstance(value, str) else ""


def texts(document: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """The texts in a member that is a list; None for another one or none."""
    value = document.get(name)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refused(_: str) -> NoReturn:
    raise ValueError("not JSON")
