"""Organizations' ids."""

import pytest

from scim.domain.organizations import is_organization_id, next_number


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ((), "1"),
        (("1", "2", "7"), "8"),
        (("contoso", "2"), "3"),
        (("007",), "8"),
        (("9" * 64, "3"), "4"),
        (("999999999", "1000000000"), "1000000001"),
        (("٣", "²"), "1"),
    ],
)
def test_the_next_number_follows_the_highest_that_there_ever_was(used, expected):
    """R130."""
    assert next_number(frozenset(used)) == expected
    assert is_organization_id(expected)


@pytest.mark.parametrize("text", ["", "All", "aLL", "a" * 65, "a b", "-", "._", "a/b", "a\n", "ä"])
def test_what_is_no_id(text):
    """R065."""
    assert not is_organization_id(text)
