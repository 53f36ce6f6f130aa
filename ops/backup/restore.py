"""Writing a backup into an empty storage account."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

from ops.backup import activity_months, configuration, directory
from ops.backup.reading import load
from ops.backup.report import Report
from ops.backup.staging import Area, Staging
from scim.errors import Unavailable
from scim.storage.backup.store import BackupStore
from scim.storage.tables.activity_keys import TABLE_PREFIX
from scim.storage.tables.keys import CONFIG, TABLES
from scim.storage.tables.limits import batches
from scim.storage.tables.rows import StorageUnavailable, TableMissing, TableStorage, Upsert

READ, WRITTEN = "rows in the backup", "rows written"
AT_ONCE = 8
"""Transactions on their way: more than a partition takes (2,000 rows a second) would only wait there."""
ATTEMPTS = 6
"""Tries of transactions that storage refuses for now, half a second apart at first, then twice as much each time."""


class NotEmpty(Exception):
    """There are rows in the account already; the message tells an operator what to do."""


class BrokenOff(Exception):
    """A part of a backup is written, and the rest is not; the message tells an operator how to go on."""


async def restore(tables: TableStorage, store: BackupStore, name: str) -> Report:
    """Write a backup into an account without rows, in a consistent state.

    Everything is read, checked and planned before the first row is written. `config` comes last: until then the app
    knows no token, so that nobody works on half a directory.

    Raises:
        NotEmpty: There are rows.
        UnusableBackup: See `load`.
        StorageUnavailable, Unavailable: Storage cannot be reached, and nothing was written.
        BrokenOff: It could not be written to the end.
    """
    await _check_empty(tables)
    report = Report()
    with Staging.temporary() as staging:
        manifest = await load(store, name, staging.read)
        report.count(READ, staging.read.total())
        accounts = directory.plan(staging, configuration.facts(staging), report)
        configuration.plan(staging, accounts, report)
        activity_months.plan(staging, manifest, report)
        report.count(WRITTEN, staging.planned.total())
        await _write(tables, staging.planned)
    return report


async def _check_empty(tables: TableStorage) -> None:
    tables_there = [*TABLES, *await tables.table_names(TABLE_PREFIX)]
    for table in tables_there:
        try:
            page = await tables.scan(table)
            while not page.rows and page.continuation is not None:
                page = await tables.scan(table, continuation=page.continuation)
        except TableMissing:
            continue
        if page.rows:
            raise NotEmpty(
                f"The table {table} has rows, and a backup can be restored into an empty account only. Use a new "
                f"account, or start anew. {_anew(tables_there)}"
            )


async def _write(tables: TableStorage, planned: Area) -> None:
    names = sorted({*TABLES, *planned.tables()}, key=lambda name: (name == CONFIG, name))
    try:
        await tables.ensure_tables(names)
        for table in names:
            for partition in planned.partitions(table):
                for some in batched(_transactions(planned, table, partition), AT_ONCE, strict=False):
                    await asyncio.gather(*(_apply(tables, table, partition, each) for each in some))
    except (StorageUnavailable, Unavailable, asyncio.CancelledError) as error:
        raise BrokenOff(f"Restoring broke off, and cannot go on from there: start anew. {_anew(names)}") from error


def _anew(names: Iterable[str]) -> str:
    """How to empty an account, as commands."""
    command = "az storage table delete --auth-mode login --account-name <account> --name"
    commands = "".join(f"\n    {command} {name}" for name in names)
    return f"Delete the tables, wait a minute, and run this command again:{commands}"


def _transactions(planned: Area, table: str, partition: str) -> Iterator[list[Upsert]]:
    rows = planned.rows(table, partition)
    return batches(partition, (Upsert(row.row_key, row.columns) for row in rows))


async def _apply(tables: TableStorage, table: str, partition: str, upserts: Sequence[Upsert]) -> None:
    """Write rows; doing so again changes nothing."""
    for attempt in range(ATTEMPTS - 1):
        try:
            await tables.batch(table, partition, upserts)
        except StorageUnavailable:
            await asyncio.sleep(0.5 * 2**attempt)
        else:
            return
    await tables.batch(table, partition, upserts)
