"""The form in which values of an attribute are compared and ordered, by its type (RFC 7643 §2.3, RFC 7644 §3.4.2.2).

A key function turns a value as it stands in a document, or in a filter, into its comparable form, and anything that is
no value of the type into None: stored data can make a comparison false, never make it fail.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scim.schema.attributes import Attribute, AttributeType
from scim.schema.comparison import comparison_key

type Key = Callable[[Any], Any]
"""A value to its comparable form; None for what is no value of the type."""

_BOOLEANS = {"true": True, "false": False}
_DATE_LENGTH = len("2011-05-13")


def folded_text(value: Any) -> str | None:
    """Text whose case does not matter."""
    return comparison_key(value) if isinstance(value, str) else None


def exact_text(value: Any) -> str | None:
    """Text whose case matters."""
    return value if isinstance(value, str) else None


def number(value: Any) -> int | float | None:
    """A number; JSON's booleans are none, although Python's are."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def boolean(value: Any) -> bool | None:
    """A boolean, or the word for it in quotes, which Entra sends."""
    if isinstance(value, bool):
        return value
    return _BOOLEANS.get(value.lower()) if isinstance(value, str) else None


def instant(value: Any) -> datetime | None:
    """A moment, whatever its offset and precision; without an offset it is UTC.

    Date and time are both required (RFC 7643 §2.3.5). Digits beyond the microsecond are cut off.
    """
    text = value.upper() if isinstance(value, str) else ""
    if text[_DATE_LENGTH : _DATE_LENGTH + 1] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_KEYS: dict[AttributeType, Key] = {
    "boolean": boolean,
    "decimal": number,
    "integer": number,
    "dateTime": instant,
    "binary": exact_text,
    "reference": exact_text,
}


def key_for(attribute: Attribute) -> Key:
    """The key function of an attribute that is not complex."""
    if attribute.type == "string":
        return exact_text if attribute.case_exact else folded_text
    return _KEYS[attribute.type]


def is_present(value: Any) -> bool:
    """Whether there is a value: not null, no empty text, list or object, nor one of only such (RFC 7643 §2.5)."""
    if isinstance(value, dict):
        return any(is_present(each) for each in value.values())
    if isinstance(value, list):
        return any(is_present(each) for each in value)
    return value is not None and value != ""
