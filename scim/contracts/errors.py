"""What does not fit a contract, told to people field by field."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scim.contracts import texts
from scim.domain.sso import SsoProtocol
from scim.sentences import Sentence

_ALTERNATIVES = frozenset(SsoProtocol)
"""Tags of unions, which pydantic puts among the names."""
_MAX_FIELD = 200
"""Characters of a field's name that are told: unknown ones are the client's own."""


def field_errors(error: ValidationError) -> Iterator[tuple[str, str]]:
    """The fields, as names and positions joined by dots, each with what is wrong: no pattern, and no word of Python's.

    The sentences have no full stop.
    """
    for part in error.errors(include_url=False, include_input=False):
        yield _field(part)[:_MAX_FIELD], _sentence(part)


def _field(part: ErrorDetails) -> str:
    """The name of a field; which alternative of a body was chosen is no part of it."""
    first, *rest = part["loc"] or ("",)
    return ".".join(map(str, [first, *(each for each in rest if each not in _ALTERNATIVES)]))


def _sentence(part: ErrorDetails) -> str:
    facts = part.get("ctx", {})
    if part["type"] == "value_error":
        text: str = facts["error"].args[0]
        return text
    if pattern := texts.SENTENCES.get(facts.get("pattern", "")):
        return pattern
    told = _TOLD.get(part["type"])
    return told(facts) if told else part["msg"]


def _fixed(text: Sentence) -> Callable[[Mapping[str, Any]], Sentence]:
    return lambda _: text


def _too_short(facts: Mapping[str, Any]) -> Sentence:
    least = facts["min_length"]
    return (
        _REQUIRED
        if least == 1
        else Sentence.counted("Give at least {number} character", "Give at least {number} characters", least)
    )


def _one_of(facts: Mapping[str, Any]) -> Sentence:
    expected = facts.get("expected") or facts["expected_tags"]
    return Sentence("Give one of {values}", values=expected.replace(" or ", ", ").replace("'", ""))


_REQUIRED = Sentence("This is required")
_NUMBER = _fixed(Sentence("Give a whole number"))
_SWITCH = _fixed(Sentence("Give true or false"))
_MOMENT = _fixed(Sentence("Give a moment with its offset, for example 2027-07-14T10:02:00Z"))

_TOLD: Mapping[str, Callable[[Mapping[str, Any]], Sentence]] = {
    "missing": _fixed(_REQUIRED),
    "extra_forbidden": _fixed(Sentence("There is no such field")),
    "model_type": _fixed(Sentence("Input should be an object")),
    "string_type": _fixed(Sentence("Give a text")),
    "string_too_short": _too_short,
    "string_too_long": lambda facts: Sentence.counted(
        "Give at most {number} character", "Give at most {number} characters", facts["max_length"]
    ),
    "tuple_type": _fixed(Sentence("Give a list")),
    "too_short": lambda facts: Sentence.counted(
        "Give at least {number} value", "Give at least {number} values", facts["min_length"]
    ),
    "too_long": lambda facts: Sentence.counted(
        "Give at most {number} value", "Give at most {number} values", facts["max_length"]
    ),
    "enum": _one_of,
    "literal_error": _one_of,
    "union_tag_invalid": _one_of,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "greater_than_equal": lambda facts: Sentence("Give {number} or more", number=facts["ge"]),
    "less_than_equal": lambda facts: Sentence("Give {number} or less", number=facts["le"]),
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": _MOMENT,
}
"""By pydantic's type of the error."""
