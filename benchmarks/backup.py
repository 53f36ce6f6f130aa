"""Rows a second of export and restore, beside plainly reading all tables and plainly writing their rows, on Azurite.

Azurite looks at the whole table for every page, so most of the time is its own: what counts are the ratios to the
floors of the same run.
"""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from itertools import batched, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import aiohttp.connector
from azure.core.credentials import AzureNamedKeyCredential

from benchmarks.tables import print_table
from localdev.azurite import ACCOUNT, KEY
from localdev.stack import Stack
from ops.backup.folder import FolderStore
from ops.backup.restore import AT_ONCE, restore
from scim.bootstrap import SystemClock
from scim.storage.backup.export import Export
from scim.storage.backup.progress import Progress
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES
from scim.storage.tables.limits import batches
from scim.storage.tables.rows import Row, Upsert
from tests.fakes.rows import FakeRows
from tests.world import World, group, user

USERS, GROUPS = 600, 12

type Place = tuple[str, str, Row]
"""Table, partition, row."""


def run() -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder, Stack(Path(folder), memory=True) as stack:
        aiohttp.connector._SSL_CONTEXT_VERIFIED.load_verify_locations(stack.authority)  # noqa: SLF001 - made at import
        asyncio.run(_measure(stack.tables_url, Path(folder)))


async def _measure(url: str, folder: Path) -> None:
    clock, store, rows = SystemClock(), FolderStore(folder / "backups"), await _directory()
    async with AsyncExitStack() as sides:
        source, target, plain = [_side(url, sides) for _ in range(3)]
        for side in (source, plain):
            await side.ensure_tables(TABLES)
        await _write(source, rows)
        export = Export("one", source, store, clock)
        seconds = {
            "reading the tables": await _timed(_read(source)),
            "export": await _timed(_export(export, clock)),
            "writing the rows": await _timed(_write(plain, rows)),
            "restore": await _timed(restore(target, store, export.name)),
        }
    print_table(
        ["", "seconds", "rows/s"],
        [[name, f"{each:.2f}", f"{len(rows) / each:,.0f}"] for name, each in seconds.items()],
    )
    files = list((folder / "backups" / export.name).glob("*.gz"))
    size = sum(path.stat().st_size for path in files)
    print(
        f"{len(rows):,} rows of {USERS:,} users in {GROUPS} groups; {size / len(rows):.0f} bytes a row in the backup. "
        f"export : reading = {seconds['export'] / seconds['reading the tables']:.2f} (the directory is looked at "
        f"twice), restore : writing = {seconds['restore'] / seconds['writing the rows']:.2f}\n"
    )


def _side(url: str, sides: AsyncExitStack) -> AzureRows:
    rows = AzureRows(url, AzureNamedKeyCredential(ACCOUNT, KEY), table_prefix=f"t{uuid4().hex[:20]}")
    sides.push_async_callback(rows.close)
    return rows


async def _directory() -> list[Place]:
    """The rows of a tenant, made by the app in memory."""
    rows = FakeRows()
    world = await World.on(rows)
    ids = [
        await world.created(
            "/Users",
            user(f"person{n}@contoso.com", externalId=f"x{n}", name={"givenName": f"Ann {n}", "familyName": "Other"}),
        )
        for n in range(USERS)
    ]
    for number in range(GROUPS):
        await world.created("/Groups", group(f"Group {number}", ids[number::2]))
    return [(table, partition, row) for table in TABLES for partition, row in await _pages(rows, table)]


async def _pages(rows: FakeRows | AzureRows, table: str) -> list[tuple[str, Row]]:
    page = await rows.scan(table)
    found = list(page.rows)
    while page.continuation is not None:
        page = await rows.scan(table, continuation=page.continuation)
        found += page.rows
    return found


async def _read(rows: AzureRows) -> None:
    for table in TABLES:
        await _pages(rows, table)


async def _write(rows: AzureRows, found: list[Place]) -> None:
    for (table, partition), some in groupby(found, lambda each: each[:2]):
        upserts = (Upsert(row.row_key, row.columns) for _, _, row in some)
        for wave in batched(batches(partition, upserts), AT_ONCE, strict=False):
            await asyncio.gather(*(rows.batch(table, partition, each) for each in wave))


async def _export(export: Export, clock: SystemClock) -> None:
    await export.run(await export.note(Progress(started=clock.now())), lambda: False)


async def _timed(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started
