"""The `config` table: small partitions, one for each kind of thing that administrators set.

Each partition is a collection of rows by id. A write is conditional: on absence (`insert`), on the version that was
read (`replace`, `delete`), or on none of it, which its caller then says (`put`, `merge`).

The SDK repeats a write whose answer was lost, so a conflict may be the echo of our own first try. Every row that is
written therefore carries the mark of its write, and after a conflict the mark tells.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Literal

from scim.storage.tables.keys import CONFIG
from scim.storage.tables.limits import is_key
from scim.storage.tables.rows import (
    ANY_ETAG,
    MAX_PAGE_ROWS,
    Columns,
    Comparison,
    Delete,
    Insert,
    KeyRange,
    Merge,
    Operation,
    Replace,
    Row,
    RowConflict,
    Rows,
    Upsert,
    reaching,
)

EVERY_KEY = KeyRange(" ", "\uffff")
_MARK = "op"
"""The column of the mark."""


class ConfigConflict(Exception):
    """A condition of a write did not hold; nothing was written.

    Args:
        kind: As in `RowConflict`.
        row_key: The row whose condition failed; "" when the service did not say.
    """

    def __init__(self, kind: Literal["exists", "missing", "changed"], row_key: str) -> None:
        super().__init__(kind, row_key)
        self.kind = kind
        self.row_key = row_key


class ConfigTable:
    """The rows of one partition. Every method raises `Unavailable` when storage cannot be reached."""

    def __init__(self, rows: Rows, partition: str) -> None:
        self._rows = rows
        self._partition = partition

    def beside(self, partition: str) -> "ConfigTable":
        """The same table, another partition."""
        return ConfigTable(self._rows, partition)

    async def get(self, row_key: str) -> Row | None:
        """The row, or None. One call; none for a text that is no key: ids from outside are looked for as they come."""
        if not is_key(row_key):
            return None
        with reaching():
            return await self._rows.get(CONFIG, self._partition, row_key)

    async def all(self, keys: KeyRange = EVERY_KEY, where: Sequence[Comparison] = ()) -> list[Row]:
        """All rows of a range. One call for each thousand."""
        return [row async for row in self._iterate(keys, where)]

    async def insert(self, row_key: str, columns: Columns) -> str:
        """Write a new row; returns its ETag.

        Raises:
            ConfigConflict: There is one.
        """
        return (await self.apply([Insert(row_key, columns)]))[0]

    async def put(self, row_key: str, columns: Columns) -> str:
        """Write a row, new or not; returns its ETag."""
        return (await self.apply([Upsert(row_key, columns)]))[0]

    async def replace(self, row_key: str, columns: Columns, etag: str) -> str:
        """Replace a row that is at `etag`; returns its new ETag.

        Raises:
            ConfigConflict: It changed, or is gone.
        """
        return (await self.apply([Replace(row_key, columns, etag)]))[0]

    async def merge(self, row_key: str, columns: Columns, etag: str = ANY_ETAG) -> str:
        """Set some columns of a row; returns its new ETag.

        Raises:
            ConfigConflict: It changed, or is gone.
        """
        return (await self.apply([Merge(row_key, columns, etag)]))[0]

    async def delete(self, row_key: str, etag: str = ANY_ETAG) -> bool:
        """Remove a row; returns whether there was one.

        Raises:
            ConfigConflict: It is not at `etag`.
        """
        try:
            await self.apply([Delete(row_key, etag)])
        except ConfigConflict as conflict:
            if conflict.kind == "missing":
                return False
            raise
        return True

    async def apply(self, operations: Sequence[Operation]) -> list[str]:
        """Apply up to 100 operations on different rows, all or nothing; returns their ETags.

        One call; after a conflict one more for the mark, unless all are deletions: of a row that is gone nobody can
        tell who removed it.

        Raises:
            ConfigConflict: A condition did not hold.
        """
        mark = token_hex(8)
        marked = [_marked(operation, mark) for operation in operations]
        try:
            with reaching():
                return await self._rows.batch(CONFIG, self._partition, marked)
        except RowConflict as conflict:
            if (etags := await self._echo(marked, mark)) is not None:
                return etags
            row_key = "" if conflict.index is None else operations[conflict.index].row_key
            raise ConfigConflict(conflict.kind, row_key) from conflict

    async def _echo(self, operations: Sequence[Operation], mark: str) -> list[str] | None:
        """The ETags that our own first try gave the rows; None when it was somebody else's write."""
        written = [operation.row_key for operation in operations if not isinstance(operation, Delete)]
        if not written:
            return None
        first = await self.get(written[0])
        if first is None or first.columns.get(_MARK) != mark:
            return None
        rows = {key: await self.get(key) for key in written[1:]} | {first.row_key: first}
        return [row.etag if (row := rows.get(operation.row_key)) else "" for operation in operations]

    async def _iterate(self, keys: KeyRange, where: Sequence[Comparison]) -> AsyncIterator[Row]:
        continuation: object | None = None
        while True:
            with reaching():
                page = await self._rows.query(
                    CONFIG, self._partition, keys, where=where, limit=MAX_PAGE_ROWS, continuation=continuation
                )
            for row in page.rows:
                yield row
            continuation = page.continuation
            if continuation is None:
                return


def _marked(operation: Operation, mark: str) -> Operation:
    return (
        operation if isinstance(operation, Delete) else replace(operation, columns={**operation.columns, _MARK: mark})
    )
