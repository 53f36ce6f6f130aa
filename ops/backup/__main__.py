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
import logging
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity.aio import DefaultAzureCredential

from ops.backup.checks import violations
from ops.backup.folder import FolderStore
from ops.backup.reading import finished
from ops.backup.restore import BrokenOff, NotEmpty, restore
from scim.bootstrap import SystemClock
from scim.errors import Unavailable
from scim.storage.backup.blobs import BlobStore, connect
from scim.storage.backup.export import Export
from scim.storage.backup.manifest import NAMES, UnusableBackup
from scim.storage.backup.progress import Progress
from scim.storage.backup.store import BackupStore
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import PARTITION, TABLES
from scim.storage.tables.rows import StorageUnavailable, TableMissing, TableStorage

DESTINATIONS = {"--tables-url": "tables_url", "--from": "source", "--to": "to", "--backup": "backup"}
INCOMPLETE, INTERRUPTED = 3, 130
"""Statuses for the shell, besides 0 and 1: what was restored lacks rows of the backup; somebody pressed Ctrl-C."""
SHOWN = 100
"""Violations that are printed; there may be one for each row."""


class Misdirected(Exception):
    """What the command line names is not there, or nobody is signed in; the message tells an operator what to do."""


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
    except FAILURES as failure:
        print(_told(failure), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


async def export_backup(chosen: argparse.Namespace) -> int:
    """Copy all tables."""
    clock = SystemClock()
    async with _rows(chosen.tables_url) as rows, _store(chosen.to) as store:
        for table in TABLES:  # before a folder is made: an account without tables has nothing to export
            await rows.get(table, PARTITION, "anything")
        started = clock.now()
        export = Export(f"{started:{NAMES}}", rows, store, clock)
        progress, _ = await export.run(await export.note(Progress(started=started)), lambda: False)
        number = sum(part.rows for part in progress.parts)
        print(f"Backup {export.name}: {number:,} rows in {len(progress.parts)} files.")
    return 0


async def list_backups(chosen: argparse.Namespace) -> int:
    """Name the backups that are whole."""
    async with _store(chosen.source, is_there=True) as store:
        print("\n".join(await _finished(store, chosen.source)))
    return 0


async def restore_backup(chosen: argparse.Namespace) -> int:
    """Write a backup into an empty account."""
    async with _rows(chosen.tables_url) as rows, _store(chosen.source, is_there=True) as store:
        name = chosen.backup or (await _finished(store, chosen.source))[-1]
        print(f"Restoring the backup {name}.")
        report = await restore(rows, store, name)
        print("\n".join(report.lines()))
        status = await _checked(rows)
        if report.left_out:
            print(f"The backup is restored, but for {report.left_out:,} rows that were left out: see above.")
        return status or (INCOMPLETE if report.left_out else 0)


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


async def _finished(store: BackupStore, place: str) -> list[str]:
    if names := await finished(store):
        return names
    raise UnusableBackup(f"There is no finished backup in {place}.")


async def _checked(rows: TableStorage) -> int:
    found = await violations(rows)
    for violation in found[:SHOWN]:
        print(violation)
    print(f"{len(found):,} things are wrong." if found else "The directory is consistent.")
    return 1 if found else 0


@asynccontextmanager
async def _rows(tables_url: str) -> AsyncIterator[AzureRows]:
    url = urlsplit(tables_url)
    if url.scheme != "https" or not url.netloc:
        raise Misdirected(f'"{tables_url}" is not the URL of tables: https://<account>.table.core.windows.net')
    async with _credential() as credential:
        rows = AzureRows(url.geturl(), credential)
        try:
            yield rows
        finally:
            await rows.close()


@asynccontextmanager
async def _store(place: str, *, is_there: bool = False) -> AsyncIterator[BackupStore]:
    if _LIKE_A_URL.match(place) is None:
        folder = FolderStore(Path(place))
        if is_there and not folder.is_there():
            raise Misdirected(f"There is no folder {place}.")
        yield folder
        return
    url = urlsplit(place)
    if url.scheme != "https" or not url.netloc or not url.path.strip("/"):
        raise Misdirected(
            f'"{place}" is neither a folder nor the URL of a container: https://<account>.blob.core.windows.net/backups'
        )
    async with _credential() as credential:
        store = BlobStore(lambda: connect(url.geturl(), credential))
        try:
            yield store
        finally:
            await store.close()


_LIKE_A_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""A scheme; one letter is a drive."""


@asynccontextmanager
async def _credential() -> AsyncIterator[DefaultAzureCredential]:
    """Whoever is signed in. It is asked for a token at once, because the SDKs of storage hide why there is none."""
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)  # a screen of all the ways that there are
    async with DefaultAzureCredential() as credential:
        try:
            await credential.get_token("https://storage.azure.com/.default")
        except ClientAuthenticationError as error:
            raise Misdirected("You are not signed in, or no longer: run az login, then try again.") from error
        yield credential


FAILURES = (Misdirected, NotEmpty, UnusableBackup, BrokenOff, Unavailable, StorageUnavailable, sqlite3.Error, OSError)
"""What is told in a sentence; anything else is a mistake of this program."""


def _told(failure: BaseException) -> str:
    """What went wrong, as far as anybody can act on it."""
    match failure:
        case BrokenOff(__cause__=asyncio.CancelledError()):
            return f"Interrupted.\n{failure}"
        case BrokenOff(__cause__=BaseException() as cause):
            return f"{_told(cause)}\n{failure}"
        case Unavailable() | StorageUnavailable():
            return _told_of_storage(failure)
        case sqlite3.Error():
            return f"The rows could not be kept in TMPDIR: {failure}."
        case OSError():
            return f"The folder cannot be used: {failure}."
    return str(failure)


def _told_of_storage(failure: BaseException) -> str:
    causes = [failure]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    if any(isinstance(each, TableMissing) for each in causes):
        return "There are no tables of Rollcall in this account."
    status = next((each.status_code for each in causes if isinstance(each, HttpResponseError)), None)
    said = str(causes[-1]).splitlines()[0] if str(causes[-1]) else repr(causes[-1])
    return f"Storage could not be reached, or refused: {said}{_REMEDIES.get(status, '')}"


_REMEDIES: dict[int | None, str] = {
    403: " You need Storage Table Data Contributor and Storage Blob Data Contributor there; it takes minutes to work.",
    404: " There is no such account or container: look at the URL.",
}
"""By the status of the answer."""


if __name__ == "__main__":
    sys.exit(main())
