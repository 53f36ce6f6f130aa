"""Copying all tables into files, page by page, in as many runs as it takes.

Storage gives no snapshot, so rows change while they are read. What may then be missing, or there twice, is arranged so
that restoring can tell what was the case (`ops.backup.directory`):

* A row that moves to another key, as a user's does who is adopted, may move from where the reader has not been to where
  it has. Therefore the directory is looked at twice: the second look reads what was written since the backup began.
* An activity moves from the directory to the table of its month, and one of a provider from `config` to the directory.
  They are read in this order, so what has left a table is found in the next; found twice it is the same row.

At any moment there is one page of rows in memory, and one file.
"""

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from scim.domain.ports import Clock
from scim.storage.backup.lines import line_of
from scim.storage.backup.manifest import MANIFEST, PROGRESS, Manifest, Part
from scim.storage.backup.progress import Progress, Step
from scim.storage.backup.store import BackupStore
from scim.storage.tables.activity_keys import TABLE_PREFIX
from scim.storage.tables.rows import TableMissing, TablePage, Tables, reaching

PART_BYTES = 8 * 1024 * 1024
"""About the size of a file: some hundred thousand rows, which a run that dies has to read again at most."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""Far more than the clocks of the app and of storage do: so much earlier the second look begins."""


class Export:
    """One backup.

    Args:
        name: Its folder.
        tables: What is copied.
        store: Where it goes.
        clock: The time.
        part_bytes: About the size of a file.
    """

    def __init__(
        self, name: str, tables: Tables, store: BackupStore, clock: Clock, *, part_bytes: int = PART_BYTES
    ) -> None:
        self.name = name
        self._tables = tables
        self._store = store
        self._clock = clock
        self._part_bytes = part_bytes

    async def run(self, progress: Progress, is_over: Callable[[], bool]) -> tuple[Progress, Manifest | None]:
        """Read on until everything is read, or until it is over.

        A call for each thousand rows, and two for each file: the file and the note of how far we are.

        Returns:
            How far it is, and the manifest when it is finished.

        Raises:
            FileChanged: Another run is at it, too.
            Unavailable: Storage cannot be reached.
        """
        while progress.steps or not progress.has_months:
            if not progress.steps:
                progress = await self._with_months(progress)
                continue
            if is_over():
                return progress, None
            progress = await self._part(progress, is_over)
        manifest = Manifest(started=progress.started, finished=self._clock.now(), parts=progress.parts)
        await self._store.write(f"{self.name}/{MANIFEST}", manifest.content())
        return progress, manifest

    async def note(self, progress: Progress) -> Progress:
        """Write down how far it is, unless another run did meanwhile."""
        version = await self._store.write(f"{self.name}/{PROGRESS}", progress.content(), progress.version)
        return replace(progress, version=version)

    async def _with_months(self, progress: Progress) -> Progress:
        with reaching():
            months = await self._tables.table_names(TABLE_PREFIX)
        return replace(progress, steps=tuple(map(Step, months)), has_months=True)

    async def _part(self, progress: Progress, is_over: Callable[[], bool]) -> Progress:
        """Read on until a file is full, the table ends, or it is over."""
        step, file = progress.steps[0], _File()
        position = step.position
        while True:
            page = await self._page(step, position, progress)
            file.add(page)
            position = page.continuation
            if position is None or file.size >= self._part_bytes or is_over():
                break
        part = await self._written(file, step.table, len(progress.parts) + 1) if file.rows else None
        return await self.note(progress.behind(position, part))

    async def _page(self, step: Step, position: str | None, progress: Progress) -> TablePage:
        since = progress.started - CLOCKS_DIFFER if step.is_second_look else None
        with reaching():
            try:
                return await self._tables.scan(step.table, since=since, continuation=position)
            except TableMissing:
                if step.table.startswith(TABLE_PREFIX):  # a month that was dropped meanwhile
                    return TablePage()
                raise

    async def _written(self, file: "_File", table: str, number: int) -> Part:
        content = file.content()
        digest = hashlib.sha256(content).hexdigest()
        # Named after what is in it, a file is never overwritten by another run's, whose note then counts.
        part = Part(f"{number:05d}-{table}-{digest[:8]}.jsonl.gz", table, file.rows, len(content), digest)
        await self._store.write(f"{self.name}/{part.name}", content)
        return part


class _File:
    """Lines, compressed as they come."""

    _GZIP = 31

    def __init__(self) -> None:
        self._zip = zlib.compressobj(wbits=self._GZIP)
        self._content = bytearray()
        self.rows = 0

    @property
    def size(self) -> int:
        """Bytes so far, about."""
        return len(self._content)

    def add(self, page: TablePage) -> None:
        """Add a page of rows."""
        self._content += self._zip.compress(b"".join(line_of(partition, row) for partition, row in page.rows))
        self.rows += len(page.rows)

    def content(self) -> bytes:
        """All of it; the last that is asked of a file."""
        self._content += self._zip.flush()
        return bytes(self._content)
