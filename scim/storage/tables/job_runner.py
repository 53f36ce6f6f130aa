"""Those who work on jobs: the request that started one, as long as it may, and the sweeper a minute after that.

Steps are conditional on the job's ETag, so that two who work on the same job do nothing twice.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import cast
from uuid import UUID

from scim import deadline
from scim.domain.groups import Member
from scim.domain.ports import Clock
from scim.errors import Unavailable
from scim.storage.tables import keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable, fits
from scim.storage.tables.jobs import Job, JobKind, item_keys, job_of, steps_in
from scim.storage.tables.memberships import (
    ROWS_PER_MEMBERSHIP,
    Step,
    departure,
    existing_members,
    operations_of,
    outstanding,
    removal,
    touch,
    without_gone_groups,
)
from scim.storage.tables.rows import MAX_BATCH_OPERATIONS, MAX_PAGE_ROWS, Delete, Insert, Operation, Row

logger = logging.getLogger(__name__)

INLINE_SECONDS = 15.0
"""How long a request works on its job at most before it leaves the rest to the sweeper."""
REPLY_SECONDS = 5.0
"""What a request that works on its job keeps of its time to read and write its reply."""
ORPHAN_AGE = timedelta(hours=1)
"""How old a list without a job must be before it is removed."""
ATTEMPTS = 5
"""Tries of a step that meets changes made meanwhile."""
PAIRS_PER_STEP = (MAX_BATCH_OPERATIONS - 2) // ROWS_PER_MEMBERSHIP
"""Memberships in one step, beside the group's row and the job's."""
_READ_AT_ONCE = MAX_PAGE_ROWS // PAIRS_PER_STEP * PAIRS_PER_STEP
"""Memberships of a deleted resource that are read by one call: so many fill their transactions."""


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
        """Work on a job that has just been inserted, as long as its request may. What is left, the sweeper does."""
        try:
            async with asyncio.timeout(min(INLINE_SECONDS, deadline.seconds_left() - REPLY_SECONDS)):
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
        elif job.kind is JobKind.LEAVE_PROVIDER and await self._table.get(keys.user(job.provider, job.resource_id)):
            await self._abandon(job)
        else:
            await self._forget(job)

    async def _items(self, job: Job) -> Sequence[Step]:
        """The steps of a job that somebody else began. Whom to add and is gone since is to be removed instead."""
        rows = await asyncio.gather(*(self._table.get(key) for key in item_keys(job.id, job.total)))
        steps = [step for row in rows if row is not None for step in steps_in(row.columns)]
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
        header = touch(job.provider, job.resource_id, self._clock.now())
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
        """There is nothing left to do, or it is another job: what the deletion of a group leaves behind."""
        with contextlib.suppress(Conflict):
            await self._table.apply(job.ending())

    async def _forget(self, job: Job) -> None:
        """Remove the memberships of a resource that is gone, as member and as group."""
        conflicting: list[tuple[str, str]] | None = None
        while True:
            pairs, is_all = await self._remaining(job)
            if pairs == conflicting:
                raise Unavailable  # half of a membership is missing, and reading again will not change that
            try:
                await self._remove(job, pairs, is_all=is_all)
            except Conflict as conflict:
                if conflict.on("j|"):
                    return  # another runner was as far
                conflicting = pairs  # a membership was removed meanwhile: read again what is left
            else:
                if is_all:
                    return

    async def _remaining(self, job: Job) -> tuple[list[tuple[str, str]], bool]:
        """Group and member of memberships on each side of the resource, and whether that is all."""
        in_groups = await self._table.first(keys.memberships(job.resource_id), _READ_AT_ONCE)
        pairs = [(keys.last_part(row.row_key), job.resource_id) for row in in_groups]
        is_all = len(in_groups) < _READ_AT_ONCE
        if job.kind is JobKind.DISBAND_GROUP:
            has_members = await self._table.first(keys.members(job.resource_id), _READ_AT_ONCE)
            pairs += [(job.resource_id, keys.last_part(row.row_key)) for row in has_members]
            is_all = is_all and len(has_members) < _READ_AT_ONCE
        return pairs, is_all

    async def _remove(self, job: Job, pairs: Sequence[tuple[str, str]], *, is_all: bool) -> None:
        """Remove memberships, and end the job with the last of them."""
        now = self._clock.now()
        removals = (
            departure(job.provider, group_id, member_id, now)
            if member_id == job.resource_id
            else removal(group_id, member_id)
            for group_id, member_id in pairs
        )
        *chunks, last = _chunks(removals, MAX_BATCH_OPERATIONS - 1)
        for chunk in chunks:
            await without_gone_groups(self._table.apply, chunk)
        await without_gone_groups(self._table.apply, [*last, *(job.ending() if is_all else ())])

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


def _chunks(parts: Iterable[Sequence[Operation]], size: int) -> Iterator[list[Operation]]:
    """The operations in lists of at most `size`, no part torn; one empty list when there are none."""
    chunk: list[Operation] = []
    for part in parts:
        if len(chunk) + len(part) > size:
            yield chunk
            chunk = []
        chunk += part
    yield chunk
