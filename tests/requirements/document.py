"""The requirements and their tests as a document."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from tests.requirements import ROOT, Requirement, pending, readings, requirements
from tests.requirements.proofs import Proof, proofs

DOCUMENT = ROOT / "docs" / "requirements.md"
SHOWN = 8
"""Tests that a row shows; the rest are counted."""
INTRODUCTION = """\
# Requirements

Written by `python -m tests.requirements` from `tests/requirements/*.json` and the tests; edit those.

What Rollcall must do, each requirement with the tests that prove it.
M: Rollcall does it.
D: the customer does it in the identity provider, and Rollcall works with it and explains it.
X: what comes before it, or a pointer.

A test names the ids that it proves, in its docstring or, a wire case, in its `requirements`.
Where only a page of the console can show that a requirement is met, the table says so, and what stands behind the page.
"""
_READINGS = """\
## Readings

Where the requirements can be read in several ways, this is how Rollcall reads them.
"""


def document() -> str:
    """The whole text."""
    entries, found = requirements(), proofs()
    parts = [INTRODUCTION, *_counts(entries, found)]
    for area, members in groupby(entries, key=lambda entry: entry.area):
        parts += ["", f"## {area}", "", "| id | | Requirement | Proof |", "|---|---|---|---|"]
        parts += [_row(entry, found.get(entry.id, ())) for entry in members]
    parts += ["", _READINGS, "| id | Reading | Tests |", "|---|---|---|"]
    parts += [f"| {each.id} | {each.reading} | {_links(found.get(each.id, ()))} |" for each in readings()]
    return "\n".join(parts) + "\n"


def _counts(entries: Sequence[Requirement], found: Mapping[str, Sequence[Proof]]) -> Iterator[str]:
    yield "| Priority | Requirements | With tests | A page's | Without proof |"
    yield "|---|---|---|---|---|"
    for priority, members in groupby(sorted(entries, key=lambda entry: "MDX".index(entry.priority)), _priority):
        of_it = list(members)
        numbers = (
            len(of_it),
            sum(entry.id in found for entry in of_it),
            sum(entry.kind == "page" for entry in of_it),
            sum(entry.needs_tests and entry.id not in found for entry in of_it),
        )
        yield f"| {priority} | {' | '.join(map(str, numbers))} |"


def _priority(entry: Requirement) -> str:
    return entry.priority


def _row(entry: Requirement, tests: Sequence[Proof]) -> str:
    return f"| {entry.id} | {entry.priority} | {entry.statement} | {'<br>'.join(_proof(entry, tests))} |"


def _proof(entry: Requirement, tests: Sequence[Proof]) -> Iterator[str]:
    if entry.kind == "page":
        yield f"*The console's page.* {entry.note}"
    elif entry.kind == "set-up":
        yield f"*Set-up in the identity provider:* [{_title(entry.guide)}]({entry.guide}), step {entry.step}"
    elif entry.note:
        yield f"*{entry.note}*"
    if tests:
        yield _links(tests)
    elif entry.needs_tests:
        yield "**Being built**" if entry.id in pending() else "**None yet**"


def _title(guide: str) -> str:
    """The heading that a link leads to, in words."""
    return guide.partition("#")[2].replace("-", " ").capitalize()


def _links(tests: Sequence[Proof]) -> str:
    links = [f"[{test.name}](../{test.file})" for test in tests[:SHOWN]]
    return "<br>".join([*links, *([f"and {len(tests) - SHOWN} more"] if len(tests) > SHOWN else [])])
