"""What the product must do, requirement by requirement, and the tests that prove it.

`python -m tests.requirements` writes it to `docs/requirements.md`. Tests say what they prove: a function, or a module
as a whole, by ids in its docstring (`R029, AMB-16.`), a wire case by its `requirements`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PENDING = HERE / "pending.json"


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Something that the product must do, or be able to work with.

    Attributes:
        id: `R001` to `R131`.
        area: The heading that it stands under.
        priority: `M`: the product does it. `D`: the customer does it in the identity provider. `X`: a pointer.
        statement: In our own words.
        kind: What shows that it is met. `behaviour`: tests. `page`: a page of the console, and nothing else can;
            tests of what stands behind the page may prove part of it. `set-up`: the guide to the identity provider.
            `pointer`: nothing.
        note: For a page: what carries it in the API; else what a page adds to it.
        guide, step: The section of the guide, relative to `docs`, and the number of its step.
    """

    id: str
    area: str
    priority: Literal["M", "D", "X"]
    statement: str
    kind: Literal["behaviour", "page", "set-up", "pointer"] = "behaviour"
    note: str = ""
    guide: str = ""
    step: int = 0

    @property
    def needs_tests(self) -> bool:
        """Whether it is open without a test."""
        return self.priority == "M" and self.kind == "behaviour"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How something is read that can be read in several ways."""

    id: str
    reading: str


def requirements() -> list[Requirement]:
    """All of them, by id."""
    return [Requirement(**entry) for entry in json.loads((HERE / "requirements.json").read_text("utf-8"))]


def readings() -> list[Reading]:
    """All of them, by number."""
    return [Reading(**entry) for entry in json.loads((HERE / "readings.json").read_text("utf-8"))]


def pending() -> list[str]:
    """The ids of requirements whose area is being built: they have no test yet."""
    ids: list[str] = json.loads(PENDING.read_text("utf-8"))
    return ids
