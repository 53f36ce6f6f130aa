"""What a check finds."""

import traceback
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Problem(Exception):
    """Something is wrong.

    Args:
        sentence: What.
        remedy: What to do about it, where.
    """

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


def as_problem(error: Exception) -> Problem:
    """What broke a check off; of what nobody foresaw only the place, because its text may hold anything."""
    if isinstance(error, Problem):
        return error
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Problem(
        f"This was not found out: the test itself failed ({type(error).__name__} in {Path(place.filename).name}, line "
        f"{place.lineno}).",
        "Look whether the URL is that of Rollcall, of the release that belongs to this test; if so, report this line.",
    )


class NotApplicable(Exception):
    """A check says nothing about this deployment; the message is a sentence that says why."""


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "notDone"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a check.

    Attributes:
        check: Its id, for programs.
        title: What it is about, for people.
        outcome: How it ended.
        sentence: What was seen, what is wrong, or why it was not done.
        remedy: What to do; "" unless it failed.
    """

    check: str
    title: str
    outcome: Outcome
    sentence: str
    remedy: str = ""
