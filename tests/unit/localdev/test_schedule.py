"""NCRONTAB, six fields, UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from localdev.host.schedule import parse

NOON = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * * *", "2026-03-04T12:00:01"),
        ("0 */5 * * * *", "2026-03-04T12:05:00"),
        ("0 0 * * * *", "2026-03-04T13:00:00"),
        ("30 15 3 * * *", "2026-03-05T03:15:30"),
        ("0 0 12 * * *", "2026-03-05T12:00:00"),
        ("0 0 0 1 * *", "2026-04-01T00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("0 30 9 * * 1-5", "2026-03-05T09:30:00"),
        ("0 30 9 * Jan Mon", "2027-01-04T09:30:00"),
        ("0 0 6,18 * * *", "2026-03-04T18:00:00"),
        ("0 10/20 * * * *", "2026-03-04T12:10:00"),
        ("0 0 0 13 * fri", "2026-03-13T00:00:00"),
        ("0 0 0 1-7/3 * sunday", "2026-06-07T00:00:00"),
    ],
)
def test_the_next_time(expression, expected):
    assert parse(expression).after(NOON) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_schedule_is_utc_whatever_the_zone_of_the_moment():
    moment = NOON.astimezone(timezone(timedelta(hours=9)))

    assert parse("0 0 13 * * *").after(moment) == NOON + timedelta(hours=1)


def test_the_fraction_of_a_second_does_not_fire_twice():
    assert parse("* * * * * *").after(NOON + timedelta(microseconds=1)) == NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    "expression",
    ["", "* * * * *", "* * * * * * *", "60 * * * * *", "* * 24 * * *", "* * * 0 * *", "5-1 * * * * *", "x * * * * *",
     "*/0 * * * * *", "1- * * * * *", "* * * * * 7", "1,,2 * * * * *"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(expression):
    with pytest.raises(ValueError, match="schedule"):
        parse(expression)


def test_a_day_that_never_comes_is_an_error():
    with pytest.raises(ValueError, match="never"):
        parse("0 0 0 30 2 *").after(NOON)
