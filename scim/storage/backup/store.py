"""Where backups are: a container of blobs, or a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was read.

    Attributes:
        content: All of it; files of backups are some megabytes.
        version: Opaque.
    """

    content: bytes
    version: str


class FileChanged(Exception):
    """A file is not at the version that a write asked for; nothing was written."""


class BackupStore(Protocol):
    """Files by name; names are paths of one folder and one file. Every method may raise `Unavailable`."""

    async def names(self, prefix: str) -> Sequence[str]:
        """The names of all files that start with a prefix, in order."""
        ...

    async def read(self, name: str) -> StoredFile | None:
        """The file; None when there is none."""
        ...

    async def write(self, name: str, content: bytes, version: str | None = None) -> str:
        """Write a file whole, or not at all.

        Args:
            name: Its name.
            content: What is in it then.
            version: That it must be at; "" when there must be none; None for whatever there is.

        Returns:
            Its new version.

        Raises:
            FileChanged: It is not at that version.
        """
        ...
