"""What activities say, for people."""

import pytest

from scim.domain.details import NATIVE_MANAGER, NO_DETAIL, change, changes_in, first_of
from scim.sentences import Code, Sentence
from tests.activities import MARKS

SWITCHED_OFF = change("active", Code("true"), Code("false"))
RENAMED = change("name", "a → b; c: d", "e")


@pytest.mark.parametrize(
    ("detail", "changes"),
    [
        (SWITCHED_OFF, [("active", "true", "false")]),
        (RENAMED, [("name", "a → b; c: d", "e")]),
        (Sentence.joined([SWITCHED_OFF, RENAMED]), [("active", "true", "false"), ("name", "a → b; c: d", "e")]),
        (Sentence("deleted"), []),
        (Sentence.joined([SWITCHED_OFF, Sentence("deleted")]), []),
        (Sentence("ignored: {names}", names="a: b → c"), []),
        (NO_DETAIL, []),
    ],
)
def test_only_details_that_are_all_changes_become_a_table(detail, changes):
    assert [(each["attribute"], each["before"], each["after"]) for each in changes_in(detail)] == changes


def test_a_change_is_told_with_the_words_of_the_language_and_names_stay_names():
    moved = Sentence.joined([SWITCHED_OFF, change("managed by", "true", NATIVE_MANAGER)])
    assert moved == "active: true → false; managed by: true → Native"
    assert moved.told(MARKS) == "««[active]: [true] → [false]»; «[managed by]: true → [Native]»»"


@pytest.mark.parametrize(
    ("names", "text"), [("", ""), ("a", "a"), ("abc", "a, b, c"), ("abcd", "a, b, c, and 1 more"), ("{}", "{, }")]
)
def test_names_that_are_too_many_are_counted(names, text):
    assert first_of(names, 3) == text


def test_an_empty_text_is_empty_in_every_language():
    """A catalog has its own header under the empty text."""
    assert NO_DETAIL.told(MARKS) == Sentence.joined(["", NO_DETAIL]).told(MARKS) == ""


def test_one_part_alone_stays_what_it_is():
    assert Sentence.joined([NO_DETAIL, SWITCHED_OFF, ""]) is SWITCHED_OFF
