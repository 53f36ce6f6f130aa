"""The Authorization header."""

import pytest

from scim.protocol.authentication import bearer_token


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
