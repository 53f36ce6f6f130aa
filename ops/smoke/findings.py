"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


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
