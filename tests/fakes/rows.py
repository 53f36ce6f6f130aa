"""Table Storage in memory, and wrappers that count its calls or make them fail.

`FakeRows` keeps every promise of `scim.storage.tables.rows`: `tests/contract/test_rows.py` runs on it and on Azurite.
The wrappers take any `Rows`, so that budgets and faults can be tested on either.
"""

import asyncio
import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType
from typing import Any, cast

from scim.storage.tables.keys import written_at
from scim.storage.tables.limits import (
    check_batch,
    check_key,
    check_query,
    check_row,
    operation_columns,
    value_type,
)
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
    Page,
    Replace,
    Row,
    RowConflict,
    StorageUnavailable,
    TableMissing,
    TablePage,
    TableStorage,
    Value,
)

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}
_FIRST_WRITE = datetime(2026, 11, 23, 19, 22, 38, tzinfo=UTC)
_TICKS_PER_MICROSECOND = 10


class FakeRows:
    """All tables in memory.

    Args:
        page_rows: Rows that one query looks at; fewer than its `limit` makes pages short, or empty where a condition
            drops them, as a partition server boundary or a slow scan does.
        tables: The tables that exist; None for any.
    """

    def __init__(self, *, page_rows: int = MAX_PAGE_ROWS, tables: Collection[str] | None = None) -> None:
        self._page_rows = page_rows
        self._tables = None if tables is None else set(tables)
        self._partitions: defaultdict[tuple[str, str], _Partition] = defaultdict(_Partition)
        self._ticks = 0

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        check_key(partition)
        check_key(row_key)
        return (await self._open(table, partition)).rows.get(row_key)

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
        check_query(partition, keys, columns, where, limit)
        stored = await self._open(table, partition)
        start = keys.start if continuation is None else _resumed(continuation)
        found: list[Row] = []
        for looked_at, row in enumerate(stored.between(start, keys.end)):
            if len(found) == limit or looked_at == self._page_rows:
                return Page(found, _Continuation(row.row_key))
            if all(_holds(condition, row.columns) for condition in where):
                found.append(_projected(row, columns))
        return Page(found)

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        check_batch(partition, operations)
        stored = await self._open(table, partition)
        for index, operation in enumerate(operations):
            _check_condition(operation, stored.rows.get(operation.row_key), index)
        return [self._apply(stored, operation) for operation in operations]

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        check_row(partition, row.row_key, row.columns)
        stored = await self._open(table, partition)
        _check_condition(row, stored.rows.get(row.row_key), None)
        return self._apply(stored, row)

    async def ensure_tables(self, names: Iterable[str]) -> None:
        """Create the tables that do not exist yet."""
        if self._tables is not None:
            self._tables.update(names)

    async def drop_table(self, name: str) -> None:
        await asyncio.sleep(0)
        if self._tables is not None:
            self._tables.discard(name)
        for place in [place for place in self._partitions if place[0] == name]:
            del self._partitions[place]

    async def table_names(self, prefix: str) -> list[str]:
        await asyncio.sleep(0)
        names = {table for table, _ in self._partitions} if self._tables is None else self._tables
        return sorted(name for name in names if name.startswith(prefix))

    async def scan(self, table: str, *, since: datetime | None = None, continuation: str | None = None) -> TablePage:
        await self._open(table, "")
        start = tuple(json.loads(continuation)) if continuation else ("", "")
        found: list[tuple[str, Row]] = []
        looked_at = 0
        for partition in sorted(part for name, part in self._partitions if name == table and part >= start[0]):
            stored = self._partitions[table, partition]
            for row in stored.between(start[1] if partition == start[0] else "", "\uffff"):
                if looked_at == min(self._page_rows, MAX_PAGE_ROWS):
                    return TablePage(found, json.dumps([partition, row.row_key]))
                looked_at += 1
                if since is None or written_at(row.etag) >= since:
                    found.append((partition, row))
        return TablePage(found)

    def copy(self) -> "FakeRows":
        """The same rows, apart from now on."""
        other = FakeRows(page_rows=self._page_rows, tables=self._tables)
        other._ticks = self._ticks
        for name, stored in self._partitions.items():
            other._partitions[name] = stored.copy()
        return other

    def contents(self, table: str) -> dict[tuple[str, str], Columns]:
        """All rows of a table by partition and row key, without a call: for a test's final look."""
        return {
            (partition, row.row_key): row.columns
            for (name, partition), stored in list(self._partitions.items())
            if name == table
            for row in stored.rows.values()
        }

    async def _open(self, table: str, partition: str) -> "_Partition":
        """Give way to other tasks, as a round trip does; what follows runs undisturbed, as a transaction does."""
        await asyncio.sleep(0)
        if self._tables is not None and table not in self._tables:
            raise TableMissing("The table does not exist.")
        return self._partitions[table, partition]

    def _apply(self, stored: "_Partition", operation: Operation) -> str:
        if isinstance(operation, Delete):
            stored.remove(operation.row_key)
            return ""
        kept = stored.rows[operation.row_key].columns if isinstance(operation, Merge) else {}
        given = {name: _as_stored(value) for name, value in operation_columns(operation).items()}
        row = Row(operation.row_key, MappingProxyType({**kept, **given}), self._next_etag())
        stored.put(row)
        return row.etag

    def _next_etag(self) -> str:
        self._ticks += 1
        microseconds, tick = divmod(self._ticks, _TICKS_PER_MICROSECOND)
        written = _FIRST_WRITE + timedelta(microseconds=microseconds)
        return f"""W/"datetime'{written:%Y-%m-%dT%H%%3A%M%%3A%S.%f}{tick}Z'\""""


@dataclass(frozen=True, slots=True)
class _Continuation:
    row_key: str


def _resumed(continuation: object) -> str:
    if not isinstance(continuation, _Continuation):
        raise TypeError("Not a continuation of this storage.")
    return continuation.row_key


@dataclass(slots=True)
class _Partition:
    """Rows by key, and their keys in order, brought up to date only when a range is asked for."""

    rows: dict[str, Row] = field(default_factory=dict)
    _ordered: list[bytes] = field(default_factory=list)
    _unordered: set[str] = field(default_factory=set)

    def copy(self) -> "_Partition":
        return _Partition(dict(self.rows), list(self._ordered), set(self._unordered))

    def put(self, row: Row) -> None:
        if row.row_key not in self.rows:
            self._unordered.add(row.row_key)
        self.rows[row.row_key] = row

    def remove(self, row_key: str) -> None:
        del self.rows[row_key]
        self._unordered.add(row_key)

    def between(self, start: str, end: str) -> Iterator[Row]:
        self._order()
        first, last = (bisect_left(self._ordered, _code_unit_order(key)) for key in (start, end))
        for position in range(first, last):
            yield self.rows[self._ordered[position].decode("utf-16-be")]

    def _order(self) -> None:
        few = len(self._unordered) <= 64 + len(self._ordered) // 100
        if few:
            for key in self._unordered:
                self._place(key)
        else:
            self._ordered = sorted(map(_code_unit_order, self.rows))
        self._unordered.clear()

    def _place(self, row_key: str) -> None:
        key = _code_unit_order(row_key)
        position = bisect_left(self._ordered, key)
        listed = self._ordered[position : position + 1] == [key]
        stored = row_key in self.rows
        if stored and not listed:
            self._ordered.insert(position, key)
        elif listed and not stored:
            del self._ordered[position]


def _code_unit_order(key: str) -> bytes:
    """Sorts as the service sorts; Python's own order is by code point, which differs above U+FFFF."""
    return key.encode("utf-16-be", "surrogatepass")


def _check_condition(operation: Operation, row: Row | None, index: int | None) -> None:
    if isinstance(operation, Insert):
        if row is not None:
            raise RowConflict("exists", index)
    elif isinstance(operation, Replace | Merge | Delete):
        if row is None:
            raise RowConflict("missing", index)
        if operation.etag not in (ANY_ETAG, row.etag):
            raise RowConflict("changed", index)


def _as_stored(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return str.__str__(value) if isinstance(value, str) else value


def _holds(condition: Comparison, columns: Columns) -> bool:
    value = columns.get(condition.column)
    if value is None or value_type(value) is not value_type(condition.value):
        return False
    return _OPERATORS[condition.operator](_comparable(value), _comparable(condition.value))


def _comparable(value: Value) -> object:
    return _code_unit_order(value) if isinstance(value, str) else value


def _projected(row: Row, columns: Sequence[str] | None) -> Row:
    if columns is None:
        return row
    return Row(row.row_key, {name: row.columns[name] for name in columns if name in row.columns}, "")


class CountingRows:
    """Passes every call on and keeps count.

    Attributes:
        calls: Calls by verb.
        rows_read: Rows that `get` and `query` returned.
        rows_written: Operations of batches and inserts that were applied.
        log: (verb, table, detail) in order of arrival; the detail is what the verb was asked for.
    """

    def __init__(self, rows: TableStorage) -> None:
        self._rows = rows
        self.reset()

    def reset(self) -> None:
        """Start counting again."""
        self.calls: Counter[str] = Counter()
        self.rows_read = 0
        self.rows_written = 0
        self.log: list[tuple[str, str, object]] = []

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        self._note("get", table, row_key)
        row = await self._rows.get(table, partition, row_key)
        self.rows_read += row is not None
        return row

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
        self._note("query", table, keys)
        page = await self._rows.query(
            table, partition, keys, where=where, columns=columns, limit=limit, continuation=continuation
        )
        self.rows_read += len(page.rows)
        return page

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        self._note("batch", table, tuple(operations))
        etags = await self._rows.batch(table, partition, operations)
        self.rows_written += len(operations)
        return etags

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        self._note("insert", table, row)
        etag = await self._rows.insert(table, partition, row)
        self.rows_written += 1
        return etag

    async def ensure_tables(self, names: Iterable[str]) -> None:
        self._note("ensure_tables", "", tuple(names))
        await self._rows.ensure_tables(names)

    async def drop_table(self, name: str) -> None:
        self._note("drop_table", name, name)
        await self._rows.drop_table(name)

    async def table_names(self, prefix: str) -> list[str]:
        self._note("table_names", "", prefix)
        return await self._rows.table_names(prefix)

    async def scan(self, table: str, *, since: datetime | None = None, continuation: str | None = None) -> TablePage:
        self._note("scan", table, continuation)
        page = await self._rows.scan(table, since=since, continuation=continuation)
        self.rows_read += len(page.rows)
        return page

    def _note(self, verb: str, table: str, detail: object) -> None:
        self.calls[verb] += 1
        self.log.append((verb, table, detail))


class Killed(BaseException):
    """The process died here: nothing after this point runs, and no `except Exception` gets in the way."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a verb, as a plan of faults sees it.

    Attributes:
        number: Counts all calls from 1.
        write: Counts writes from 1; 0 for reads.
        verb: `get`, `query`, `batch`, `insert`, or what is done to a table.
        table: The table.
        detail: The row key, the key range, the operations or the row.
    """

    number: int
    write: int
    verb: str
    table: str
    detail: object


type Fault = Callable[[Callable[[], Awaitable[object]]], Awaitable[object]]
"""Makes the call that it is given in its own way: not at all, twice, or with a wrong answer."""
type Plan = Callable[[Call], Fault | None]


async def fail_before(_call: Callable[[], Awaitable[object]]) -> object:
    """Unavailable, and nothing was applied."""
    raise StorageUnavailable("fault: before the call")


async def fail_after(call: Callable[[], Awaitable[object]]) -> object:
    """Unavailable, although the call went through."""
    await call()
    raise StorageUnavailable("fault: after the call")


async def repeat(call: Callable[[], Awaitable[object]]) -> object:
    """What an SDK does when the first answer is lost: the caller gets the answer to the second try."""
    await call()
    return await call()


async def cancel_before(_call: Callable[[], Awaitable[object]]) -> object:
    """Cancelled before anything was applied."""
    raise asyncio.CancelledError


async def cancel_after(call: Callable[[], Awaitable[object]]) -> object:
    """Cancelled although the call went through."""
    await call()
    raise asyncio.CancelledError


async def kill_before(_call: Callable[[], Awaitable[object]]) -> object:
    """The process dies before the call."""
    raise Killed


async def kill_after(call: Callable[[], Awaitable[object]]) -> object:
    """The process dies when the call has gone through."""
    await call()
    raise Killed


class FaultyRows:
    """Passes calls on, except where the plan names a fault for one; after a kill it refuses everything.

    Args:
        rows: What works.
        plan: Called for each call; the fault to inject, or None. See `on_writes` for the usual one.
    """

    def __init__(self, rows: TableStorage, plan: Plan) -> None:
        self._rows = rows
        self._plan = plan
        self._calls = 0
        self._writes = 0
        self._killed = False

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        return await self._run("get", table, row_key, lambda: self._rows.get(table, partition, row_key))

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
        def ask() -> Awaitable[Page]:
            return self._rows.query(
                table, partition, keys, where=where, columns=columns, limit=limit, continuation=continuation
            )

        return await self._run("query", table, keys, ask)

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        written = tuple(operations)
        return await self._run("batch", table, written, lambda: self._rows.batch(table, partition, written), write=1)

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        return await self._run("insert", table, row, lambda: self._rows.insert(table, partition, row), write=1)

    async def ensure_tables(self, names: Iterable[str]) -> None:
        await self._run("ensure_tables", "", names, lambda: self._rows.ensure_tables(names), write=1)

    async def drop_table(self, name: str) -> None:
        await self._run("drop_table", name, name, lambda: self._rows.drop_table(name), write=1)

    async def table_names(self, prefix: str) -> list[str]:
        return await self._run("table_names", "", prefix, lambda: self._rows.table_names(prefix))

    async def scan(self, table: str, *, since: datetime | None = None, continuation: str | None = None) -> TablePage:
        return await self._run(
            "scan", table, continuation, lambda: self._rows.scan(table, since=since, continuation=continuation)
        )

    async def _run[T](
        self, verb: str, table: str, detail: object, call: Callable[[], Awaitable[T]], *, write: int = 0
    ) -> T:
        if self._killed:
            raise Killed
        self._calls += 1
        self._writes += write
        fault = self._plan(Call(self._calls, self._writes if write else 0, verb, table, detail))
        try:
            return await (call() if fault is None else cast("Awaitable[T]", fault(call)))
        except Killed:
            self._killed = True
            raise


def on_writes(schedule: dict[int, Fault]) -> Plan:
    """A plan with a fault for each of the given writes, counted from 1."""
    return lambda call: schedule.get(call.write)


def on_calls(schedule: dict[int, Fault]) -> Plan:
    """A plan with a fault for each of the given calls of any verb, counted from 1."""
    return lambda call: schedule.get(call.number)
