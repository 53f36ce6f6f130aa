"""The requirements of the RFCs on a service provider, and the tests that prove them.

`python -m tests.rfc` writes them to `docs/rfc-coverage.md`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TITLES = {
    7643: "RFC 7643: Core Schema",
    7644: "RFC 7644: Protocol",
    9865: "RFC 9865: Cursor-Based Pagination",
}


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Something that an RFC demands with MUST, SHALL or REQUIRED, or forbids.

    Attributes:
        id: RFC, section, and its number in the section: `7644-3.5.2-4`.
        section: Of the RFC.
        requirement: In our own words.
        proof: Tests by their pytest ids; an id without brackets stands for all cases of a parametrized test.
        deviation: What we do instead, and why; the proof then shows that.
        not_applicable: Why it does not bind us.
    """

    id: str
    section: str
    requirement: str
    proof: tuple[str, ...] = ()
    deviation: str = ""
    not_applicable: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it binds us and nothing shows what we do."""
        return not (self.proof or self.not_applicable)


def requirements(rfc: int) -> list[Requirement]:
    """All requirements of an RFC, in its order."""
    entries = json.loads((HERE / f"rfc{rfc}.json").read_text(encoding="utf-8"))
    return [Requirement(**{**entry, "proof": tuple(entry.get("proof", ()))}) for entry in entries]
