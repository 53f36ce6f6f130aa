"""What an attribute takes as its value, and the form in which it is kept (RFC 7643 §2.2 to §2.5).

Values are kept as they were sent, except that names take their canonical spelling, booleans and numbers take their
attribute's type, and what is no value at all (null, an empty list or object, a blank string) is left out. Every reader
returns None for "no value" and raises `InvalidValue` for what the attribute does not take.

Names in messages are written as a PATCH path would write them; `owner` is what stands before an attribute's own name:
nothing, `emails.`, or a schema's URN and a colon.
"""

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any
from unicodedata import category

from scim.errors import InvalidValue, ScimError
from scim.schema.attributes import Attribute, AttributeType, Document

MAX_VALUES = 100
"""How many values a multi-valued attribute holds, members apart, when `MAX_VALUES_OF` does not name it."""
MAX_VALUES_OF = {"emails": 40}

LABELS = frozenset({"type", "primary"})
"""Sub-attributes that say something about a value and are none themselves."""

_MULTILINE = frozenset({"formatted", "streetAddress"})
"""Attributes that may hold line breaks (RFC 7643 §4.1.2, `addresses`); directories do keep streets in two lines."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn"})
"""Unicode categories that a `userName` may not contain: with them two names that look the same would differ."""

_BOOLEANS = {"true": True, "false": False}
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9_-]+={0,2}")
_SHOWN_LENGTH = 128


class UnknownAttributes(StrEnum):
    """What is done with attributes that no served schema defines."""

    IGNORE = "ignore"
    REJECT = "reject"


class UnknownNames:
    """The unknown names that one request came with: gathered, or refused at once.

    Args:
        policy: Whether to gather or to refuse.
    """

    __slots__ = ("_names", "policy")

    def __init__(self, policy: UnknownAttributes) -> None:
        self.policy = policy
        self._names: dict[str, None] = {}

    def note(self, name: str, error: type[ScimError] = InvalidValue) -> None:
        """Take note of `name`, or raise `error` when unknown attributes are refused."""
        shown = shorten(name)
        if self.policy is UnknownAttributes.REJECT:
            raise error(f'"{shown}" is not an attribute that this service knows; remove it from the attribute mapping.')
        self._names[shown] = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once, in the order in which they came."""
        return tuple(self._names)


def shorten(name: str) -> str:
    """A client's spelling of a name, fit for a message or a log line."""
    return "".join(character if character.isprintable() else "?" for character in name[:_SHOWN_LENGTH])


def is_no_value(value: Any) -> bool:
    """Whether a value means that there is none: null, a blank string or an empty list (RFC 7643 §2.5)."""
    return value is None or (not value.strip() if type(value) is str else value == [])


def read_value(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> Any:
    """The value to keep for `attribute`, or None when `value` is no value.

    Args:
        value: What the client sent; it is not modified.
        attribute: The attribute or sub-attribute that it is for.
        owner: What stands before the attribute's name in messages.
        unknown: Takes the names of unknown sub-attributes.

    Raises:
        InvalidValue: The attribute does not take this value.

    RFC 7643 §2.3 to §2.5
    """
    if value is None:
        return None
    if attribute.multi_valued:
        return _read_many(value, attribute, owner, unknown)
    return _READERS[attribute.type](value, attribute, owner, unknown)


def read_element(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> Any:
    """As `read_value`, for one element of a multi-valued attribute."""
    return None if value is None else _READERS[attribute.type](value, attribute, owner, unknown)


def read_parts(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> Document:
    """The sub-attributes given in a complex value, by canonical name; None for those that are to have no value.

    A lone string or number stands for `value`, and a list of one for its element: so arrives a manager from Entra ID.
    Read-only sub-attributes are left out (RFC 7643 §2.2).
    """
    if type(value) is not dict:
        value = _as_object(value, attribute, owner)
    prefix = f"{owner}{attribute.name}."
    by_name = attribute.by_name
    parts: Document = {}
    for key, item in value.items():
        sub = by_name.get(key) or by_name.get(key.lower())
        if sub is None:
            unknown.note(prefix + key)
        elif sub.mutability != "readOnly":
            if sub.name in parts:
                raise given_twice(prefix + sub.name)
            parts[sub.name] = read_value(item, sub, prefix, unknown)
    return parts


def with_content(values: Iterable[Any]) -> list[Any]:
    """Those of the values that say more than a type or which one is preferred.

    What is left of `{"type": "work", "value": "…"}` when its value is cleared is no address.
    """
    return [value for value in values if type(value) is not dict or not value.keys() <= LABELS]


def check_count(values: list[Any], attribute: Attribute, owner: str) -> None:
    """Refuse more values than a multi-valued attribute holds."""
    limit = MAX_VALUES_OF.get(attribute.name, MAX_VALUES)
    if len(values) > limit:
        raise InvalidValue(f'"{owner}{attribute.name}" takes at most {limit} values.')


def check_primary(values: list[Any], attribute: Attribute, owner: str) -> None:
    """Refuse two preferred values (RFC 7643 §2.4)."""
    if sum(value.get("primary") is True for value in values) > 1:
        raise InvalidValue(f'Only one value of "{owner}{attribute.name}" may be primary.')


def given_twice(name: str) -> InvalidValue:
    """The refusal of an attribute that stands in one object in two spellings."""
    return InvalidValue(f'"{shorten(name)}" is given more than once.')


def _read_many(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> list[Any] | None:
    """A list of values; one that comes without its list is accepted."""
    if type(value) is not list:
        value = [value]
    check_count(value, attribute, owner)
    read = _READERS[attribute.type]
    values = [
        element for item in value if item is not None and (element := read(item, attribute, owner, unknown)) is not None
    ]
    if len(values) > 1 and attribute.type == "complex":
        check_primary(values, attribute, owner)
    return values or None


def _read_complex(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> Document | None:
    if type(value) is not dict and is_no_value(value):
        return None
    parts = read_parts(value, attribute, owner, unknown)
    if None in parts.values():
        parts = {name: part for name, part in parts.items() if part is not None}
    return parts or None


def _as_object(value: Any, attribute: Attribute, owner: str) -> Document:
    """The object that a complex value without braces, or with brackets around them, stands for."""
    match value:
        case [dict() as only]:
            return only
        case [str() | int() | float() as only] | (str() | int() | float() as only) if not isinstance(only, bool):
            if "value" in attribute.by_name:
                return {"value": only}
    raise InvalidValue(f'"{owner}{attribute.name}" must be an object with sub-attributes.')


def _read_string(value: Any, attribute: Attribute, owner: str, _unknown: UnknownNames) -> str | None:
    if type(value) is not str:
        if type(value) is int or type(value) is float:
            return str(value)  # organization identifiers look like numbers, and some mappings send them as such
        if is_no_value(value):
            return None
        raise InvalidValue(f'"{owner}{attribute.name}" must be a string.')
    if not value.isprintable():
        _check_characters(value, attribute, owner)
    if not value or value.isspace():
        return None
    if attribute.name == "userName" and value != value.strip():
        raise InvalidValue('"userName" begins or ends with a space; remove it.')
    return value


def _check_characters(text: str, attribute: Attribute, owner: str) -> None:
    """Refuse control characters, and in a `userName` everything else that cannot be seen."""
    if attribute.name == "userName":
        refused = any(category(character) in _INVISIBLE for character in text)
    else:
        refused = (_CONTROL_BUT_BREAKS if attribute.name in _MULTILINE else _CONTROL).search(text) is not None
    if refused:
        raise InvalidValue(f'"{owner}{attribute.name}" contains characters that cannot be seen; remove them.')


def _read_boolean(value: Any, attribute: Attribute, owner: str, _unknown: UnknownNames) -> bool | None:
    """True or false; Entra ID also sends them as strings, in any case of letters."""
    if type(value) is bool:
        return value
    if is_no_value(value):
        return None
    truth = _BOOLEANS.get(value.lower()) if type(value) is str else None
    if truth is None:
        raise InvalidValue(f'"{owner}{attribute.name}" must be true or false.')
    return truth


def _read_integer(value: Any, attribute: Attribute, owner: str, _unknown: UnknownNames) -> int | None:
    if is_no_value(value):
        return None
    if type(value) is not int:
        raise InvalidValue(f'"{owner}{attribute.name}" must be a whole number.')
    return value


def _read_decimal(value: Any, attribute: Attribute, owner: str, _unknown: UnknownNames) -> float | None:
    if is_no_value(value):
        return None
    if type(value) not in (int, float) or not isfinite(value):
        raise InvalidValue(f'"{owner}{attribute.name}" must be a number.')
    number: float = value
    return number


def _read_date_time(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> str | None:
    """A point in time, kept as it was written (RFC 7643 §2.3.5)."""
    text = _read_string(value, attribute, owner, unknown)
    if text is not None and not _is_date_time(text):
        raise InvalidValue(f'"{owner}{attribute.name}" must be a date and time such as 2026-01-31T09:30:00Z.')
    return text


def _is_date_time(text: str) -> bool:
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def _read_binary(value: Any, attribute: Attribute, owner: str, unknown: UnknownNames) -> str | None:
    """Bytes in base64 of either alphabet, with or without padding, kept as written (RFC 7643 §2.3.6)."""
    text = _read_string(value, attribute, owner, unknown)
    if text is not None and not _is_base64(text):
        raise InvalidValue(f'"{owner}{attribute.name}" must be base64.')
    return text


def _is_base64(text: str) -> bool:
    if not _BASE64.fullmatch(text):
        return False
    digits = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        a2b_base64(digits + "=" * (-len(digits) % 4), strict_mode=True)
    except ValueError:
        return False
    return True


type _Reader = Callable[[Any, Attribute, str, UnknownNames], Any]

_READERS: dict[AttributeType, _Reader] = {
    "string": _read_string,
    "reference": _read_string,
    "boolean": _read_boolean,
    "integer": _read_integer,
    "decimal": _read_decimal,
    "dateTime": _read_date_time,
    "binary": _read_binary,
    "complex": _read_complex,
}
