"""The log of activities: how it is written, read and kept. See `scim.domain.ports`."""

from datetime import datetime
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.activity_log import ActivityFilter, ActivityPage


class Activities(Protocol):
    """The log of accepted changes. A change of the directory brings its activity along in its own transaction."""

    async def record(self, activity: Activity) -> None:
        """Store the activity of a change that was made elsewhere; twice is once."""
        ...


class ActivityLog(Protocol):
    """Reading. Contract suite: `tests/contract/test_activities.py`."""

    async def page(self, wanted: ActivityFilter, start: str, limit: int, most_read: int) -> ActivityPage:
        """The next activities that are wanted, newest first.

        Whoever goes from page to page sees each activity that was there with the first page exactly once, also while
        the log is being tidied.

        Args:
            wanted: Which ones.
            start: `next` of the page before; "" for the first.
            limit: How many at most.
            most_read: Stored rows that may be read for it. A page for which they do not suffice ends there.

        Raises:
            ValueError: `start` is no such thing.
        """
        ...


class ActivityUpkeep(Protocol):
    """Tidying. Every method may run twice at once, and stop at any point: the next run goes on."""

    async def drain(self, now: datetime) -> int:
        """Move activities from where changes write them to where they are read and kept; returns how many.

        Each accepted change passes here at least once, and rarely twice.
        """
        ...

    async def purge(self, before: datetime) -> int:
        """Drop the months that ended before a moment; returns how many."""
        ...


class Totals(Protocol):
    """The running totals of users and groups."""

    async def fold(self, idle_since: datetime) -> int:
        """Put together the parts of totals to which nobody has added since a moment; returns how many.

        No total changes by it, also while others count. Running it twice at once is harmless.
        """
        ...
