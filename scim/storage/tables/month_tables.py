"""The tables of months, and stretches of the log that are read from them and from the outbox alike."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scim.storage.tables.activity_keys import PARTITION, TABLE_PREFIX, behind
from scim.storage.tables.limits import batches
from scim.storage.tables.rows import (
    KeyRange,
    Page,
    Row,
    TableMissing,
    TableStorage,
    Upsert,
    reaching,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """All that some list holds between two positions.

    Attributes:
        rows: By place, in order.
        end: The position at which it ends; what stands there was not looked at.
    """

    rows: Mapping[str, Row]
    end: str


def merged(stretches: Sequence[Stretch], start: str) -> Stretch:
    """What all of them hold together from a position to where the shortest ends; the same place counts once."""
    end = min(each.end for each in stretches)
    rows = {place: row for each in stretches for place, row in each.rows.items() if start <= place < end}
    return Stretch(dict(sorted(rows.items())), end)


async def read_stretch(ask: Callable[[KeyRange, object], Awaitable[Page]], prefix: str, places: KeyRange) -> Stretch:
    """The beginning of a list between two positions: one call, and more for pages that storage leaves empty.

    Args:
        ask: Asks for a page of a key range, given the continuation of the page before.
        prefix: What stands before the places in the keys.
        places: The positions.
    """
    keys = KeyRange(prefix + places.start, prefix + places.end)
    page = await ask(keys, None)
    while not page.rows and page.continuation is not None:
        page = await ask(keys, page.continuation)
    rows = {row.row_key.removeprefix(prefix): row for row in page.rows}
    return Stretch(rows, places.end if page.continuation is None else behind(next(reversed(rows))))


class MonthTables:
    """The tables of months. Every method raises `Unavailable` when storage cannot be reached."""

    def __init__(self, rows: TableStorage) -> None:
        self._rows = rows

    async def stretch(self, table: str, prefix: str, places: KeyRange, size: int) -> Stretch:
        """The beginning of one of the lists of a month, empty where there is no such month. One call.

        Args:
            table: The month.
            prefix: Of the list.
            places: The positions between which it is read.
            size: Rows wanted at most.
        """

        async def ask(keys: KeyRange, continuation: object) -> Page:
            return await self._rows.query(table, PARTITION, keys, limit=size, continuation=continuation)

        with reaching():
            try:
                return await read_stretch(ask, prefix, places)
            except TableMissing:
                return Stretch({}, places.end)

    async def write(self, table: str, rows: Iterable[Upsert]) -> None:
        """Write rows of a month, and first the table where it is new. One call for each hundred rows."""
        with reaching():
            for batch in batches(PARTITION, rows):
                await self._write(table, batch)

    async def _write(self, table: str, batch: Sequence[Upsert]) -> None:
        try:
            await self._rows.batch(table, PARTITION, batch)
        except TableMissing:
            await self._rows.ensure_tables([table])
            await self._rows.batch(table, PARTITION, batch)

    async def names(self) -> list[str]:
        """The tables that there are, oldest first. One call."""
        with reaching():
            return await self._rows.table_names(TABLE_PREFIX)

    async def drop(self, table: str) -> None:
        """Drop a month. One call."""
        with reaching():
            await self._rows.drop_table(table)
