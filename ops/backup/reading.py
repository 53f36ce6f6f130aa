"""Reading a backup: all of it is checked before anything is done with it."""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator

from ops.backup.staging import Area
from scim.storage.backup.lines import StoredRow, row_of
from scim.storage.backup.manifest import MANIFEST, Manifest, Part, UnusableBackup, manifest_in
from scim.storage.backup.store import BackupStore
from scim.storage.tables.activity_keys import TABLE_PREFIX
from scim.storage.tables.keys import TABLES

_MONTH = re.compile(rf"{TABLE_PREFIX}\d{{6}}")


async def finished(store: BackupStore) -> list[str]:
    """The names of the backups that are whole, oldest first."""
    return [name.removesuffix(f"/{MANIFEST}") for name in await store.names("") if name.endswith(f"/{MANIFEST}")]


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
        if part.table not in TABLES and _MONTH.fullmatch(part.table) is None:
            raise UnusableBackup(f"The backup has a table {part.table}, which this version of Rollcall does not know.")
    for part in manifest.parts:
        area.add(part.table, _rows(part, await _content(store, name, part)))
    return manifest


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
            for line in lines:
                number += 1
                yield row_of(line)
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise UnusableBackup(f"The file {part.name} of the backup is damaged at line {number}.") from error
    if number != part.rows:
        raise UnusableBackup(f"The file {part.name} of the backup has {number} rows, not {part.rows}.")
