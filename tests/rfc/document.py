"""The requirements as a document."""

import re
from collections.abc import Iterator
from itertools import groupby

from tests.rfc import ROOT, TITLES, Requirement, requirements

DOCUMENT = ROOT / "docs" / "rfc-coverage.md"
INTRODUCTION = """\
# Coverage of the RFCs

Written by `python -m tests.rfc` from `tests/rfc/*.json`; edit those.

Each MUST, SHALL and REQUIRED of RFC 7643, 7644 and 9865, in our words, with the tests that prove it.
Where Rollcall does otherwise on purpose, it says so, and the tests show what happens instead.
The registrations with IANA and the sample schemas, which repeat what stands before them, are left out.
"""
WIRE_CASE = re.compile(r"tests/wire/test_wire\.py::test_wire\[(.+)\]")


def document() -> str:
    """The whole text."""
    parts = [INTRODUCTION, *_counts()]
    for rfc, title in TITLES.items():
        parts += ["", f"## {title}", *_sections(requirements(rfc))]
    return "\n".join(parts) + "\n"


def _counts() -> Iterator[str]:
    yield "| RFC | Requirements | Proven | Done otherwise | Without proof | Not applicable |"
    yield "|---|---|---|---|---|---|"
    for rfc in TITLES:
        entries = requirements(rfc)
        deviations = sum(bool(entry.deviation) for entry in entries)
        numbers = (
            len(entries),
            sum(bool(entry.proof) for entry in entries) - deviations,
            deviations,
            sum(entry.is_open for entry in entries),
            sum(bool(entry.not_applicable) for entry in entries),
        )
        yield f"| {rfc} | {' | '.join(map(str, numbers))} |"


def _sections(entries: list[Requirement]) -> Iterator[str]:
    for section, members in groupby(entries, key=lambda entry: entry.section):
        yield from ("", f"### Section {section}", "", "| id | Requirement | Tests |", "|---|---|---|")
        yield from (
            f"| {entry.id} | {entry.requirement.replace('|', '&#124;')} | {_proof(entry)} |" for entry in members
        )


def _proof(entry: Requirement) -> str:
    if entry.not_applicable:
        return f"*Not applicable.* {entry.not_applicable}"
    if entry.is_open:
        return "**None yet**"
    links = "<br>".join(map(_link, entry.proof))
    return f"*Done otherwise.* {entry.deviation}<br>{links}" if entry.deviation else links


def _link(test: str) -> str:
    """A wire case leads to its file, another test to the file that it stands in."""
    if match := WIRE_CASE.fullmatch(test):
        return f"[{match[1]}](../tests/wire/{match[1]}.json)"
    file, _, name = test.partition("::")
    return f"[{name}](../{file})"
