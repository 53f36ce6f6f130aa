"""Reading a backup: all of it is checked before anything is done with it."""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from ops.backup.staging import Area
from scim.storage.backup.lines import StoredRow, row_of
from scim.storage.backup.manifest import MANIFEST, NAMES, Manifest, Part, UnusableBackup, manifest_in
from scim.storage.backup.store import BackupStore
from scim.storage.tables.activity_keys import TABLE_PREFIX
from scim.storage.tables.keys import TABLES
from scim.storage.tables.limits import MAX_BATCH_BYTES, check_row

_MONTH = re.compile(rf"{TABLE_PREFIX}\d{{6}}")
_LINE_BYTES = MAX_BATCH_BYTES
"""No line is longer: Table Storage counts two bytes a character, of 1 MiB a row, and JSON writes six at most."""


async def finished(store: BackupStore) -> list[str]:
    """The names of the backups that are whole, oldest first."""
    whole = (name.removesuffix(f"/{MANIFEST}") for name in await store.names("") if name.endswith(f"/{MANIFEST}"))
    return [name for name in whole if _is_named_after_a_moment(name)]


async def load(store: BackupStore, name: str, area: Area) -> Manifest:
    """Put all rows of a backup into an area.

    Raises:
        UnusableBackup: Something of it is missing, damaged, or not known to this version.
    """
    file = await store.read(f"{name}/{MANIFEST}")
    if file is None:
        raise UnusableBackup(f"There is no finished backup {name}: it has no {MANIFEST}. Choose another one.")
    manifest = manifest_in(file.content)
    for part in manifest.parts:
        if part.table not in TABLES and _MONTH.fullmatch(str(part.table)) is None:
            raise UnusableBackup(f"The backup has a table {part.table}, which this version of Rollcall does not know.")
    for table in TABLES:
        if all(part.table != table for part in manifest.parts):
            raise UnusableBackup(f"The backup has no rows of the table {table}. Choose another backup.")
    for part in manifest.parts:
        area.add(part.table, _rows(part, await _content(store, name, part)))
    return manifest


def _is_named_after_a_moment(name: str) -> bool:
    try:
        return f"{datetime.strptime(name, NAMES):{NAMES}}" == name  # noqa: DTZ007 - only its form is looked at
    except ValueError:
        return False


async def _content(store: BackupStore, name: str, part: Part) -> bytes:
    file = await store.read(f"{name}/{part.name}")
    if file is None:
        raise UnusableBackup(f"The file {part.name} of the backup is missing. Choose another backup.")
    if hashlib.sha256(file.content).hexdigest() != part.sha256:
        raise UnusableBackup(f"The file {part.name} of the backup is not as it was written. Choose another backup.")
    return file.content


def _rows(part: Part, content: bytes) -> Iterator[StoredRow]:
    number = 0
    try:
        with gzip.open(io.BytesIO(content)) as lines:
            bounded = iter(partial(lines.readline, _LINE_BYTES + 1), b"")
            for line in islice(bounded, part.rows + 1):
                number += 1
                yield _row(line)
    except (EOFError, OSError, TypeError, ValueError, zlib.error) as error:
        raise UnusableBackup(f"The file {part.name} of the backup is damaged at line {number}.") from error
    if number != part.rows:
        raise UnusableBackup(f"The file {part.name} of the backup does not have {part.rows} rows.")


def _row(line: bytes) -> StoredRow:
    if len(line) > _LINE_BYTES:
        raise ValueError("No row is so long.")
    row = row_of(line)
    check_row(row.partition, row.row_key, row.columns)
    return row
