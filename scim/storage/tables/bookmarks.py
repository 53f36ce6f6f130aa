"""Where a page starts.

Table Storage can go on after a key and cannot skip rows, and positions shift while resources come and go. Serving a
page therefore leaves a note after which key the next one starts: the next request of a client that reads page after
page starts there, and misses nothing that exists throughout.
"""

import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import cast

from scim.background import Background
from scim.domain.ports import Clock
from scim.storage.tables import keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import MAX_BATCH_OPERATIONS, Columns, Comparison, Delete, Upsert

LIFETIME = timedelta(minutes=10)
TRUSTED = timedelta(seconds=10)
"""How long an instance relies on its memory alone."""
_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The page begins after the row `after`; the query had `total` results."""

    after: str
    total: int
    expires: datetime


class Bookmarks:
    """Bookmarks of this instance in memory, those of others in storage."""

    def __init__(self, table: DirectoryTable, clock: Clock, background: Background) -> None:
        self._table = table
        self._clock = clock
        self._background = background
        self._remembered: OrderedDict[str, Bookmark] = OrderedDict()

    async def find(self, query: str, start_index: int) -> Bookmark | None:
        """Where the page starts: no call when this instance served the page before just now, else one.

        What it served longer ago may be of an earlier reading, which another instance has repeated since.
        """
        key, now = keys.bookmark(query, start_index), self._clock.now()
        bookmark = self._remembered.get(key)
        if bookmark is None or bookmark.expires - LIFETIME + TRUSTED <= now:
            bookmark = await self._stored(key)
        return bookmark if bookmark and bookmark.expires > now else None

    def leave(self, query: str, start_index: int, after: str, total: int) -> None:
        """Note where the page at `start_index` starts; storage learns it after the reply."""
        key = keys.bookmark(query, start_index)
        bookmark = Bookmark(after, total, self._clock.now() + LIFETIME)
        self._remembered[key] = bookmark
        self._remembered.move_to_end(key)
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        self._background.run(self._store(key, bookmark), "bookmark_not_stored")

    async def remove_expired(self, now: datetime) -> int:
        """See `scim.domain.ports.Expiring`. One call for each thousand rows, and one for each hundred that go."""
        removed = 0
        expired = (Comparison("expires", "lt", now),)
        async for page in self._table.pages(keys.BOOKMARKS, where=expired, columns=()):
            for rows in batched(page.rows, MAX_BATCH_OPERATIONS, strict=False):
                with contextlib.suppress(Conflict):  # somebody else removes them as well
                    await self._table.apply([Delete(row.row_key) for row in rows])
                    removed += len(rows)
        return removed

    async def _stored(self, key: str) -> Bookmark | None:
        row = await self._table.get(key)
        if row is None:
            return None
        columns = row.columns
        return Bookmark(str(columns["after"]), cast("int", columns["total"]), cast("datetime", columns["expires"]))

    async def _store(self, key: str, bookmark: Bookmark) -> None:
        columns: Columns = {"after": bookmark.after, "total": bookmark.total, "expires": bookmark.expires}
        await self._table.apply([Upsert(key, columns)])
