"""The text and the life of provisioning tokens."""

import calendar
import hashlib
import string
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scim.domain.tokens import Token, TokenState, _checksum, expiry_of, generate_token, parse_token

NOON = time(12, 30, 15, 123456, tzinfo=UTC)


def test_a_token_has_a_prefix_an_id_256_random_bits_and_a_checksum():
    prefix, token_id, secret, checksum = generate_token().text.split("_")

    assert (prefix, len(token_id), len(secret), len(checksum)) == ("rc", 16, 64, 8)
    assert set(token_id + secret + checksum) <= set("0123456789abcdef")


def test_no_two_tokens_are_alike():
    tokens = [generate_token() for _ in range(1_000)]

    assert len({token.id for token in tokens}) == len({token.text.split("_")[2] for token in tokens}) == 1_000


def test_a_token_is_read_back():
    token = generate_token()

    assert parse_token(token.text) == token


def test_every_single_typo_is_noticed():
    text = generate_token().text

    for position, character in enumerate(text):
        for other in {"0", "f", "x", "_", " "} - {character}:
            assert parse_token(text[:position] + other + text[position + 1 :]) is None
        assert parse_token(text[:position] + text[position + 1 :]) is None


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "rc",
        "rc_",
        "rc___",
        "rc_a_b",
        "null",
        "_" * 50,
        "rc_é_b_00000000",
        "x" * 10_000,
        "rc_" + "a" * 300,
        "rc_a|b_c_" + _checksum("rc_a|b_c"),
        "rc_a/b_c_" + _checksum("rc_a/b_c"),
        "rc__c_" + _checksum("rc__c"),
        "rc_a__" + _checksum("rc_a_"),
        "xx_a_c_" + _checksum("xx_a_c"),
        "rc_a_b_c_" + _checksum("rc_a_b_c"),
        "rc_ä_c_" + _checksum("rc_ä_c"),
        "rc_a_" + "c" * 200 + "_" + _checksum("rc_a_" + "c" * 200),
        "rc_a_c_" + _checksum("rc_a_c").upper() + " ",
    ],
)
def test_what_is_no_token_is_none(garbage):
    assert parse_token(garbage) is None


def test_the_digest_is_the_sha256_of_the_whole_text():
    token = generate_token()

    assert token.digest == hashlib.sha256(token.text.encode()).hexdigest()
    assert token.matches(token.digest)


@pytest.mark.parametrize("digest", ["", "0" * 64, generate_token().digest], ids=["empty", "zeros", "of another"])
def test_another_digest_does_not_match_and_an_empty_one_never(digest):
    assert not generate_token().matches(digest)


def test_a_token_is_recognised_by_the_end_of_its_secret():
    token = generate_token()

    assert token.last_four == token.text.split("_")[2][-4:]


def test_a_token_does_not_show_its_secret():
    """R031."""
    token = generate_token()

    assert repr(token) == f"TokenText(id='{token.id}')"
    assert token.text not in f"{token} {token!r} {[token]}"


@pytest.mark.parametrize("year", [2027, 2028], ids=["ordinary", "leap"])
def test_a_token_lives_for_six_calendar_months_whatever_the_day(year):
    """R033, AMB-17."""
    day = date(year, 1, 1)
    while day.year == year:
        created = datetime.combine(day, NOON)
        months = day.month + 6
        target_year, target_month = (year, months) if months <= 12 else (year + 1, months - 12)
        last = calendar.monthrange(target_year, target_month)[1]

        expires = expiry_of(created)

        assert expires == datetime.combine(date(target_year, target_month, min(day.day, last)), NOON)
        assert timedelta(days=181 - 3) <= expires - created <= timedelta(days=184)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("created", "expires"),
    [
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2027-08-29", "2028-02-29"),
        ("2027-08-28", "2028-02-28"),
        ("2027-03-31", "2027-09-30"),
        ("2027-05-31", "2027-11-30"),
        ("2026-11-30", "2027-05-30"),
        ("2028-02-29", "2028-08-29"),
        ("2026-12-31", "2027-06-30"),
        ("2026-07-01", "2027-01-01"),
    ],
)
def test_a_month_that_is_too_short_ends_the_life_on_its_last_day(created, expires):
    """R033, AMB-17."""
    assert expiry_of(_at(created)) == _at(expires)


@pytest.mark.parametrize(
    ("state", "seconds", "expired"),
    [
        (TokenState.ACTIVE, -1, False),
        (TokenState.ACTIVE, 0, True),
        (TokenState.ACTIVE, 1, True),
        (TokenState.EXPIRED, -1, True),
        (TokenState.REVOKED, -1, False),
    ],
)
def test_a_token_is_expired_from_its_expiry_on(state, seconds, expired):
    """R033."""
    expires = _at("2027-05-23")
    token = Token(
        id="a",
        provider="entra",
        label="",
        created_at=expires,
        created_by="",
        expires_at=expires,
        state=state,
        last_four="",
    )

    assert token.is_expired(expires + timedelta(seconds=seconds)) is expired


def test_the_record_of_a_token_has_nothing_from_which_its_text_could_be_had():
    """R031."""
    assert not {"text", "secret", "digest"} & set(Token.__dataclass_fields__)
    assert set(generate_token().last_four) <= set(string.hexdigits)


def _at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), NOON)
