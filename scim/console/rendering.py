"""From a view to HTML: Jinja with everything escaped, and what templates can use."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context as TemplateContext
from markupsafe import Markup

from scim.admin.banners import Banner
from scim.admin.sessions import IDLE
from scim.console import paths
from scim.console.escaping import filled, isolated, listed, shown, typed
from scim.console.language import LANGUAGES, Language
from scim.console.marks import badge, icon, qr_code
from scim.console.navigation import entries
from scim.console.notices import NOTICES
from scim.console.static_files import address_of
from scim.console.translating import speak
from scim.console.views import View
from scim.console.visits import Visit
from scim.domain.authority import Action
from scim.domain.people import LATEST_IDLE_WARNING_MINUTES

_TEMPLATES = Path(__file__).with_name("templates")


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
    speak(made, Language(tag))
    made.globals |= {
        "path_to": paths.path_to,
        "paths": paths,
        "static": address_of,
        "Action": Action,
        "LANGUAGES": LANGUAGES,
        "LATEST_IDLE_WARNING_MINUTES": LATEST_IDLE_WARNING_MINUTES,
        "SESSION_MINUTES": int(IDLE.total_seconds()) // 60,
    }
    made.filters |= {
        "badge": badge,
        "icon": icon,
        "isolated": isolated,
        "listed": listed,
        "qr_code": qr_code,
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
    mark = filled(' data-local="%(kind)s"', kind=local) if local and not language.zone_name else Markup()
    return filled(
        '<time datetime="%(at)s" title="%(hint)s"%(mark)s>%(text)s</time>', at=at, hint=hint, mark=mark, text=text
    )


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
