"""Dates, as our own quick writing of them has to be: what Babel makes of the same pattern."""

from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_datetime

from scim.console.language import Language

PATTERNS = {"en": "d MMM y", "de": "d. MMM y"}
MOMENTS = [datetime(2026, 1, 5, 23, 59, 7, tzinfo=UTC) + timedelta(days=31 * number) for number in range(12)]


@pytest.mark.parametrize("tag", PATTERNS)
@pytest.mark.parametrize("zone", ["", "Europe/Vienna", "Asia/Kathmandu", "Pacific/Auckland"])
def test_moments_are_written_as_babel_writes_them(tag, zone):
    language = Language(tag, zone)
    for moment in MOMENTS:
        there = {"tzinfo": language.zone, "locale": tag}
        assert language.day(moment) == format_datetime(moment, PATTERNS[tag], **there)
        assert language.moment(moment) == format_datetime(moment, f"{PATTERNS[tag]}, HH:mm", **there)
        assert language.utc(moment) == format_datetime(moment, f"{PATTERNS[tag]}, HH:mm:ss 'UTC'", locale=tag)


@pytest.mark.parametrize(
    ("tag", "written"), [("en", ["0", "999", "1,000", "12,345"]), ("de", ["0", "999", "1.000", "12.345"])]
)
def test_numbers_have_their_separators(tag, written):
    assert [Language(tag).number(number) for number in (0, 999, 1_000, 12_345)] == written
