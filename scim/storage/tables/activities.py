"""The ports of the log over the directory, which has the outbox, and the tables of months (ADR 14)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from scim.domain.activities import Activity
from scim.domain.activity_log import ActivityFilter, ActivityPage
from scim.domain.ports import Clock
from scim.storage.tables import entities
from scim.storage.tables.activity_keys import OUTBOX, behind, boundary, is_position, month_of, month_start, table_of
from scim.storage.tables.activity_lists import Plan, plan
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.month_tables import MonthTables, Stretch, merged, read_stretch
from scim.storage.tables.rows import MAX_PAGE_ROWS, KeyRange, Page, Row

logger = logging.getLogger(__name__)

AHEAD = timedelta(hours=1)
"""How far the clock of another instance may be ahead of ours."""


class TableActivities:
    """See `scim.domain.ports.Activities`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def record(self, activity: Activity) -> None:
        """One call."""
        await self._table.commit([entities.activity_row(activity)], entities.activity_key(activity))


class TableActivityLog:
    """See `scim.domain.ports.activities.ActivityLog`.

    Args:
        table: Has the outbox.
        months: Have what has left it.
        clock: The time.
        retention: How long activities are kept.
    """

    def __init__(self, table: DirectoryTable, months: MonthTables, clock: Clock, retention: timedelta) -> None:
        self._table = table
        self._months = months
        self._clock = clock
        self._retention = retention

    async def page(self, wanted: ActivityFilter, start: str, limit: int, most_read: int) -> ActivityPage:
        """One call for the outbox; one for each list and month until the page is full, or its rows are read."""
        if start and not is_position(start):
            raise ValueError("This is no position in the log.")
        span = self._span(wanted)
        how = plan(wanted)
        reading = _Reading(self._table, self._months, how, min(limit, MAX_PAGE_ROWS) if how.is_exact else MAX_PAGE_ROWS)
        found: list[Activity] = []
        position = max(start, span.start)
        async for stretch in reading.stretches(position, span.end):
            for place, row in stretch.rows.items():
                activity = _readable(row)
                if activity is None or not wanted.matches(activity):
                    continue
                found.append(activity)
                if len(found) == limit:
                    return ActivityPage(found, behind(place), reading.rows_read)
            if stretch.end < span.end and reading.rows_read + reading.next_rows > most_read:
                return ActivityPage(found, stretch.end, reading.rows_read)
        return ActivityPage(found, None, reading.rows_read)

    def _span(self, wanted: ActivityFilter) -> KeyRange:
        """The positions between which there can be something."""
        now = self._clock.now()
        newest, oldest = now + AHEAD, month_start(now - self._retention)
        before = min(wanted.before or newest, newest)
        after = max(wanted.after or oldest, oldest)
        return KeyRange(boundary(max(before, oldest)), boundary(after))


@dataclass(slots=True)
class _Reading:
    """One walk through the log, from newer to older.

    Attributes:
        how: The lists to read.
        size: Rows to ask for at a time.
        rows_read: Rows that storage gave so far.
    """

    table: DirectoryTable
    months: MonthTables
    how: Plan
    size: int
    rows_read: int = field(default=0, init=False)
    _outbox_left: bool = field(default=True, init=False)

    @property
    def next_rows(self) -> int:
        """Rows that may be read for the next stretch."""
        return self.size * (len(self.how.prefixes) + self._outbox_left)

    async def stretches(self, start: str, end: str) -> AsyncIterator[Stretch]:
        """Stretch after stretch, without gap or overlap.

        The outbox is always read before the months: what has left it by then, they have. What is found in both is the
        same activity on its way.
        """
        outbox = Stretch({}, start)
        while start < end:
            if outbox.end <= start:
                outbox = self._counted(await self._outbox(KeyRange(start, end)))
                self._outbox_left = outbox.end < end
            stretch = merged([outbox, *await self._month(KeyRange(start, outbox.end))], start)
            yield stretch
            start = stretch.end

    async def _outbox(self, places: KeyRange) -> Stretch:
        async def ask(keys: KeyRange, continuation: object) -> Page:
            return await self.table.page(keys, limit=self.size, continuation=continuation)

        return await read_stretch(ask, OUTBOX, places)

    async def _month(self, places: KeyRange) -> list[Stretch]:
        """The lists of the month in which a stretch begins, as far as they go together."""
        month = month_of(places.start)
        within = KeyRange(places.start, min(places.end, boundary(month)))
        read = (self.months.stretch(table_of(month), prefix, within, self.size) for prefix in self.how.prefixes)
        return [self._counted(stretch) for stretch in await asyncio.gather(*read)]

    def _counted(self, stretch: Stretch) -> Stretch:
        self.rows_read += len(stretch.rows)
        return stretch


def _readable(row: Row) -> Activity | None:
    """The activity in a row. One that a later version wrote, and this one cannot read, hides no others."""
    try:
        return entities.activity_of(row)
    except ValueError:
        logger.error("activity_unreadable key=%s", row.row_key)  # noqa: TRY400 - the row says it all
        return None
