"""How far a backup is, as the file from which the next run goes on."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self

from scim.storage.backup.manifest import Part, parts_in
from scim.storage.tables.keys import CONFIG, DIRECTORY


@dataclass(frozen=True, slots=True)
class Step:
    """A table to be read.

    Attributes:
        table: Its name.
        is_second_look: Only for what was written since the backup began.
        position: Where to go on; None at the beginning.
    """

    table: str
    is_second_look: bool = False
    position: str | None = None


FIRST_STEPS = (Step(DIRECTORY), Step(CONFIG), Step(DIRECTORY, is_second_look=True))
"""In this order, and the months of activities behind them; see `scim.storage.backup.export`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a backup is.

    Attributes:
        started: When it began.
        steps: What is left to be read.
        has_months: Whether the months of activities are among them, or behind.
        parts: The files that are written.
        version: Of the file that says this; "" when it is not written yet.
    """

    started: datetime
    steps: tuple[Step, ...] = FIRST_STEPS
    has_months: bool = False
    parts: tuple[Part, ...] = ()
    version: str = ""

    def behind(self, position: str | None, part: Part | None) -> Self:
        """With the first step done up to a position, or done."""
        step, *rest = self.steps
        left = rest if position is None else [replace(step, position=position), *rest]
        return replace(self, steps=tuple(left), parts=self.parts if part is None else (*self.parts, part))

    def content(self) -> bytes:
        """As a file."""
        facts = asdict(self) | {"started": self.started.isoformat()}
        del facts["version"]
        return json.dumps(facts, indent=2).encode()

    @classmethod
    def read(cls, content: bytes, version: str) -> Self:
        """From a file."""
        facts = json.loads(content)
        return cls(
            started=datetime.fromisoformat(facts["started"]),
            steps=tuple(Step(**step) for step in facts["steps"]),
            has_months=facts["has_months"],
            parts=parts_in(facts["parts"]),
            version=version,
        )
