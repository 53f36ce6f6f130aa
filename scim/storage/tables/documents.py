"""JSON texts in columns: a string column holds 32,768 UTF-16 units, a document more."""

from scim.errors import PayloadTooLarge
from scim.storage.tables.keys import units
from scim.storage.tables.rows import Columns

MAX_DOCUMENT_UNITS = 400_000
"""The longest document that is stored; the largest row may have 1 MiB."""
_COLUMN_CHARACTERS = 32_000
_WIDE_COLUMN_CHARACTERS = 16_000
"""Of texts with characters beyond the basic plane, which take two units each."""


def text_columns(text: str) -> dict[str, str]:
    """A text as the columns `doc0`, `doc1`, ...

    Raises:
        PayloadTooLarge: It is longer than `MAX_DOCUMENT_UNITS`.
    """
    length = units(text)
    if length > MAX_DOCUMENT_UNITS:
        raise PayloadTooLarge(f"The resource is too large: {length:,} of {MAX_DOCUMENT_UNITS:,} characters.")
    step = _COLUMN_CHARACTERS if length == len(text) else _WIDE_COLUMN_CHARACTERS
    return {f"doc{index}": text[start : start + step] for index, start in enumerate(range(0, len(text), step))}


def column_text(columns: Columns) -> str:
    """The text that `text_columns` stored."""
    if "doc1" not in columns:
        return str(columns["doc0"])
    parts: list[str] = []
    while (part := columns.get(f"doc{len(parts)}")) is not None:
        parts.append(str(part))
    return "".join(parts)
