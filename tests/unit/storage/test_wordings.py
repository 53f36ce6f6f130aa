"""What a detail was made from, beside its English text."""

import pytest

from scim.domain.details import NO_DETAIL, change
from scim.sentences import Code, Sentence
from scim.storage.tables.wordings import MAX_WORDING, worded, wording_of
from tests.activities import MARKS

SWITCHED_OFF = change("active", Code("true"), Code("false"))


@pytest.mark.parametrize("text", [NO_DETAIL, Sentence("deleted")])
def test_a_text_that_is_its_own_template_takes_no_column(text):
    assert wording_of(text) == ""
    assert worded(str(text), None).told(MARKS) == text.told(MARKS)


def test_a_text_of_an_older_version_is_told_as_it_is():
    assert worded("name: {a} → b", None).told(MARKS) == "«name: {a} → b»"


@pytest.mark.parametrize(
    "wording", ["", "{", "[]", "null", "7", '["a"]', '["{a}","",0,[]]', '["{a}","",0,{"a":["x",1]}]']
)
def test_a_wording_that_this_version_cannot_read_leaves_the_english_text(wording):
    found = worded("deleted", wording)
    assert (found, found.template) == ("deleted", "deleted")


def test_a_text_stays_what_it_was_in_english_when_its_template_changes():
    wording = wording_of(SWITCHED_OFF).replace("→", "to")
    found = worded("active: true → false", wording)
    assert found == "active: true → false"
    assert found.told(MARKS) == "«[active]: [true] to [false]»"


@pytest.mark.parametrize(("room", "is_kept"), [(0, True), (-1, False)])
def test_a_wording_that_is_too_long_is_left_out_and_the_text_stays(room, is_kept):
    frame = len('["{name}","",0,{"name":""}]')
    text = Sentence("{name}", name="x" * (MAX_WORDING - frame - room))
    assert bool(wording_of(text)) is is_kept
    assert worded(str(text), wording_of(text)) == text


def test_what_cannot_be_stored_is_a_mistake_that_shows_at_once():
    with pytest.raises(TypeError):
        wording_of(Sentence("{value}", value=object()))
