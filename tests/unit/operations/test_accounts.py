"""What activities say of names that were ignored."""

import pytest

from scim.operations.accounts import detail


@pytest.mark.parametrize(
    ("text", "ignored", "expected"),
    [
        ("", (), ""),
        ("active: true → false", (), "active: true → false"),
        ("", ("a", "b"), "ignored: a, b"),
        ("members: +1 -0", ("member x",), "members: +1 -0; ignored: member x"),
    ],
)
def test_the_detail_of_an_activity(text, ignored, expected):
    assert detail(text, ignored) == expected


def test_fifty_ignored_names_are_listed_and_the_others_counted():
    names = tuple(f"n{number}" for number in range(52))

    assert detail("", names[:50]) == f"ignored: {', '.join(names[:50])}"
    assert detail("", names) == f"ignored: {', '.join(names[:50])}, and 2 more"
