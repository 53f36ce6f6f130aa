"""Storage that answers at once what it was asked before: what is measured on it is without storage and its waiting.

Rows in memory, as tests use them, check what they are given, look for it, and give way as a round trip would. That is
time, too, and none of the app's.
"""

from collections.abc import Iterable, Sequence

from scim.storage.tables.rows import MAX_PAGE_ROWS, Comparison, Insert, KeyRange, Operation, Page, Row, TableStorage


class RememberingRows:
    """Passes on what was not asked yet, and all writes; what they change is not seen in answers that it has."""

    def __init__(self, rows: TableStorage) -> None:
        self._rows = rows
        self._found: dict[object, Row | None] = {}
        self._pages: dict[object, Page] = {}

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        asked = (table, partition, row_key)
        if asked not in self._found:
            self._found[asked] = await self._rows.get(*asked)
        return self._found[asked]

    async def query(
        self,
        table: str,
        partition: str,
        keys: KeyRange,
        *,
        where: Sequence[Comparison] = (),
        columns: Sequence[str] | None = None,
        limit: int = MAX_PAGE_ROWS,
        continuation: object | None = None,
    ) -> Page:
        asked = (table, partition, keys, tuple(where), columns and tuple(columns), limit, continuation)
        if asked not in self._pages:
            self._pages[asked] = await self._rows.query(
                table, partition, keys, where=where, columns=columns, limit=limit, continuation=continuation
            )
        return self._pages[asked]

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        return await self._rows.batch(table, partition, operations)

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        return await self._rows.insert(table, partition, row)

    async def ensure_tables(self, names: Iterable[str]) -> None:
        await self._rows.ensure_tables(names)

    async def drop_table(self, name: str) -> None:
        await self._rows.drop_table(name)

    async def table_names(self, prefix: str) -> list[str]:
        return await self._rows.table_names(prefix)
