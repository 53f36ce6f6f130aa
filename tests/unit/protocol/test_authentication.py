"""The Authorization header."""

import pytest

from scim.protocol.authentication import MAX_AGENT, UNKNOWN_ORIGIN, bearer_token, origin_of


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER abc", "Bearer    abc", "  Bearer abc  "])
def test_one_bearer_token(header):
    assert bearer_token(header) == "abc"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "Bearer",
        "Bearer ",
        "abc",
        "Bearerabc",
        "Bearer\tabc",
        "Bearer abc def",
        "Bearer abc,def",
        "Bearer abc,",
        "Bearer abc, Bearer abc",
        "Basic abc",
        "Token abc",
        "Bearer abc\nX: y",
        "Negotiate, Bearer abc",
    ],
)
def test_anything_else_is_none(header):
    assert bearer_token(header) is None


def test_a_long_header_is_read_in_no_time():
    assert bearer_token("Bearer " + " " * 100_000 + ",") is None


@pytest.mark.parametrize(
    ("seen", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("10.0.0.1, 203.0.113.9:51234", "203.0.113.9"),
        ("[2001:DB8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.9, <script>", ""),
        ("", ""),
    ],
)
def test_the_address_is_the_one_that_the_platform_saw(seen, address):
    assert origin_of({"x-forwarded-for": seen}).address == address


@pytest.mark.parametrize(
    ("named", "agent"),
    [
        ("Okta SCIM Client 1.0.0", "Okta SCIM Client 1.0.0"),
        ("a\x1b[31m\u202eb", "a [31m b"),
        ("x" * 500, "x" * MAX_AGENT),
    ],
)
def test_the_name_of_a_client_is_printable_and_short(named, agent):
    assert origin_of({"user-agent": named}).agent == agent


def test_a_request_without_these_headers_comes_from_anywhere():
    """Entra ID sends no `User-Agent`."""
    assert origin_of({}) == UNKNOWN_ORIGIN
