"""What does not fit a contract, told to people field by field."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scim.contracts import texts

_MAX_FIELD = 200
"""Characters of a field's name that are told: unknown ones are the client's own."""


def field_errors(error: ValidationError) -> Iterator[tuple[str, str]]:
    """The fields, as names and positions joined by dots, each with what is wrong: no pattern, and no word of Python's.

    The sentences have no full stop.
    """
    for part in error.errors(include_url=False, include_input=False):
        yield ".".join(map(str, part["loc"]))[:_MAX_FIELD], _sentence(part)


def _sentence(part: ErrorDetails) -> str:
    facts = part.get("ctx", {})
    if part["type"] == "value_error":
        return str(facts["error"])
    return texts.SENTENCES.get(facts.get("pattern", ""), part["msg"])
