"""Texts for people that the console can tell in another language."""

from collections.abc import Callable, Mapping
from typing import Self


class Sentence(str):
    """A text in English that remembers what it was made from.

    It is a string like any other to whoever shows it in English: the API, activities, the log. The console looks its
    template up in the catalog of the reader's language, and fills that in.

        Sentence('There is an organization called "{name}" already.', name=name)

    Attributes:
        template: What catalogs list: the English text, with `{names}` for what is filled in.
        several: The same for several; "" when there is no such form.
        number: How many, when there is.
        values: What is filled in; sentences among them are told in the reader's language, too.
    """

    __slots__ = ("number", "several", "template", "values")

    template: str
    several: str
    number: int
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """The English text of a template."""
        return cls._made(template, "", 0, values)

    @classmethod
    def counted(cls, one: str, several: str, number: int, /, **values: object) -> Self:
        """The text for one or for several; `{number}` is filled in, grouped in thousands."""
        return cls._made(one, several, number, {"number": f"{number:,}", **values})

    @classmethod
    def _made(cls, template: str, several: str, number: int, values: Mapping[str, object]) -> Self:
        chosen = several if several and number != 1 else template
        made = super().__new__(cls, chosen.format_map(values) if values else chosen)
        made.template, made.several, made.number, made.values = template, several, number, values
        return made

    def told(self, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> str:
        """The text in the language of a catalog."""
        chosen = ngettext(self.template, self.several, self.number) if self.several else gettext(self.template)
        values = {
            name: value.told(gettext, ngettext) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return chosen.format_map(values) if values else chosen
