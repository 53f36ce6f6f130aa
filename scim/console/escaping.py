"""How values get into a page: escaped, and with nothing hidden in them."""

import html
import re
from collections.abc import Iterable
from operator import attrgetter

from markupsafe import Markup

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
"""What changes a text, or how it looks, without being seen: control characters, marks of direction, blanks of no width
or no ink. The joiners U+200C and U+200D are not among them: Persian and emoji are written with them."""


def shown(value: object) -> str:
    """What is put into a page in place of a value: escaped, and characters that nobody sees become ones that all do.

    Otherwise a name could hide what it is, or turn the text around it (U+202E).
    """
    if value is None:
        return ""
    if isinstance(value, Markup):
        return value
    text = str(value)
    if not (text.isascii() and text.isprintable()):  # nearly all of them are, and it is seen quickly
        text = _CONTROLS.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)
    return html.escape(text)


def filled(text: str, /, **values: object) -> Markup:
    """A text of ours, markup with places such as `%(name)s`, with values as templates show them.

    `Markup % values` does the same, in many times the time.
    """
    return Markup(text % {name: _escaped(value) for name, value in values.items()})  # noqa: S704 - all are escaped


def _escaped(value: object) -> object:
    return value if isinstance(value, int) else shown(value)


def typed(value: object) -> Markup:
    """A value for a form's field, exactly: what is not touched must be sent back as it was."""
    return Markup(html.escape("" if value is None else str(value)))  # noqa: S704 - it is escaped


def isolated(text: object) -> Markup:
    """A text of whatever direction, which turns nothing around it."""
    return Markup(f"<bdi>{shown(text)}</bdi>")  # noqa: S704 - it is escaped; pages have hundreds of these


def listed(things: Iterable[object], name: str) -> Markup:
    """What things are called, one after the other.

    Args:
        things: What they are.
        name: The attribute with the name.
    """
    return Markup(", ").join(map(isolated, map(attrgetter(name), things)))
