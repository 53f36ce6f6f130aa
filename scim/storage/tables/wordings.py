"""What the English text of an activity's detail was made from, so that it can be told in another language.

Kept beside the text, in a column that versions without it leave alone, and only where the text is not its own template.
As JSON: a sentence is `[template, several, number, values]`, a code `[code]`, texts and whole numbers are themselves.
"""

import json
from typing import Any

from scim.domain.details import NO_DETAIL
from scim.sentences import Code, Sentence

MAX_WORDING = 8_000
"""Characters. A detail that takes more, with very many long names in it, is told in English."""


def wording_of(text: Sentence) -> str:
    """What is stored of a text besides itself; "" for nothing.

    Raises:
        TypeError: A value is neither a text nor a whole number.
    """
    if not text.values:
        return ""
    wording = json.dumps(_parts(text), ensure_ascii=False, separators=(",", ":"))
    return wording if len(wording) <= MAX_WORDING else ""


def worded(text: str, wording: object) -> Sentence:
    """The text again. Without a wording that this version can read, catalogs are asked for the text as a whole."""
    if not text:
        return NO_DETAIL
    if wording:
        try:
            template, several, number, values = json.loads(str(wording))
            return Sentence.restored(text, template, several, number, _values(values))
        except (AttributeError, KeyError, TypeError, ValueError):  # a later version's
            pass
    return Sentence.word(text)


def _parts(value: object) -> object:
    match value:
        case Sentence():
            return [value.template, value.several, value.number, {name: _parts(v) for name, v in value.values.items()}]
        case Code():
            return [value]
        case _:
            return value


def _values(values: dict[str, Any]) -> dict[str, object]:
    return {name: _value(value) if isinstance(value, list) else value for name, value in values.items()}


def _value(parts: list[Any]) -> str:
    if len(parts) == 1:
        return Code(parts[0])
    template, several, number, values = parts
    return Sentence.made(template, several, number, _values(values))
