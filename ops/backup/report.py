"""What a restoration did, in plain numbers."""

from collections import Counter

NAMED = 50
"""Rows of one kind that are named; the number tells of the others."""


class Report:
    """Numbers by what they count.

    Attributes:
        left_out: How many rows were left out that the backup's minutes, or damage, kept from fitting in.
    """

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._names: list[str] = []
        self.left_out = 0

    def __getitem__(self, what: str) -> int:
        """How many there were."""
        return self._numbers[what]

    def count(self, what: str, number: int = 1) -> None:
        """Note that there were some."""
        self._numbers[what] += number

    def leave_out(self, what: str, number: int = 1) -> None:
        """Note that rows are lost."""
        self.count(what, number)
        self.left_out += number

    def leave_out_by_name(self, what: str, row_key: str) -> None:
        """Note that a row is lost that somebody should look at, by its key."""
        self.leave_out(what)
        if self._numbers[what] <= NAMED:
            self._names.append(f"{what}: {row_key}")

    def lines(self) -> list[str]:
        """All of it, to be printed."""
        numbers = [f"{number:>12,}  {what}" for what, number in self._numbers.items() if number]
        return [*numbers, *(f"              {name}" for name in self._names)]
