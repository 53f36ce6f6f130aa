"""The app with its storage calls counted: a function app for a folder of its own, and the reader of its counts.

Calls and rows of the directory's table are counted where the app reaches storage, in the app's own process, and lie in
a small file that both processes map into their memory. A call of the SDK is one HTTP request when nothing fails.
"""

import mmap
import os
import runpy
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scim import bootstrap
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.job_runner import JobRunner
from scim.storage.tables.keys import DIRECTORY
from scim.storage.tables.rows import Insert, Operation, Page, Row
from scim.triggers import timers

ROOT = Path(__file__).parent.parent
VARIABLE = "COUNTS_FILE"
_CALLS, _READ, _WRITTEN, _SWEEPS = range(4)
_SIZE = 4 * 8


@dataclass(frozen=True, slots=True)
class Counts:
    """What the app has asked of storage since it started.

    Attributes:
        calls: Calls, without the two with which every sweep looks for jobs and for lists without a job.
        rows_read, rows_written: Rows that came back, and operations that were applied.
    """

    calls: int
    rows_read: int
    rows_written: int

    def since(self, before: "Counts") -> "Counts":
        """The difference."""
        return Counts(
            self.calls - before.calls, self.rows_read - before.rows_read, self.rows_written - before.rows_written
        )


class CountsFile:
    """The counts, in a file."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._numbers = memoryview(mmap.mmap(file.fileno(), _SIZE)).cast("q")

    def add(self, *, calls: int = 0, read: int = 0, written: int = 0, sweeps: int = 0) -> None:
        """Count."""
        for place, number in ((_CALLS, calls), (_READ, read), (_WRITTEN, written), (_SWEEPS, sweeps)):
            self._numbers[place] += number

    def read(self) -> Counts:
        """How far it is."""
        calls, read, written, sweeps = self._numbers
        return Counts(calls - 2 * sweeps, read, written)


class CountedRows(AzureRows):
    """Table Storage, counted."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._counts = CountsFile(Path(os.environ[VARIABLE]))  # noqa: TID251 - of a benchmark's app

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        """Counted."""
        row = await super().get(table, partition, row_key)
        self._count(table, read=row is not None)
        return row

    async def query(self, table: str, *args: Any, **options: Any) -> Page:
        """Counted."""
        page = await super().query(table, *args, **options)
        self._count(table, read=len(page.rows))
        return page

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        """Counted."""
        self._count(table)
        etags = await super().batch(table, partition, operations)
        self._count(table, calls=0, written=len(operations))
        return etags

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        """Counted."""
        self._count(table)
        etag = await super().insert(table, partition, row)
        self._count(table, calls=0, written=1)
        return etag

    def _count(self, table: str, *, calls: int = 1, read: int = 0, written: int = 0) -> None:
        if table == DIRECTORY:
            self._counts.add(calls=calls, read=read, written=written)


class CountedRunner(JobRunner):
    """The sweeper, counted."""

    async def run_due(self, now: datetime) -> int:
        """Counted."""
        finished = await super().run_due(now)
        CountsFile(Path(os.environ[VARIABLE])).add(sweeps=1)  # noqa: TID251 - of a benchmark's app
        return finished


def counted_app() -> object:
    """The app, counting. Of its timers only the sweeper runs: the others' calls are not those of requests."""
    bootstrap.AzureRows = CountedRows
    bootstrap.JobRunner = CountedRunner
    timers.SCHEDULES = {"SweepJobs": timers.SCHEDULES["SweepJobs"]}
    return runpy.run_path(str(ROOT / "function_app.py"))["app"]


def prepare(folder: Path) -> CountsFile:
    """Make a folder from which the local host starts the counting app; `VARIABLE` must name its file `counts`."""
    folder.mkdir()
    shutil.copy(ROOT / "host.json", folder)
    program = "from benchmarks.counting import counted_app\n\napp = counted_app()\n"
    (folder / "function_app.py").write_text(program, "utf-8")
    counts = folder / "counts"
    counts.write_bytes(bytes(_SIZE))
    return CountsFile(counts)
