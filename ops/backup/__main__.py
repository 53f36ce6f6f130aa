"""Backups by hand, and restoring them. See docs/backup.md.

    python -m ops.backup export --tables-url URL --to PLACE
    python -m ops.backup list --from PLACE
    python -m ops.backup restore --from PLACE [--backup NAME] --tables-url URL
    python -m ops.backup check --tables-url URL

PLACE is a folder, or the URL of a container of blobs. You are whoever the Azure CLI, or the environment, says you are;
you need the roles Storage Table Data Contributor and Storage Blob Data Contributor.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

from azure.identity.aio import DefaultAzureCredential

from ops.backup.checks import violations
from ops.backup.folder import FolderStore
from ops.backup.reading import finished
from ops.backup.restore import NotEmpty, restore
from scim.bootstrap import SystemClock
from scim.errors import Unavailable
from scim.storage.backup.blobs import BlobStore, connect
from scim.storage.backup.export import Export
from scim.storage.backup.manifest import NAMES, UnusableBackup
from scim.storage.backup.progress import Progress
from scim.storage.backup.store import BackupStore
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.rows import StorageUnavailable, TableMissing, TableStorage

DESTINATIONS = {"--tables-url": "tables_url", "--from": "source", "--to": "to", "--backup": "backup"}
SHOWN = 100
"""Violations that are printed; there may be one for each row."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; the status for the shell."""
    parser = argparse.ArgumentParser(prog="python -m ops.backup", description="Back up Rollcall's tables, and restore.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, options, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        for option, is_required in options.items():
            command.add_argument(option, required=is_required, dest=DESTINATIONS[option])
    chosen = parser.parse_args(arguments)
    run = COMMANDS[chosen.command][0]
    try:
        return asyncio.run(run(chosen))
    except (NotEmpty, UnusableBackup) as refusal:
        print(refusal, file=sys.stderr)
    except (Unavailable, StorageUnavailable) as failure:
        print(_told(failure), file=sys.stderr)
    return 1


async def export_backup(chosen: argparse.Namespace) -> int:
    """Copy all tables."""
    clock = SystemClock()
    async with _rows(chosen.tables_url) as rows, _store(chosen.to) as store:
        started = clock.now()
        export = Export(f"{started:{NAMES}}", rows, store, clock)
        progress, _ = await export.run(await export.note(Progress(started=started)), lambda: False)
        number = sum(part.rows for part in progress.parts)
        print(f"Backup {export.name}: {number:,} rows in {len(progress.parts)} files.")
    return 0


async def list_backups(chosen: argparse.Namespace) -> int:
    """Name the backups that are whole."""
    async with _store(chosen.source) as store:
        for name in await finished(store):
            print(name)
    return 0


async def restore_backup(chosen: argparse.Namespace) -> int:
    """Write a backup into an empty account."""
    async with _rows(chosen.tables_url) as rows, _store(chosen.source) as store:
        name = chosen.backup or next(reversed(await finished(store)), None)
        if name is None:
            raise UnusableBackup(f"There is no finished backup in {chosen.source}.")
        print(f"Restoring the backup {name}.")
        report = await restore(rows, store, name)
        print("\n".join(report.lines()))
        return await _checked(rows)


async def check_directory(chosen: argparse.Namespace) -> int:
    """Tell what is wrong with a directory on which nothing goes on."""
    async with _rows(chosen.tables_url) as rows:
        return await _checked(rows)


type Command = Callable[[argparse.Namespace], Coroutine[None, None, int]]

COMMANDS: dict[str, tuple[Command, dict[str, bool], str]] = {
    "export": (export_backup, {"--tables-url": True, "--to": True}, "Copy all tables into a folder or a container."),
    "list": (list_backups, {"--from": True}, "Name the backups that are whole, oldest first."),
    "restore": (
        restore_backup,
        {"--tables-url": True, "--from": True, "--backup": False},
        "Write a backup, the latest unless you name another, into an empty account, and check it.",
    ),
    "check": (check_directory, {"--tables-url": True}, "Tell what is wrong with a directory while nothing goes on."),
}
"""What each does: the function, its options and whether they are required, its description."""


async def _checked(rows: TableStorage) -> int:
    found = await violations(rows)
    for violation in found[:SHOWN]:
        print(violation)
    print(f"{len(found):,} things are wrong." if found else "The directory is consistent.")
    return 1 if found else 0


@asynccontextmanager
async def _rows(tables_url: str) -> AsyncIterator[AzureRows]:
    async with DefaultAzureCredential() as credential:
        rows = AzureRows(tables_url, credential)
        try:
            yield rows
        finally:
            await rows.close()


@asynccontextmanager
async def _store(place: str) -> AsyncIterator[BackupStore]:
    if not place.startswith("https://"):
        yield FolderStore(Path(place))
        return
    async with DefaultAzureCredential() as credential:
        store = BlobStore(lambda: connect(place, credential))
        try:
            yield store
        finally:
            await store.close()


def _told(failure: Exception) -> str:
    """What storage said, as far as anybody can act on it."""
    if isinstance(failure, TableMissing):
        return "There are no tables of Rollcall in this account."
    cause: BaseException = failure
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return f"Storage could not be reached, or refused: {str(cause).splitlines()[0] if str(cause) else cause!r}"


if __name__ == "__main__":
    sys.exit(main())
