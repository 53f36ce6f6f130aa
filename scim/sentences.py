"""Texts for people that the console can tell in another language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol, Self


class Teller(Protocol):
    """A language: its catalog, and how it writes what is filled in."""

    def gettext(self, text: str, /) -> str:
        """A text of the catalog."""

    def ngettext(self, one: str, several: str, number: int, /) -> str:
        """A text of the catalog for this number."""

    def date(self, moment: date, /) -> str:
        """A day in full: "14 July 2027"."""

    def number(self, number: int, /) -> str:
        """A number with its separators."""

    def code(self, code: str, /) -> str:
        """What a code is called: "End user" for `endUser`."""


class Code(str):
    """A word of the API or the log, such as `endUser`: English has it as it is, pages may have a name for it."""

    __slots__ = ()


class Sentence(str):
    """A text in English that remembers what it was made from.

    It is a string like any other to whoever shows it in English: the API, activities, the log. The console looks its
    template up in the catalog of the reader's language, and fills that in.

        Sentence('There is an organization called "{name}" already.', name=name)

    Attributes:
        template: What catalogs list: the English text, with `{names}` for what is filled in.
        several: The same for several; "" when there is no such form.
        number: How many, when there is.
        values: What is filled in. Sentences and codes among them are told in the reader's language, too; days and whole
            numbers are written as it writes them.
    """

    __slots__ = ("number", "several", "template", "values")

    template: str
    several: str
    number: int
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """The English text of a template."""
        return cls.made(template, "", 0, values)

    @classmethod
    def counted(cls, one: str, several: str, number: int, /, **values: object) -> Self:
        """The text for one or for several; `{number}` is filled in."""
        return cls.made(one, several, number, {"number": number, **values})

    @classmethod
    def word(cls, text: str, /) -> Self:
        """A member of an enumeration, or another word that catalogs list because `localdev.texts` names its kind."""
        return cls.made(str(text), "", 0, {})

    @classmethod
    def joined(cls, parts: Iterable[str], separator: str = "; ") -> Self:
        """A list of texts, one after the other; empty ones are left out, and a sentence alone stays what it is."""
        given = [part for part in parts if part]
        if len(given) == 1 and isinstance(given[0], cls):
            return given[0]
        values = {f"part{number}": part for number, part in enumerate(given)}
        return cls.made(separator.join(f"{{{name}}}" for name in values), "", 0, values)

    @classmethod
    def restored(cls, text: str, template: str, several: str, number: int, values: Mapping[str, object]) -> Self:
        """A sentence that was stored with what it was made from. In English it stays the text that was told then."""
        made = super().__new__(cls, text)
        made.template, made.several, made.number, made.values = template, several, number, values
        return made

    @classmethod
    def made(cls, template: str, several: str, number: int, values: Mapping[str, object]) -> Self:
        """A sentence of what another one was made from."""
        return cls.restored(_filled(_ENGLISH, template, several, number, values), template, several, number, values)

    def told(self, teller: Teller) -> str:
        """The text in another language."""
        return _filled(teller, self.template, self.several, self.number, self.values) if self else ""


def _filled(teller: Teller, template: str, several: str, number: int, values: Mapping[str, object]) -> str:
    chosen = teller.ngettext(template, several, number) if several else teller.gettext(template)
    return chosen.format_map({name: _told(teller, value) for name, value in values.items()}) if values else chosen


def _told(teller: Teller, value: object) -> object:
    match value:
        case Sentence():
            return value.told(teller)
        case Code():
            return teller.code(value)
        case date():
            return teller.date(value)
        case int():
            return teller.number(value)
        case _:
            return value


class _English:
    """What texts are written in."""

    def gettext(self, text: str, /) -> str:
        return text

    def ngettext(self, one: str, several: str, number: int, /) -> str:
        return one if number == 1 else several

    def date(self, moment: date, /) -> str:
        return f"{moment.day} {moment:%B %Y}"

    def number(self, number: int, /) -> str:
        return f"{number:,}"

    def code(self, code: str, /) -> str:
        return code


_ENGLISH = _English()
