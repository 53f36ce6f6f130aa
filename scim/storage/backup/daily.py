"""The `Backups` port: a backup a day, made by whichever run of the timer comes next."""

import logging
from datetime import datetime

from scim.domain.ports import Clock
from scim.domain.ports.backups import Backup
from scim.storage.backup.export import Export
from scim.storage.backup.manifest import MANIFEST, NAMES, PROGRESS
from scim.storage.backup.progress import Progress
from scim.storage.backup.store import BackupStore, FileChanged
from scim.storage.tables.rows import Tables

logger = logging.getLogger(__name__)


class DailyBackups:
    """See `scim.domain.ports.backups.Backups`."""

    def __init__(self, tables: Tables, store: BackupStore, clock: Clock) -> None:
        self._tables = tables
        self._store = store
        self._clock = clock

    async def go_on(self, until: datetime) -> Backup | None:
        """One call to look for today's backup, one to see how far it is, and those of `Export.run`.

        A backup that a day leaves unfinished is left for good: what it read is too old to go on from.
        """
        now = self._clock.now()
        files = await self._store.names(f"{now:%Y%m%d}")
        if any(name.endswith(f"/{MANIFEST}") for name in files):
            return None
        unfinished = [name.removesuffix(f"/{PROGRESS}") for name in files if name.endswith(f"/{PROGRESS}")]
        export = Export(max(unfinished, default=f"{now:{NAMES}}"), self._tables, self._store, self._clock)
        try:
            progress = await self._progress(export.name) or await export.note(Progress(started=now))
            progress, manifest = await export.run(progress, lambda: self._clock.now() >= until)
        except FileChanged:
            logger.info("backup_left_to_another_run name=%s", export.name)
            return None
        return Backup(
            name=export.name,
            rows=sum(part.rows for part in progress.parts),
            parts=len(progress.parts),
            is_finished=manifest is not None,
        )

    async def _progress(self, name: str) -> Progress | None:
        file = await self._store.read(f"{name}/{PROGRESS}")
        return Progress.read(file.content, file.version) if file else None
