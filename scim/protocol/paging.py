"""Pages by index (RFC 7644 §3.4.2.4) and by cursor (RFC 9865).

A request that has a `cursor`, even an empty one, is paged by cursor; every other by index, as Entra ID and Okta do.
"""

import re
from collections.abc import Mapping

from scim.errors import InvalidCount, InvalidValue, ScimError

DEFAULT_COUNT = 100
MAX_COUNT = 200
"""Resources on a page at most; a larger `count` is not an error."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def start_index(query: Mapping[str, str]) -> int:
    """The 1-based position of the first result; less than one means one."""
    return max(1, _integer(query, "startIndex", 1))


def count(query: Mapping[str, str]) -> int:
    """How many results are wanted: 0 to `MAX_COUNT`; a negative number means none."""
    return min(MAX_COUNT, max(0, _integer(query, "count", DEFAULT_COUNT)))


def cursor(query: Mapping[str, str]) -> str | None:
    """The cursor: empty for the first page, None for pages by index."""
    text = query.get("cursor")
    return None if text is None else text.strip()


def cursor_count(query: Mapping[str, str]) -> int:
    """How many results a page by cursor shall have: 1 to `MAX_COUNT`.

    Raises:
        InvalidCount: Less than one, or no integer (RFC 9865 §2.1).
    """
    wanted = _integer(query, "count", DEFAULT_COUNT, InvalidCount)
    if wanted < 1:
        raise InvalidCount("count must be at least 1 with a cursor. Leave the cursor out to ask for the total alone.")
    return min(MAX_COUNT, wanted)


def _integer(query: Mapping[str, str], name: str, default: int, error: type[ScimError] = InvalidValue) -> int:
    text = query.get(name.lower(), "").strip()
    if not text:
        return default
    if not _INTEGER.fullmatch(text):
        raise error(f"{name} must be an integer of at most 18 digits.")
    return int(text)
