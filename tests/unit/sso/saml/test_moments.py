"""Times as SAML writes them."""

from datetime import UTC, datetime

import pytest

from scim.sso.saml.moments import moment


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2027-07-14T09:30:00Z", datetime(2027, 7, 14, 9, 30, tzinfo=UTC)),
        (" 2027-07-14T09:30:00.1234567Z\n", datetime(2027, 7, 14, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2027-07-14T09:30:00", datetime(2027, 7, 14, 9, 30, tzinfo=UTC)),
        ("2027-07-14T11:30:00+02:00", datetime(2027, 7, 14, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc(text, meant):
    assert moment(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027-07-14",
        "20270714T093000Z",
        "2027-W28-3T09:30:00Z",
        "2027-02-30T00:00:00Z",
        "2027-07-14T24:01:00Z",
        "0001-01-01T00:00:00+02:00",
        "\N{FULLWIDTH DIGIT TWO}027-07-14T09:30:00Z",
        "2027-07-14T09:30:00Z Z",
        "now",
    ],
)
def test_anything_else_is_none(text):
    assert moment(text) is None
