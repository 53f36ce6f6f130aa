"""The catalogue of the RFCs' requirements is whole, its proofs are tests that run, and its document is up to date."""

import re
import subprocess
import sys
from itertools import groupby

import pytest

from tests.rfc import ROOT, TITLES, requirements
from tests.rfc.document import DOCUMENT, document

ENTRIES = [entry for rfc in TITLES for entry in requirements(rfc)]
KEYWORD = re.compile(r"\b(MUST|SHALL|REQUIRED)\b")


@pytest.fixture(scope="session")
def runnable() -> set[str]:
    """The ids of the tests in the files that proofs name, with and without their parameters."""
    files = sorted({test.partition("::")[0] for entry in ENTRIES for test in entry.proof})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.rfc.runnable", *files]
    collected = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert collected.returncode == 0, collected.stdout[-2000:] + collected.stderr[-2000:]
    ids = {line for line in collected.stdout.splitlines() if "::" in line}
    return ids | {test.partition("[")[0] for test in ids}


def test_the_document_is_what_the_catalogue_says():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "Run python -m tests.rfc."


@pytest.mark.parametrize("rfc", TITLES)
def test_ids_are_in_the_order_of_the_rfc_and_without_gaps(rfc):
    entries = requirements(rfc)
    sections = [section for section, _ in groupby(entry.section for entry in entries)]

    assert [entry.id for entry in entries] == [
        f"{rfc}-{section}-{number}"
        for section in sections
        for number in range(1, 1 + sum(entry.section == section for entry in entries))
    ]
    assert sections == sorted(set(sections), key=lambda section: [int(part) for part in section.split(".")])


def test_every_requirement_is_a_sentence_with_its_keyword():
    for entry in ENTRIES:
        assert KEYWORD.search(entry.requirement), entry.id
        assert entry.requirement.endswith("."), entry.id
        assert not entry.not_applicable or entry.not_applicable.endswith("."), entry.id


def test_what_does_not_bind_us_has_no_proof_and_is_not_done_otherwise():
    assert [entry.id for entry in ENTRIES if entry.not_applicable and (entry.proof or entry.deviation)] == []


def test_every_requirement_that_binds_us_has_a_proof():
    assert [entry.id for entry in ENTRIES if entry.is_open] == []


def test_every_proof_is_a_test_that_runs(runnable):
    assert {test for entry in ENTRIES for test in entry.proof} - runnable == set()
