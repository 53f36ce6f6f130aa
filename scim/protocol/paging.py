"""Index paging (RFC 7644 §3.4.2.4)."""

import re
from collections.abc import Mapping

from scim.errors import InvalidValue

DEFAULT_COUNT = 100
MAX_COUNT = 200
"""Resources on a page at most; a larger `count` is not an error."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def start_index(query: Mapping[str, str]) -> int:
    """The 1-based position of the first result; less than one means one."""
    return max(1, _integer(query, "startindex", 1))


def count(query: Mapping[str, str]) -> int:
    """How many results are wanted: 0 to `MAX_COUNT`; a negative number means none."""
    return min(MAX_COUNT, max(0, _integer(query, "count", DEFAULT_COUNT)))


def _integer(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not _INTEGER.fullmatch(text):
        raise InvalidValue(f"{name} must be an integer.")
    return int(text)
