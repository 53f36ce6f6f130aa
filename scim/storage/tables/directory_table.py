"""The one partition of the `directory` table, and transactions on it whose outcome is always known.

The SDK repeats a write after an answer that was lost or a 5xx, so a conflict may be the echo of our own first try, and
a failure may hide a success. Every transaction therefore inserts the row of its activity, under a key that no other
write has: after anything but a clean answer, that row tells.
"""

from collections.abc import AsyncIterator, Mapping, Sequence

from scim.domain.activities import Activity
from scim.errors import Unavailable
from scim.storage.tables.entities import activity_row
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import (
    MAX_BATCH_OPERATIONS,
    MAX_PAGE_ROWS,
    Comparison,
    KeyRange,
    Operation,
    Page,
    Row,
    RowConflict,
    Rows,
    reaching,
)


class Conflict(Exception):
    """A condition of a transaction did not hold; nothing was applied.

    Args:
        kind: As in `RowConflict`.
        row_key: The row whose condition failed; "" when the service did not say.
    """

    def __init__(self, kind: str, row_key: str) -> None:
        super().__init__(kind, row_key)
        self.kind = kind
        self.row_key = row_key

    def on(self, prefix: str) -> bool:
        """Whether the row is of a kind, given by the prefix of its key."""
        return self.row_key.startswith(prefix)

    @property
    def is_about_membership(self) -> bool:
        """Whether a member was there already, or not there any more."""
        return self.on("m|") or self.on("r|")


class DirectoryTable:
    """The directory's rows. Every method raises `Unavailable` when storage cannot be reached."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, row_key: str) -> Row | None:
        """The row, or None."""
        with reaching():
            return await self._rows.get(DIRECTORY, PARTITION, row_key)

    async def page(
        self,
        keys: KeyRange,
        *,
        where: Sequence[Comparison] = (),
        columns: Sequence[str] | None = None,
        limit: int = MAX_PAGE_ROWS,
        continuation: object | None = None,
    ) -> Page:
        """One page of a key range: one storage call."""
        with reaching():
            return await self._rows.query(
                DIRECTORY, PARTITION, keys, where=where, columns=columns, limit=limit, continuation=continuation
            )

    async def pages(
        self, keys: KeyRange, *, where: Sequence[Comparison] = (), columns: Sequence[str] | None = None
    ) -> AsyncIterator[Page]:
        """All pages of a key range, a storage call each."""
        continuation: object | None = None
        while True:
            page = await self.page(keys, where=where, columns=columns, continuation=continuation)
            yield page
            continuation = page.continuation
            if continuation is None:
                return

    async def first(self, keys: KeyRange, limit: int | None = None, where: Sequence[Comparison] = ()) -> list[Row]:
        """The first `limit` rows of a key range, or all of them."""
        rows, _ = await self.some(keys, limit, where)
        return rows

    async def some(
        self, keys: KeyRange, limit: int | None = None, where: Sequence[Comparison] = ()
    ) -> tuple[list[Row], bool]:
        """The first `limit` rows of a key range, or all of them, and whether there may be more."""
        rows: list[Row] = []
        continuation: object | None = None
        while limit is None or len(rows) < limit:
            wanted = MAX_PAGE_ROWS if limit is None else min(MAX_PAGE_ROWS, limit - len(rows))
            page = await self.page(keys, where=where, limit=wanted, continuation=continuation)
            rows += page.rows
            continuation = page.continuation
            if continuation is None:
                break
        return rows, continuation is not None

    async def keys(self, keys: KeyRange, where: Sequence[Comparison] = ()) -> list[str]:
        """All row keys of a range."""
        return [row.row_key async for page in self.pages(keys, where=where, columns=()) for row in page.rows]

    async def commit(self, operations: Sequence[Operation], marker: str) -> Mapping[str, str]:
        """Apply 1 to 100 operations on different rows as one transaction.

        Args:
            operations: One of them inserts `marker`.
            marker: A row key that only this transaction writes. It is not looked for after a conflict over a
                membership: the caller reads then which memberships there are, and finds its own.

        Returns:
            The new ETags by row key. Empty when the transaction was found applied after an answer was lost.

        Raises:
            Conflict: A condition did not hold.
        """
        try:
            return await self._batch(operations)
        except (Conflict, Unavailable) as error:
            if isinstance(error, Conflict) and error.is_about_membership:
                raise
            if await self.get(marker) is not None:
                return {}
            raise

    async def with_activity(self, operations: Sequence[Operation], activity: Activity | None) -> Mapping[str, str]:
        """`commit` together with an activity, or `apply` where none is wanted."""
        if activity is None:
            return await self.apply(operations)
        row = activity_row(activity)
        return await self.commit([*operations, row], row.row_key)

    async def apply(self, operations: Sequence[Operation]) -> Mapping[str, str]:
        """`commit` for steps that leave no activity: they can be repeated, and their conflicts mean nothing else."""
        return await self._batch(operations)

    async def etag(self, etags: Mapping[str, str], row_key: str) -> str:
        """The ETag that a transaction gave a row, read again when its answer was lost."""
        if row_key in etags:
            return etags[row_key]
        row = await self.get(row_key)
        return row.etag if row else ""

    async def _batch(self, operations: Sequence[Operation]) -> Mapping[str, str]:
        try:
            with reaching():
                etags = await self._rows.batch(DIRECTORY, PARTITION, operations)
        except RowConflict as conflict:
            row_key = "" if conflict.index is None else operations[conflict.index].row_key
            raise Conflict(conflict.kind, row_key) from conflict
        return {operation.row_key: etag for operation, etag in zip(operations, etags, strict=True)}


def fits(operations: Sequence[Operation], more: int = 0) -> bool:
    """Whether the operations, and `more` of them, fit one transaction."""
    return len(operations) + more <= MAX_BATCH_OPERATIONS
