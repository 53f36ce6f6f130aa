"""Work that one transaction cannot hold: a row that says what is left to do, and those who do it.

The first transaction makes the change visible and inserts the job; every later one does a part and notes it in the
job's row; the last removes the row. The request that started a job works on it as long as it may; the sweeper takes
over what is left a minute after that. Steps are conditional on the job's ETag, so that two who work on the same job
do nothing twice.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import batched
from typing import cast
from uuid import UUID

from scim.domain.groups import Member, MemberType
from scim.domain.ports import Clock
from scim.errors import Unavailable
from scim.storage.tables import entities, keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable, fits
from scim.storage.tables.memberships import (
    ROWS_PER_MEMBERSHIP,
    Step,
    existing_members,
    operations_of,
    outstanding,
    removal,
)
from scim.storage.tables.rows import (
    MAX_BATCH_OPERATIONS,
    MAX_PAGE_ROWS,
    Columns,
    Delete,
    Insert,
    Merge,
    Operation,
    Replace,
    Row,
    Upsert,
    Value,
)

logger = logging.getLogger(__name__)

GRACE = timedelta(minutes=1)
"""How long a job is left to the request that started it."""
INLINE_SECONDS = 15.0
"""How long a request works on its job before it leaves the rest to the sweeper."""
AFTERMATH = timedelta(minutes=5)
"""How long after a deletion memberships that were written while it ran are looked for."""
ORPHAN_AGE = timedelta(hours=1)
"""How old a list without a job must be before it is removed."""
ATTEMPTS = 5
"""Tries of a step that meets changes made meanwhile."""
PAIRS_PER_STEP = (MAX_BATCH_OPERATIONS - 2) // ROWS_PER_MEMBERSHIP
"""Memberships in one step, beside the group's row and the job's."""


class JobKind(StrEnum):
    """What there is to do."""

    CHANGE_MEMBERS = "changeMembers"
    """Apply the rest of a list of changes to a group's members."""
    FORGET_MEMBER = "forgetMember"
    """Remove a deleted user, or group, from the groups that it was in."""
    DISBAND_GROUP = "disbandGroup"
    """Remove the memberships of a deleted group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row `j|<resourceId>|<id>`.

    Attributes:
        resource_id: The group whose members change, or the user or group that was deleted.
        id: The id of the activity that the job is part of.
        kind: See `JobKind`.
        provider: The owner of the resource.
        started: When the first transaction was made.
        again: When to do the same once more; None for never.
        done, total: Changes of members made, and to make.
        etag: Of the row as it was read or written last.
    """

    resource_id: str
    id: str
    kind: JobKind
    provider: str
    started: datetime
    again: datetime | None = None
    done: int = 0
    total: int = 0
    etag: str = ""

    @property
    def key(self) -> str:
        """The row's key."""
        return keys.job(self.resource_id, self.id)

    def insertion(self) -> Insert:
        """The operation that leaves the job to the request that starts it, then to the sweeper."""
        return Insert(self.key, self._columns(self.started + GRACE, self.again))

    def deferred(self) -> Insert:
        """The operation that leaves only the repetition."""
        return Insert(self.key, self._columns(self.again or self.started, None))

    def progress(self, done: int) -> Replace:
        """The operation that notes how many changes are made."""
        return Replace(self.key, {**self._columns(self.started + GRACE, self.again), "done": done}, self.etag)

    def ending(self) -> list[Operation]:
        """The operations that remove the job, or put it off to its repetition."""
        if self.again is not None:
            return [Replace(self.key, self._columns(self.again, None), self.etag)]
        freed = [Insert(keys.roster(self.resource_id), {})] if self.kind is JobKind.CHANGE_MEMBERS else []
        return [Delete(self.key, self.etag), *(Delete(key) for key in item_keys(self.id, self.total)), *freed]

    def _columns(self, due: datetime, again: datetime | None) -> Columns:
        columns: dict[str, Value] = {
            "v": entities.LAYOUT,
            "kind": self.kind.value,
            "provider": self.provider,
            "started": self.started,
            "due": due,
            "done": self.done,
            "total": self.total,
        }
        return columns if again is None else columns | {"again": again}


def job_of(row: Row) -> Job:
    """The job in a row."""
    _, resource_id, job_id = row.row_key.split("|")
    columns = row.columns
    return Job(
        resource_id=resource_id,
        id=job_id,
        kind=JobKind(str(columns["kind"])),
        provider=str(columns["provider"]),
        started=cast("datetime", columns["started"]),
        again=cast("datetime | None", columns.get("again")),
        done=cast("int", columns["done"]),
        total=cast("int", columns["total"]),
        etag=row.etag,
    )


# The list of changes of a job: rows `i|<jobId>|<n>`, each change a letter and the sixteen bytes of an id.

_ITEM_BYTES = 17
_ITEMS_PER_COLUMN = 65_536 // _ITEM_BYTES
_COLUMNS_PER_ROW = 11
"""In base64, as Azurite measures them, they are below the 1 MiB that a row may have."""
ITEMS_PER_ROW = _ITEMS_PER_COLUMN * _COLUMNS_PER_ROW
_LETTERS = {"User": b"U", "Group": b"G"}
_REMOVE = b"-"
_TYPES = {b"U": "User", b"G": "Group"}


def item_keys(job_id: str, total: int) -> list[str]:
    """The keys of the rows that hold a list of `total` changes."""
    return [keys.job_items(job_id, index) for index in range(-(-total // ITEMS_PER_ROW))]


def item_rows(job_id: str, steps: Sequence[Step]) -> list[Upsert]:
    """The rows that hold the changes."""
    chunks = batched(steps, ITEMS_PER_ROW, strict=False)
    return [Upsert(key, _item_columns(chunk)) for key, chunk in zip(item_keys(job_id, len(steps)), chunks, strict=True)]


def _item_columns(steps: Sequence[Step]) -> Columns:
    columns = (b"".join(map(_packed, chunk)) for chunk in batched(steps, _ITEMS_PER_COLUMN, strict=False))
    return {f"items{index}": packed for index, packed in enumerate(columns)}


def _packed(step: Step) -> bytes:
    if isinstance(step, str):
        return _REMOVE + UUID(step).bytes
    return _LETTERS[step.type] + UUID(step.id).bytes


def _unpacked(columns: Columns) -> Iterator[Step]:
    for index in range(len(columns)):
        packed = cast("bytes", columns[f"items{index}"])
        for start in range(0, len(packed), _ITEM_BYTES):
            letter, id_ = packed[start : start + 1], str(UUID(bytes=packed[start + 1 : start + _ITEM_BYTES]))
            yield id_ if letter == _REMOVE else Member(id_, cast("MemberType", _TYPES[letter]))


class JobRunner:
    """Works on jobs; the `Jobs` port for the sweeper."""

    def __init__(self, table: DirectoryTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def run_due(self, now: datetime) -> int:
        """See `scim.domain.ports.Jobs`."""
        rows = [row async for page in self._table.pages(keys.JOBS) for row in page.rows]
        finished = 0
        for row in rows:
            finished += await self._run_alone(row, now)
        await self._remove_orphans({keys.last_part(row.row_key) for row in rows}, now)
        return finished

    async def finish_inline(self, job: Job, steps: Sequence[Step] = ()) -> None:
        """Work on a job that has just been inserted, for `INLINE_SECONDS` at most. What is left, the sweeper does."""
        try:
            async with asyncio.timeout(INLINE_SECONDS):
                await self._run(job, steps)
        except (TimeoutError, Unavailable):
            logger.info("job_left_to_sweeper job=%s kind=%s", job.id, job.kind)

    async def pending(self, group_id: str) -> list[Job]:
        """The changes of a group's members that are not finished."""
        jobs = [job_of(row) for row in await self._table.first(keys.jobs_of(group_id))]
        return [job for job in jobs if job.kind is JobKind.CHANGE_MEMBERS]

    async def finish(self, jobs: Sequence[Job]) -> None:
        """Finish jobs before something that depends on them."""
        for job in jobs:
            await self._run(job)

    async def _run_alone(self, row: Row, now: datetime) -> bool:
        """Finish a job if it is due; one that fails, or cannot be read, must not keep the others from being done."""
        try:
            if cast("datetime", row.columns["due"]) > now:
                return False
            await self._run(job_of(row))
        except Exception:
            logger.exception("job_failed job=%s", row.row_key)
            return False
        return True

    async def _run(self, job: Job, steps: Sequence[Step] = ()) -> None:
        if job.kind is JobKind.CHANGE_MEMBERS:
            await self._change_members(job, steps or await self._items(job))
        else:
            await self._forget(job)

    async def _items(self, job: Job) -> Sequence[Step]:
        """The steps of a job that somebody else began. Whom to add and is gone since is to be removed instead."""
        rows = await asyncio.gather(*(self._table.get(key) for key in item_keys(job.id, job.total)))
        steps = [step for row in rows if row is not None for step in _unpacked(row.columns)]
        added = [step.id for step in steps[job.done :] if isinstance(step, Member)]
        existing = await existing_members(self._table, job.provider, added)
        return [step if isinstance(step, str) or step.id in existing else step.id for step in steps]

    async def _change_members(self, job: Job, steps: Sequence[Step]) -> None:
        """Apply the steps from `job.done` on."""
        if len(steps) < job.total:
            await self._drop(job)
            return
        current: Job | None = job
        while current is not None:
            left = current.total - current.done
            is_last = fits(current.ending(), left * ROWS_PER_MEMBERSHIP + 1)
            size = left if is_last else min(PAIRS_PER_STEP, left - 1)  # the ending needs a step of its own
            current = await self._change_chunk(current, steps[current.done : current.done + size])

    async def _change_chunk(self, job: Job, chunk: Sequence[Step]) -> Job | None:
        """Apply one chunk of steps; returns the job as it then stands, or None when it is over."""
        done = job.done + len(chunk)
        last = done == job.total
        header = Merge(keys.group(job.provider, job.resource_id), {"modified": self._clock.now()})
        bookkeeping = job.ending() if last else [job.progress(done)]
        for _ in range(ATTEMPTS):
            try:
                etags = await self._table.apply([header, *bookkeeping, *operations_of(job.resource_id, chunk)])
            except Conflict as conflict:
                if conflict.on("g|"):
                    await self._abandon(job)
                    return None
                if conflict.on("j|"):
                    row = await self._table.get(job.key)
                    return job_of(row) if row else None
                chunk = await outstanding(self._table, job.resource_id, chunk)
            else:
                return None if last else replace(job, done=done, etag=etags[job.key])
        raise Unavailable

    async def _drop(self, job: Job) -> None:
        """The list is gone: another runner has ended the job since it was read, or nobody can."""
        with contextlib.suppress(Conflict):
            await self._table.apply([Delete(job.key, job.etag), Insert(keys.roster(job.resource_id), {})])
            logger.error("job_without_list job=%s resource=%s", job.id, job.resource_id)

    async def _abandon(self, job: Job) -> None:
        """The group is gone: what its deletion leaves behind is that deletion's job."""
        with contextlib.suppress(Conflict):
            await self._table.apply(job.ending())

    async def _forget(self, job: Job) -> None:
        """Remove the memberships of a resource that is gone, as member and as group."""
        over, conflicting = False, None
        while not over:
            pairs, is_all = await self._pairs(job)
            if pairs == conflicting:
                raise Unavailable  # half of a membership is missing, and reading again will not change that
            chunks: list[tuple[tuple[Operation, Operation], ...]] = list(batched(pairs, PAIRS_PER_STEP, strict=False))
            for index, chunk in enumerate(chunks or [()]):
                over = is_all and index >= len(chunks) - 1
                operations = [operation for pair in chunk for operation in pair]
                try:
                    await self._table.apply([*operations, *(job.ending() if over else ())])
                except Conflict as conflict:
                    if conflict.on("j|"):
                        return  # another runner was as far
                    over, conflicting = False, pairs  # a membership was removed meanwhile: read again what is left
                    break

    async def _pairs(self, job: Job) -> tuple[list[tuple[Operation, Operation]], bool]:
        """The removals of up to a thousand memberships on each side of the resource, and whether that is all."""
        in_groups = await self._table.first(keys.memberships(job.resource_id), MAX_PAGE_ROWS)
        pairs = [removal(keys.last_part(row.row_key), job.resource_id) for row in in_groups]
        is_all = len(in_groups) < MAX_PAGE_ROWS
        if job.kind is JobKind.DISBAND_GROUP:
            has_members = await self._table.first(keys.members(job.resource_id), MAX_PAGE_ROWS)
            pairs += [removal(job.resource_id, keys.last_part(row.row_key)) for row in has_members]
            is_all = is_all and len(has_members) < MAX_PAGE_ROWS
        return pairs, is_all

    async def _remove_orphans(self, jobs: set[str], now: datetime) -> None:
        """Remove lists whose request died before its first transaction."""
        listed = await self._table.keys(keys.JOB_ITEMS)
        orphans = [key for key in listed if key.split("|")[1] not in jobs and _age(key, now) > ORPHAN_AGE]
        for operations in batched([Delete(key) for key in orphans], MAX_BATCH_OPERATIONS, strict=False):
            with contextlib.suppress(Conflict):
                await self._table.apply(operations)


def _age(item_key: str, now: datetime) -> timedelta:
    """How long ago the job of a list was given its id, which is a UUIDv7."""
    milliseconds = UUID(item_key.split("|")[1]).int >> 80
    return now - datetime.fromtimestamp(milliseconds / 1000, UTC)
