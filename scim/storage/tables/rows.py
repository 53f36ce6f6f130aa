"""The four verbs through which everything reaches Table Storage, and the values that they take and give.

`get`, `query`, `batch` and `insert` are each one storage call, so that a test that counts verbs counts round trips.
The contract suite `tests/contract/test_rows.py` states what an implementation promises; Azure Tables, Azurite and the
tests' fake pass it alike.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from scim.errors import Unavailable

type Value = str | int | float | bool | datetime | bytes
type Columns = Mapping[str, Value]

ANY_ETAG = "*"
"""Matches whatever version is there; the row must exist."""
MAX_BATCH_OPERATIONS = 100
"""Operations in one entity group transaction (documented limit of Azure Tables)."""
MAX_PAGE_ROWS = 1000
"""Rows in one answer to a query (documented limit of Azure Tables)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored row: its key, its columns without the keys, and the ETag at which it was read ("" after projections)."""

    row_key: str
    columns: Columns
    etag: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Write a row that must not exist yet."""

    row_key: str
    columns: Columns


@dataclass(frozen=True, slots=True)
class Upsert:
    """Write a row whether or not it exists, replacing all its columns."""

    row_key: str
    columns: Columns


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace all columns of a row that must be at `etag`."""

    row_key: str
    columns: Columns
    etag: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Set the given columns of a row that must be at `etag`, and leave its others."""

    row_key: str
    columns: Columns
    etag: str = ANY_ETAG


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a row that must be at `etag`."""

    row_key: str
    etag: str = ANY_ETAG


type Operation = Insert | Upsert | Replace | Merge | Delete


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Row keys from `start` (inclusive) to `end` (exclusive), by code unit."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition on a column, evaluated by the service; rows without the column never match."""

    column: str
    operator: Literal["eq", "ne", "gt", "ge", "lt", "le"]
    value: Value


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a query, in key order. It may be short or empty and still not be the last."""

    rows: Sequence[Row] = field(default_factory=tuple)
    continuation: object | None = None
    """Give it to the next `query` with otherwise equal arguments; None on the last page."""


@dataclass(frozen=True, slots=True)
class TablePage:
    """One answer when a whole table is read, in the order of keys. It may be short or empty and still not be the last.

    Attributes:
        rows: Each with its partition.
        continuation: Where the next page begins: a text that is good as long as the table is there; None on the last.
    """

    rows: Sequence[tuple[str, Row]] = field(default_factory=tuple)
    continuation: str | None = None


class RowConflict(Exception):
    """A condition of a write did not hold; nothing of the write was applied.

    Args:
        kind: `exists` (an insert found a row), `missing` (there was none to change) or `changed` (another ETag).
        index: Position in the batch of the operation that failed; None when the service did not say.
    """

    def __init__(self, kind: Literal["exists", "missing", "changed"], index: int | None = None) -> None:
        super().__init__(kind, index)
        self.kind = kind
        self.index = index


class StorageUnavailable(Exception):
    """The service could not be reached or refused for now. Whether a write was applied is unknown."""


class TableMissing(StorageUnavailable):
    """There is no such table. Most tables must be there, so this counts as a failure, except where one may be new."""


@contextmanager
def reaching() -> Iterator[None]:
    """Around verbs: what the callers of a port are told when storage cannot be reached.

    Raises:
        Unavailable: So it is.
    """
    try:
        yield
    except StorageUnavailable as error:
        raise Unavailable from error


class Rows(Protocol):
    """Table Storage as Rollcall uses it.

    Promises: a batch is applied whole or not at all; `get` and `query` see every write acknowledged before them;
    keys are ordered by UTF-16 code unit; ETags differ between any two versions of a row. Datetimes are aware, UTC.
    Every verb may raise `StorageUnavailable`; a cut-off or malformed answer counts as that. Where there is no such
    table it raises `TableMissing`.
    """

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        """The row, or None when there is none."""
        ...

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
        """One page of the rows of a key range that meet all conditions, at most `limit` (1 to 1,000) of them.

        Args:
            table: The table's name.
            partition: The partition key.
            keys: The range of row keys.
            where: Conditions that must all hold.
            columns: Columns to return; an empty sequence returns keys only, None all columns.
            limit: Rows wanted at most.
            continuation: From the page before.
        """
        ...

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        """Apply 1 to 100 operations on different rows of a partition, all or nothing.

        Returns:
            The new ETag of each operation's row, in order; "" for deletions.

        Raises:
            RowConflict: A condition did not hold.
            ValueError: More than 100 operations, the same row twice, or a row over the service's limits.
        """
        ...

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        """Write one new row; returns its ETag.

        Raises:
            RowConflict: `exists`.
        """
        ...


class Tables(Protocol):
    """The tables themselves, for what comes and goes by the table, a month of activities, and for copies of them.

    Every method may raise `StorageUnavailable`.
    """

    async def scan(self, table: str, *, since: datetime | None = None, continuation: str | None = None) -> TablePage:
        """One page of all rows of a table, at most 1,000 of them, whatever their partition.

        It is no snapshot: what changes between two pages may be in both, or in none of them.

        Args:
            table: The table's name.
            since: Only rows that were written at this moment of the service's clock or later.
            continuation: From the page before.

        Raises:
            TableMissing: There is no such table.
        """
        ...

    async def ensure_tables(self, names: Iterable[str]) -> None:
        """Create the tables that do not exist yet."""
        ...

    async def drop_table(self, name: str) -> None:
        """Remove a table with all that is in it, if it exists. It cannot be made again within the next minute."""
        ...

    async def table_names(self, prefix: str) -> list[str]:
        """The names of all tables that start with a prefix, in order."""
        ...


class TableStorage(Rows, Tables, Protocol):
    """Rows, and the tables that they are in."""
