"""The language of a reader: texts from a catalog, dates and numbers as that language writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_timedelta, get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from scim.console.code_labels import CODES
from scim.sentences import Code, Sentence

CATALOGS = Path(__file__).with_name("locales")
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""Those that the console speaks, by language tag. English is what texts are written in; others have a catalog."""


@dataclass(frozen=True, slots=True)
class Language:
    """How texts, dates and numbers are told to a reader.

    Attributes:
        tag: Of `LANGUAGES`.
        zone_name: An IANA name; "" when it is not known: moments are then told in UTC, and scripts make them local.
    """

    tag: str = "en"
    zone_name: str = ""

    @property
    def zone(self) -> tzinfo:
        """The reader's time zone; UTC when it is not known."""
        return _zone(self.zone_name)

    def gettext(self, text: str) -> str:
        """A text of the catalog."""
        return _catalog(self.tag).gettext(text)

    def ngettext(self, one: str, several: str, number: int) -> str:
        """A text of the catalog for this number."""
        return _catalog(self.tag).ngettext(one, several, number)

    def code(self, code: str) -> str:
        """What pages call a code of the API; one that they have no name for stays as it is."""
        label = CODES.get(code)
        return label.told(self) if label else code

    def told(self, text: str) -> str:
        """A sentence of a use case, or a code; texts that are none stay as they are."""
        match text:
            case Sentence():
                return text.told(self)
            case Code():
                return self.code(text)
            case _:
                return text

    def day(self, moment: datetime) -> str:
        """The day, unambiguously: "14 Jul 2027"."""
        return self._written(moment.astimezone(self.zone))

    def date(self, moment: date) -> str:
        """The day in full, for sentences: "14 July 2027"."""
        day = moment.astimezone(self.zone) if isinstance(moment, datetime) else moment
        return format_date(day, _DATE[self.tag], locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """Day and time: "14 Jul 2027, 10:02"."""
        local = moment.astimezone(self.zone)
        return f"{self._written(local)}, {local:%H:%M}"

    def utc(self, moment: datetime) -> str:
        """The moment in UTC, for the hint."""
        there = moment.astimezone(UTC)
        return f"{self._written(there)}, {there:%H:%M:%S} UTC"

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long ago: "12 minutes ago". What is only just done is, too: clocks differ by a little."""
        return format_timedelta(min(moment - now, _JUST_NOW), add_direction=True, locale=self._locale)

    def number(self, number: int) -> str:
        """A number with its separators."""
        if 0 <= number < _FIRST_SEPARATED:  # nearly all of them, and quickly
            return str(number)
        return format_decimal(number, locale=self._locale)

    def _written(self, day: datetime) -> str:
        """A day with the language's name of the month. A log shows a hundred: Babel would read its pattern for each."""
        return _DAY[self.tag].format(day=day.day, month=_months(self.tag)[day.month], year=day.year)

    @property
    def _locale(self) -> Locale:
        return _locale(self.tag)


_JUST_NOW = timedelta(seconds=-1)
_FIRST_SEPARATED = 1_000
_DAY: Mapping[str, str] = {"en": "{day} {month} {year}", "de": "{day}. {month} {year}"}
_DATE: Mapping[str, str] = {"en": "d MMMM y", "de": "d. MMMM y"}


def language_of(setting: str, accepted: str, zone_name: str = "") -> Language:
    """The language for a reader.

    Args:
        setting: The language tag of the account's settings; "" for the browser's, as when the console lacks it.
        accepted: The browser's `Accept-Language`, with its weights (RFC 9110 §12.5.4).
        zone_name: The time zone of the account's settings.
    """
    of_account, of_browser = LanguageAccept([(setting, 1)]), parse_accept_header(accepted, LanguageAccept)
    tag = of_account.best_match(LANGUAGES) or of_browser.best_match(LANGUAGES)
    return Language(tag or "en", zone_name)


@cache
def _catalog(tag: str) -> Translations:
    path = CATALOGS / f"{tag}.po"
    if not path.exists():
        return Translations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, tag))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _months(tag: str) -> Mapping[int, str]:
    return get_month_names("abbreviated", locale=_locale(tag))


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag)


@cache
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):  # this machine does not know it
        return UTC
