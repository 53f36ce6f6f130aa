"""The guides of Help: Markdown files by language, made pages of once.

In these files

* the first heading is the title, and the paragraph below it the summary;
* a link to `console:administration/organizations` leads to that page, one to `guide:okta` to that guide;
* a code block of the kind `copy` is a field with a *Copy* button, labelled by the rest of its first line;
* `{scim-url}` and the like stand for the tenant's own values.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from scim.console.paths import path_to
from scim.schema.urns import NINJAONE_USER
from scim.sentences import Sentence

_FOLDER = Path(__file__).with_name("guides")
_WRITTEN_IN = "en"
_FIELD = "copy "
_SEAM = re.compile("\x00(\\d+)\x00")
_PLACEHOLDER = re.compile(r"\{([a-z-]+)\}")

CONTENTS: Mapping[Sentence, Sequence[str]] = {
    Sentence("Start here"): ("considerations", "single-sign-on", "scim-configuration"),
    Sentence("Microsoft Entra ID"): ("entra", "attributes", "end-users", "user-type", "start"),
    Sentence("Okta"): ("okta",),
    Sentence("Day to day"): ("group-mapping", "rotation", "certificates", "disable", "activities", "troubleshooting"),
}
"""All guides, in the order of reading."""
NAMES: Sequence[str] = tuple(chain.from_iterable(CONTENTS.values()))


@dataclass(frozen=True, slots=True)
class Field:
    """A text to copy.

    Attributes:
        label: What it is.
        text: With placeholders.
    """

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A guide, ready to be shown.

    Attributes:
        name: In its address.
        title, summary: Texts.
        headings: Anchor and text of each section.
        parts: HTML with placeholders, and fields between.
    """

    name: str
    title: str
    summary: str
    headings: Sequence[tuple[str, str]]
    parts: Sequence[Markup | Field]

    def filled(self, values: Mapping[str, str]) -> Sequence[Markup | Field]:
        """The parts with the tenant's values in place of their names."""
        return [
            Field(part.label, _filled(part.text, values))
            if isinstance(part, Field)
            else Markup(_filled(part, {name: escape(value) for name, value in values.items()}))  # noqa: S704 - escaped
            for part in self.parts
        ]


def values(scim_base_url: str) -> Mapping[str, str]:
    """The tenant's own values, by placeholder."""
    return {
        "scim-url": scim_base_url,
        "namespace": NINJAONE_USER,
        "organization-attribute": f"{NINJAONE_USER}:organizationId",
        "user-type-attribute": f"{NINJAONE_USER}:userType",
    }


@cache
def guide(name: str, language: str) -> Guide:
    """A guide in a language; in English as long as it was not translated.

    Args:
        name: Of `NAMES`.
        language: Of `LANGUAGES`.
    """
    path = _FOLDER / language / f"{name}.md"
    path = path if path.exists() else _FOLDER / _WRITTEN_IN / path.name
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    title, summary, tokens = _opened(markdown.parse(path.read_text("utf-8")))
    headings = _number_headings(tokens)
    _tell_columns(tokens)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                _lead(child)
    fields: list[Field] = []
    for token in tokens:
        if token.type == "fence" and token.info.startswith(_FIELD):
            _leave_seam(token, fields)
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Guide(name=name, title=title, summary=summary, headings=headings, parts=_parts(html, fields))


def _opened(tokens: list[Token]) -> tuple[str, str, list[Token]]:
    """Title, summary, and the tokens that follow: heading and paragraph have three each."""
    return _text(tokens[1]), _text(tokens[4]), tokens[6:]


def _text(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def _number_headings(tokens: Sequence[Token]) -> Sequence[tuple[str, str]]:
    """Give each section an anchor; they are returned with their texts."""
    found = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            text = _text(inline)
            anchor = re.sub(r"\W+", "-", text.lower()).strip("-")
            token.attrSet("id", anchor)
            found.append((anchor, text))
    return found


def _tell_columns(tokens: Sequence[Token]) -> None:
    """Make tables of the console's kind: rows have headings, and cells know their column, for phones."""
    columns: list[str] = []
    at = 0
    for token, inline in pairwise(tokens):
        match token.type:
            case "table_open":
                columns = []
                token.attrSet("class", "table inset")
            case "th_open":
                columns.append(_text(inline))
                token.attrSet("scope", "col")
            case "tr_open":
                at = 0
            case "td_open" if at == 0:
                token.tag = "th"
                token.attrSet("scope", "row")
                at += 1
            case "td_open":
                token.attrSet("data-label", columns[at])
                _wrap(inline)
                at += 1
            case "td_close" if at == 1:
                token.tag = "th"


def _wrap(cell: Token) -> None:
    """Make one thing of a cell's content: on a phone it stands beside its column's name."""
    before, after = Token("html_inline", "", 0, content="<span>"), Token("html_inline", "", 0, content="</span>")
    cell.children = [before, *(cell.children or ()), after]


def _lead(link: Token) -> None:
    """Have a link lead to one of our pages."""
    scheme, _, place = str(link.attrGet("href")).partition(":")
    if scheme == "guide":
        link.attrSet("href", path_to("help", place))
    elif scheme == "console":
        link.attrSet("href", path_to(place))


def _leave_seam(fence: Token, fields: list[Field]) -> None:
    """Put a mark in place of a field, where the HTML is cut."""
    fields.append(Field(fence.info.removeprefix(_FIELD).strip(), fence.content.strip()))
    fence.type, fence.content = "html_block", f"\x00{len(fields) - 1}\x00"


def _parts(html: str, fields: Sequence[Field]) -> Sequence[Markup | Field]:
    pieces = _SEAM.split(html)
    made: list[Markup | Field] = [Markup(pieces[0])]  # noqa: S704 - our own file, of which all HTML was escaped
    for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
        made += [fields[int(number)], Markup(after)]  # noqa: S704 - likewise
    return tuple(made)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
