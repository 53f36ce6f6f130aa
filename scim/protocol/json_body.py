"""A request's body, as strict JSON (RFC 8259, RFC 7644 §3.8).

The C parser does the work. What it tolerates and two parsers could read differently is refused: NaN, duplicate names,
lone surrogates, NUL. No message repeats the body.
"""

import json
import re
from collections.abc import Iterable
from math import isfinite
from typing import Any

from scim.errors import InvalidSyntax
from scim.schema.attributes import Document

MAX_DEPTH = 32
"""How deep objects and lists may stand in each other."""

_MAX_DIGITS = 20
"""Enough for every 64-bit integer and its sign; Python's own integers would grow without end."""
_BOM = b"\xef\xbb\xbf"
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def parse_json(body: bytes) -> Any:
    """The value that `body` holds.

    Raises:
        InvalidSyntax: It is not UTF-8, not JSON, or is JSON that could be read in two ways.
    """
    if not body:
        raise InvalidSyntax("The request has no body.")
    try:
        value = _DECODER.decode(body.removeprefix(_BOM).decode())
    except UnicodeDecodeError as cause:
        raise InvalidSyntax("The body is not UTF-8.") from cause
    except json.JSONDecodeError as cause:
        raise InvalidSyntax(f"The body is not JSON: line {cause.lineno}, column {cause.colno}.") from cause
    except RecursionError as cause:
        raise _too_deep() from cause
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _is_deeper_than(MAX_DEPTH, value):
        raise _too_deep()
    if b"\\u" in body and _SUSPECT_ESCAPE.search(body) and _has_unusable_text(value):
        raise InvalidSyntax("The body contains a character that is no text: NUL, or half of a surrogate pair.")
    return value


def require_object(value: Any) -> Document:
    """`value`, which must be a JSON object.

    Raises:
        InvalidSyntax: It is something else.
    """
    if type(value) is not dict:
        raise InvalidSyntax("The body must be a JSON object.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidSyntax("An object in the body has the same name twice.")
    return found


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise InvalidSyntax("The body contains an integer that is too large.")
    return int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise InvalidSyntax("The body contains a number that is too large.")
    return number


def _constant(name: str) -> Any:
    raise InvalidSyntax(f"{name} is not JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)


def _too_deep() -> InvalidSyntax:
    return InvalidSyntax(f"Objects and lists in the body stand more than {MAX_DEPTH} deep in each other.")


def _is_deeper_than(limit: int, value: Any) -> bool:
    """Whether more than `limit` containers stand in each other; level by level, so nothing recurses."""
    level = [value] if type(value) in (dict, list) else []
    for _ in range(limit):
        level = [child for parent in level for child in _children(parent) if type(child) is dict or type(child) is list]
        if not level:
            return False
    return True


def _has_unusable_text(value: Any) -> bool:
    """Whether a name or a string holds NUL or a lone surrogate."""
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is str:
            if _UNUSABLE.search(item):
                return True
        elif type(item) is dict:
            pending += item
            pending += item.values()
        elif type(item) is list:
            pending += item
    return False


def _children(parent: Any) -> Iterable[Any]:
    return parent.values() if type(parent) is dict else parent
