"""What a backup consists of. It is written last: files without it are no backup."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from scim.storage.tables.entities import LAYOUT

FORMAT = 1
"""Version of the manifest and of the lines (`scim.storage.backup.lines`)."""
MANIFEST = "manifest.json"
PROGRESS = "progress.json"
NAMES = "%Y%m%dT%H%M%SZ"
"""How a backup's folder is named after the moment, in UTC, at which it began."""
_FILE = re.compile(r"\d{5,}-[a-z0-9]+-[0-9a-f]{8}\.jsonl\.gz", re.ASCII)


class UnusableBackup(Exception):
    """A backup cannot be restored; the message tells an operator why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of compressed lines.

    Attributes:
        name: In the backup's folder.
        table: Whose rows it has.
        rows: How many.
        bytes: Its size.
        sha256: Its digest, in hexadecimal.

    Raises:
        ValueError: No export names a file so; a name could lead out of the folder.
    """

    name: str
    table: str
    rows: int
    bytes: int
    sha256: str

    def __post_init__(self) -> None:
        if _FILE.fullmatch(self.name) is None:
            raise ValueError("This is not the name of a part.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A whole backup.

    Attributes:
        started, finished: When; each row is as it was at some moment between.
        parts: Its files, in the order in which they were read: of a row that is in two of them, the later one counts.
    """

    started: datetime
    finished: datetime
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all files."""
        return sum(part.rows for part in self.parts)

    def content(self) -> bytes:
        """The manifest as a file."""
        facts = {
            "format": FORMAT,
            "layout": LAYOUT,
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "rows": self.rows,
            "parts": [asdict(part) for part in self.parts],
        }
        return json.dumps(facts, indent=2).encode()


def manifest_in(content: bytes) -> Manifest:
    """The manifest in a file.

    Raises:
        UnusableBackup: It cannot be read, or a later version of Rollcall wrote it.
    """
    try:
        facts: dict[str, Any] = json.loads(content)
        versions = facts["format"], facts["layout"]
        if any(found > known for found, known in zip(versions, (FORMAT, LAYOUT), strict=True)):
            raise UnusableBackup(
                f"A later version of Rollcall made this backup (format {versions[0]}, layout {versions[1]}; this one "
                f"knows {FORMAT} and {LAYOUT}). Restore it with that version or a later one."
            )
        manifest = Manifest(
            started=_moment(facts["started"]), finished=_moment(facts["finished"]), parts=parts_in(facts["parts"])
        )
        total = facts["rows"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnusableBackup("The manifest of this backup is damaged. Choose another backup.") from error
    if manifest.rows != total:
        raise UnusableBackup(
            f"The manifest names files of {manifest.rows:,} rows, and the backup had {total!s}: files are missing from "
            "its list. Choose another backup."
        )
    return manifest


def parts_in(facts: list[dict[str, Any]]) -> tuple[Part, ...]:
    """The parts in a list that was JSON."""
    return tuple(Part(**each) for each in facts)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("A moment without its offset.")
    return moment
