"""The catalogue of requirements is whole, its tests name what there is, and its document is up to date."""

import re

import pytest

from tests.requirements import ROOT, pending, readings, requirements
from tests.requirements.document import DOCUMENT, document
from tests.requirements.proofs import ids_in, proofs

ENTRIES = requirements()
KNOWN = {entry.id for entry in ENTRIES} | {reading.id for reading in readings()}


def test_the_document_is_what_catalogue_and_tests_say():
    assert DOCUMENT.read_text("utf-8") == document(), "Run python -m tests.requirements."


def test_ids_have_no_gaps():
    assert [entry.id for entry in ENTRIES] == [f"R{number:03d}" for number in range(1, 132)]
    assert [reading.id for reading in readings()] == [f"AMB-{number}" for number in range(1, 36)]


def test_statements_are_sentences():
    assert [each.id for each in ENTRIES if not re.search(r"[.)]$", each.statement)] == []
    assert [each.id for each in readings() if not each.reading.endswith(".")] == []


def test_what_no_test_shows_says_what_does():
    assert [each.id for each in ENTRIES if each.kind in {"page", "pointer"} and not each.note] == []
    assert [each.id for each in ENTRIES if (each.kind == "set-up") != bool(each.guide)] == []


@pytest.mark.parametrize("entry", [each for each in ENTRIES if each.guide], ids=lambda entry: entry.id)
def test_guides_have_the_steps_that_are_named(entry):
    file, _, wanted = entry.guide.partition("#")
    sections = re.split(r"^#+ ", (ROOT / "docs" / file).read_text("utf-8"), flags=re.MULTILINE)
    named = {re.sub(r"[^a-z0-9 -]", "", each.partition("\n")[0].lower()).replace(" ", "-"): each for each in sections}
    assert f"\n{entry.step}. " in named[wanted]


def test_tests_name_requirements_that_exist():
    assert {id_: tests for id_, tests in proofs().items() if id_ not in KNOWN} == {}


def test_every_requirement_that_binds_the_product_has_a_test():
    found = proofs()
    open_ = {entry.id for entry in ENTRIES if entry.needs_tests and entry.id not in found}
    assert sorted(open_ - set(pending())) == []


def test_what_is_pending_has_no_test_yet():
    """`python -m tests.requirements` takes an id from `pending.json` when it has its first test."""
    found = proofs()
    assert [id_ for id_ in pending() if id_ in found] == []
    assert pending() == sorted(set(pending()) & {entry.id for entry in ENTRIES if entry.needs_tests})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("R029, AMB-16.", ["R029", "AMB-16"]),
        ("R013-R015: a code.", ["R013", "R014", "R015"]),
        ("AMB-9…AMB-11", ["AMB-9", "AMB-10", "AMB-11"]),
        ("RFC 7644, R1, R0291 and AMB", []),
    ],
)
def test_ids_are_found_in_texts(text, ids):
    assert ids_in(text) == ids
