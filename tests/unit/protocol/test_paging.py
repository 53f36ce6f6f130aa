"""startIndex and count."""

import pytest

from scim.errors import InvalidValue
from scim.protocol.paging import DEFAULT_COUNT, MAX_COUNT, count, start_index


@pytest.mark.parametrize(
    ("text", "index"),
    [(None, 1), ("", 1), (" ", 1), ("1", 1), ("0", 1), ("-7", 1), ("+3", 3), (" 12 ", 12), ("9" * 18, 10**18 - 1)],
)
def test_the_start_is_at_least_one(text, index):
    assert start_index({} if text is None else {"startindex": text}) == index


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, DEFAULT_COUNT),
        ("", DEFAULT_COUNT),
        ("0", 0),
        ("-1", 0),
        ("7", 7),
        (str(MAX_COUNT), MAX_COUNT),
        (str(MAX_COUNT + 1), MAX_COUNT),
        ("9" * 18, MAX_COUNT),
    ],
)
def test_the_count_is_between_nothing_and_a_page(text, number):
    assert count({} if text is None else {"count": text}) == number


@pytest.mark.parametrize(
    "text", ["x", "1.0", "1e3", "0x1", "1 2", "--1", "+-1", "+", "-", "²", "NaN", "1_000", "9" * 19, "9" * 5_000]
)
@pytest.mark.parametrize(("name", "read"), [("startindex", start_index), ("count", count)])
def test_what_is_no_integer_is_refused(name, read, text):
    with pytest.raises(InvalidValue, match="must be an integer"):
        read({name: text})
