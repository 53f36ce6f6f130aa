"""Backups in a folder of this machine."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from scim.storage.backup.store import FileChanged, StoredFile


class FolderStore:
    """See `scim.storage.backup.store.BackupStore`; files are readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_there(self) -> bool:
        """Whether the folder exists."""
        return self._folder.is_dir()

    async def names(self, prefix: str) -> Sequence[str]:
        """See the port."""
        files = (path.relative_to(self._folder).as_posix() for path in self._folder.glob("*/*") if path.is_file())
        return sorted(name for name in files if name.startswith(prefix))

    async def read(self, name: str) -> StoredFile | None:
        """See the port."""
        try:
            content = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        return StoredFile(content, _version(content))

    async def write(self, name: str, content: bytes, version: str | None = None) -> str:
        """See the port; of two who write at the same moment, both may succeed."""
        if version is not None:
            present = await self.read(name)
            if (present.version if present else "") != version:
                raise FileChanged
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)
        return _version(content)


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
