"""What the timer of backups asks of storage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """How far a backup is.

    Attributes:
        name: Its folder, after the moment at which it began.
        rows: Rows that it holds.
        parts: Files that it consists of.
        is_finished: Whether it is whole; one that is not counts for nothing.
    """

    name: str
    rows: int
    parts: int
    is_finished: bool


class Backups(Protocol):
    """Copies of all tables, one for each day."""

    async def go_on(self, until: datetime) -> Backup | None:
        """Begin today's backup, or go on with it where the last run left it.

        Args:
            until: When to leave the rest to the next run; a page or two may come later.

        Returns:
            How far it is now; None when there was nothing to do: it is finished already, or another run is at it.

        Raises:
            Unavailable: Tables or container could not be reached. What was done until then is kept.
        """
        ...
