"""Moving activities from the outbox to the tables of their months, and dropping months (ADR 14)."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched

from scim.storage.tables.activity_keys import OUTBOX, boundary, end_of, month_of, table_of
from scim.storage.tables.activity_lists import lists_of
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.entities import activity_of
from scim.storage.tables.keys import prefix_range
from scim.storage.tables.month_tables import MonthTables
from scim.storage.tables.rows import MAX_BATCH_OPERATIONS, Delete, KeyRange, Row, Upsert

logger = logging.getLogger(__name__)

SETTLED = timedelta(minutes=5)
"""How long an activity stays in the outbox at least: its row there tells a request that got no answer from storage
whether its change was made, and no request takes so long."""
MOST_MOVED = 5_000
"""Activities that one run moves, about: some seconds of work, and more than provisioning makes in a minute."""


class TableActivityUpkeep:
    """See `scim.domain.ports.activities.ActivityUpkeep`."""

    def __init__(self, table: DirectoryTable, months: MonthTables) -> None:
        self._table = table
        self._months = months

    async def drain(self, now: datetime) -> int:
        """For a thousand activities: one call to read them, some eighty to write their lists, ten to remove them.

        One after the other, so that requests find storage free. An activity is removed from the outbox only when all
        its lists have it, and they are upserts: whoever repeats it, or does it at the same time, writes the same.
        """
        moved = 0
        settled = KeyRange(OUTBOX + boundary(now - SETTLED), prefix_range(OUTBOX).end)
        async for page in self._table.pages(settled):
            moved += await self._move(page.rows)
            if moved >= MOST_MOVED:
                break
        return moved

    async def purge(self, before: datetime) -> int:
        """One call, and one for each month that goes."""
        gone = [table for table in await self._months.names() if end_of(table) <= before]
        for table in gone:
            await self._months.drop(table)
        return len(gone)

    async def _move(self, rows: Sequence[Row]) -> int:
        copies: defaultdict[str, list[Upsert]] = defaultdict(list)
        moved: list[str] = []
        for row in rows:
            place = row.row_key.removeprefix(OUTBOX)
            try:
                activity = activity_of(row)
            except ValueError:  # it stays where it is, for a version that can read it
                logger.error("activity_unreadable key=%s", row.row_key)  # noqa: TRY400 - the row says it all
                continue
            copies[table_of(month_of(place))] += [Upsert(f"{each}{place}", row.columns) for each in lists_of(activity)]
            moved.append(row.row_key)
        for table, upserts in copies.items():
            await self._months.write(table, upserts)
        for keys in batched(moved, MAX_BATCH_OPERATIONS, strict=False):
            await self._remove(keys)
        return len(moved)

    async def _remove(self, keys: Sequence[str]) -> None:
        """Remove rows of the outbox, of which somebody else may have removed some."""
        present = list(keys)
        while present:
            try:
                await self._table.apply([Delete(key) for key in present])
            except Conflict:
                there = await self._table.keys(KeyRange(keys[0], f"{keys[-1]} "))
                present = [key for key in present if key in there]
            else:
                return
