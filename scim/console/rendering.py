"""From a view to HTML: Jinja with everything escaped, and what templates can use."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context as TemplateContext
from markupsafe import Markup, escape

from scim.admin.banners import Banner
from scim.admin.sessions import IDLE
from scim.console import paths
from scim.console.language import LANGUAGES, Language
from scim.console.navigation import entries
from scim.console.notices import NOTICES
from scim.console.static_files import address_of
from scim.console.views import View
from scim.console.visits import Visit
from scim.domain.authority import Action
from scim.domain.people import LATEST_IDLE_WARNING_MINUTES

_TEMPLATES = Path(__file__).with_name("templates")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
"""What changes a text, or how it looks, without being seen: control characters, marks of direction, blanks of no width
or no ink. The joiners U+200C and U+200D are not among them: Persian and emoji are written with them."""


def render(view: View, visit: Visit, *, place: str = "", banners: Sequence[Banner] = ()) -> str:
    """The HTML of a page.

    Args:
        view: See there.
        visit: Who reads it.
        place: The entry of the navigation that it belongs to.
        banners: What stands above it.
    """
    language = visit.language
    return (
        environment(language.tag)
        .get_template(view.template)
        .render(
            visit=replace(visit, refusal=view.refusal),
            language=language,
            now=visit.services.clock.now(),
            place=place,
            navigation=entries(visit),
            banners=banners,
            notice=NOTICES.get(visit.query(paths.NOTICE)),
            **view.values,
        )
    )


@cache
def environment(tag: str) -> Environment:
    """Jinja's, with our filters and globals, for a language."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    language = Language(tag)
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {
        **_translations(language),
        "path_to": paths.path_to,
        "paths": paths,
        "static": address_of,
        "Action": Action,
        "LANGUAGES": LANGUAGES,
        "LATEST_IDLE_WARNING_MINUTES": LATEST_IDLE_WARNING_MINUTES,
        "SESSION_MINUTES": int(IDLE.total_seconds()) // 60,
        "qr_code": qr_code,
        "icon_of": icon_of,
        "isolated": isolated,
    }
    made.filters |= {
        "day": _day,
        "moment": _moment,
        "ago": _ago,
        "number": _number,
        "told": _told,
        "word": _word,
        "typed": typed,
        "update": _update,
    }
    return made


def shown(value: object) -> object:
    """What is put into a page in place of a value: characters that nobody sees become ones that everybody does.

    Otherwise a name could hide what it is, or turn the text around it (U+202E).
    """
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup) and _CONTROLS.search(value):
        return _CONTROLS.sub(lambda match: f"[U+{ord(match[0]):04X}]", value)
    return value


def _translations(language: Language) -> dict[str, Callable[..., Markup]]:
    """What Jinja's i18n calls, by name: texts of the catalog as markup, with values shown as templates show theirs.

    Jinja's own would leave the values as they are, and call three functions for each of a page's hundreds of texts;
    here a text without values, as most are, is made once.
    """

    @cache
    def fixed(text: str) -> Markup:
        return Markup(language.gettext(text)) % {}  # noqa: S704 - a text of ours

    def gettext(text: str, /, **values: object) -> Markup:
        return _filled(language.gettext(text), values) if values else fixed(text)

    def ngettext(one: str, several: str, number: int, /, **values: object) -> Markup:
        return _filled(language.ngettext(one, several, number), {"num": number, **values})

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    return Markup(text) % {name: shown(value) for name, value in values.items()}  # noqa: S704 - as above


def typed(value: object) -> Markup:
    """A value for a form's field, exactly: what is not touched must be sent back as it was."""
    return escape("" if value is None else value)


def qr_code(text: str) -> Markup:
    """A QR code as SVG, without style and script."""
    made = segno.make(text, error="m", micro=False)
    return Markup(made.svg_inline(scale=4, border=2, svgclass="qr-code", lineclass=None, omitsize=True))  # noqa: S704 - paths


@cache
def icon_of(name: str) -> Markup:
    """An icon of the sprite."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="#icon-{}"/></svg>').format(name)


def isolated(text: object) -> Markup:
    """A text of whatever direction, which turns nothing around it."""
    return Markup("<bdi>{}</bdi>").format(shown(text))


@pass_context
def _day(context: TemplateContext, moment: datetime) -> Markup:
    return _time(context, moment, _language(context).day(moment), "day")


@pass_context
def _moment(context: TemplateContext, moment: datetime) -> Markup:
    return _time(context, moment, _language(context).moment(moment), "moment")


@pass_context
def _ago(context: TemplateContext, moment: datetime) -> Markup:
    return _time(context, moment, _language(context).ago(moment, context["now"]), "")


def _time(context: TemplateContext, moment: datetime, text: str, local: str) -> Markup:
    """A moment with its UTC as a hint; `local` tells scripts what to show when the reader's zone is not known here."""
    language = _language(context)
    at, hint = moment.isoformat(timespec="seconds"), language.utc(moment)
    if local and not language.zone_name:
        return Markup('<time datetime="{}" title="{}" data-local="{}">{}</time>').format(at, hint, local, text)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at, hint, text)


@pass_context
def _number(context: TemplateContext, number: int) -> str:
    return _language(context).number(number)


@pass_context
def _told(context: TemplateContext, text: str) -> str:
    return _language(context).told(text)


@pass_context
def _word(context: TemplateContext, text: str) -> str:
    """A word of an enumeration, such as an activity's status. Unlike what `_` returns, it is escaped."""
    return _language(context).gettext(text)


def _language(context: Any) -> Language:
    language: Language = context["language"]
    return language


def _update(first: dict[str, object], second: dict[str, object]) -> dict[str, object]:
    return first | second
