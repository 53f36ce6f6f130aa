"""The `Groups` port over the directory table."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from scim.domain.activities import Activity
from scim.domain.groups import Group, Member, MembershipChange
from scim.domain.ports import NameTaken, Query, Results, VersionConflict
from scim.domain.providers import Provider
from scim.errors import Unavailable
from scim.storage.tables import entities, keys, memberships
from scim.storage.tables.counters import Counters, Stripe
from scim.storage.tables.directory_table import Conflict, DirectoryTable, fits
from scim.storage.tables.job_runner import JobRunner
from scim.storage.tables.jobs import AFTERMATH, Job, JobKind, item_rows
from scim.storage.tables.memberships import ROWS_PER_MEMBERSHIP, Step
from scim.storage.tables.rows import ANY_ETAG, MAX_BATCH_OPERATIONS, Delete, Insert, Merge, Operation, Replace, Upsert
from scim.storage.tables.search import Search

ATTEMPTS = 5
"""Tries of a transaction that meets changes of other members, or of a counter's stripe."""


class TableGroups:
    """See `scim.domain.ports.Groups`."""

    def __init__(self, table: DirectoryTable, counters: Counters, jobs: JobRunner, search: Search[Group]) -> None:
        self._table = table
        self._counters = counters
        self._jobs = jobs
        self._search = search

    async def get(self, provider_id: str, group_id: str) -> Group | None:
        """One call."""
        if not keys.is_id(group_id):
            return None
        row = await self._table.get(keys.group(provider_id, group_id))
        return entities.group_of(row) if row else None

    async def members(self, group_id: str, limit: int | None = None) -> Sequence[Member]:
        """One call for each thousand members."""
        span = keys.members(group_id)
        if limit is not None:
            return [entities.member_of(row) for row in await self._table.first(span, limit)]
        pages = self._table.pages(span, columns=("type",))  # all else would only have to be sent and read
        return [entities.member_of(row) async for page in pages for row in page.rows]

    async def existing_members(self, provider_id: str, ids: Iterable[str]) -> dict[str, Member]:
        """See `memberships.present_ids` for the number of calls."""
        return await memberships.existing_members(self._table, provider_id, ids)

    async def search(self, provider: Provider, query: Query) -> Results[Group]:
        """See `scim.storage.tables.search`."""
        return await self._search.run(provider.id, query)

    async def create(self, group: Group, members: Sequence[Member], activity: Activity) -> Group:
        """One call, when the members fit the transaction."""
        head: list[Operation] = [
            Insert(keys.group(group.provider, group.id), entities.group_columns(group)),
            Insert(
                keys.display_name(group.provider, group.display_name),
                entities.holder_columns(group.provider, group.id),
            ),
            *(Upsert(key, {}) for key in entities.group_index_keys(group)),
            entities.activity_row(activity),
        ]
        for _ in range(ATTEMPTS):
            async with self._counters.stripe("g", group.provider) as stripe:
                try:
                    counted = [*head, stripe.step(1)]
                    version = await self._write(group, counted, list(members), activity, _Roster.NEW, (stripe, 1))
                except Conflict as conflict:
                    if conflict.on("c|"):
                        continue
                    raise await self._explained(conflict) from conflict
            return await self._written(group, version)
        raise Unavailable

    async def update(self, before: Group, after: Group, members: MembershipChange, activity: Activity) -> Group:
        """One call, when the members fit the transaction and are as the caller believes."""
        head = [*_changes(before, after), entities.activity_row(activity)]
        steps = memberships.steps_of(members)
        for _ in range(ATTEMPTS):
            try:
                version = await self._write(after, head, steps, activity, _Roster.KNOWN if steps else _Roster.UNTOUCHED)
                return await self._written(after, version)
            except Conflict as conflict:
                if not conflict.is_about_membership:
                    raise await self._explained(conflict, after.id) from conflict
                steps = await memberships.outstanding(self._table, after.id, steps)
        raise Unavailable

    async def change_members(
        self,
        provider_id: str,
        group_id: str,
        members: MembershipChange,
        activity: Activity,
        *,
        expected_version: str | None = None,
    ) -> str | None:
        """One call when the members are as the caller believes and fit the transaction; three for others that fit."""
        if not keys.is_id(group_id) or (expected_version and not keys.is_version(expected_version)):
            raise VersionConflict
        etag = keys.etag_of(expected_version) if expected_version else ANY_ETAG
        head: list[Operation] = [
            memberships.touch(provider_id, group_id, activity.time, etag),
            entities.activity_row(activity),
        ]
        steps = memberships.steps_of(members)
        if not steps:
            if await self.get(provider_id, group_id) is None:
                raise VersionConflict
            return None
        group = _Target(group_id, provider_id)
        for _ in range(ATTEMPTS):
            try:
                return await self._write(group, head, steps, activity, _Roster.KNOWN)
            except Conflict as conflict:
                if conflict.is_about_membership:
                    steps = await memberships.outstanding(self._table, group_id, steps)
                    if not steps:
                        return None
                elif conflict.on("f|") and not expected_version:
                    await self._finish_pending(group_id)
                else:
                    raise await self._explained(conflict, group_id) from conflict
        raise Unavailable

    async def delete(self, group: Group, activity: Activity) -> None:
        """Three calls, two of them at once, when the memberships fit; else a job takes them away."""
        members, parents = await asyncio.gather(
            self._table.first(keys.members(group.id), MAX_BATCH_OPERATIONS),
            self._table.first(keys.memberships(group.id), MAX_BATCH_OPERATIONS),
        )
        operations: list[Operation] = [
            Delete(keys.group(group.provider, group.id), keys.etag_of(group.version)),
            Delete(keys.display_name(group.provider, group.display_name)),
            Delete(keys.roster(group.id)),
            *(Delete(key) for key in entities.group_index_keys(group)),
            entities.activity_row(activity),
        ]
        removals = [
            operation for row in members for operation in memberships.removal(group.id, keys.last_part(row.row_key))
        ]
        removals += [
            operation
            for row in parents
            for operation in memberships.departure(group.provider, keys.last_part(row.row_key), group.id, activity.time)
        ]
        at_once = fits(operations, len(removals) + 2)  # the job and the counter
        job = Job(
            resource_id=group.id,
            id=activity.id,
            kind=JobKind.DISBAND_GROUP,
            provider=group.provider,
            started=activity.time,
            again=activity.time + AFTERMATH,
        )
        operations += [*removals, job.deferred()] if at_once else [job.insertion()]
        marker = entities.activity_key(activity)
        for _ in range(ATTEMPTS):
            async with self._counters.stripe("g", group.provider) as stripe:
                try:
                    etags = await memberships.without_gone_groups(
                        lambda whole: self._table.commit(whole, marker), [*operations, stripe.step(-1)]
                    )
                except Conflict as conflict:
                    if conflict.on("c|"):
                        continue
                    raise await self._explained(conflict, group.id) from conflict
                stripe.settle(-1, etags)
            if not at_once:
                await self._jobs.finish_inline(replace(job, etag=await self._table.etag(etags, job.key)))
            return
        raise Unavailable

    async def _finish_pending(self, group_id: str) -> None:
        """Finish changes of members that were accepted before."""
        await self._jobs.finish(await self._jobs.pending(group_id))

    async def _write(
        self,
        group: "Group | _Target",
        head: Sequence[Operation],
        steps: Sequence[Step],
        activity: Activity,
        roster: "_Roster",
        counted: tuple[Stripe, int] | None = None,
    ) -> str:
        """Commit the head with as many steps as fit, and the rest as a job.

        The roster's row makes changes wait for each other: a job takes it away with its first transaction and puts it
        back with its last, and in between every other change of members fails, instead of being undone by the job.

        Returns:
            The group's version; "" when a job has changed it since.

        Raises:
            Conflict: See `DirectoryTable.commit`.
        """
        marker = entities.activity_key(activity)
        if fits(head, len(steps) * ROWS_PER_MEMBERSHIP + 1):
            whole = [*head, *roster.kept(group.id), *memberships.operations_of(group.id, steps)]
            etags = await self._table.commit(whole, marker)
            _settle(counted, etags)
            return keys.version_of(await self._table.etag(etags, keys.group(group.provider, group.id)))

        items = item_rows(activity.id, steps)
        if len(items) > 1:  # more than one transaction may carry
            for row in items:
                await self._table.apply([row])
            items = []
        head = [*head, *roster.taken(group.id)]
        first = (MAX_BATCH_OPERATIONS - len(head) - len(items) - 1) // ROWS_PER_MEMBERSHIP
        job = Job(
            resource_id=group.id,
            id=activity.id,
            kind=JobKind.CHANGE_MEMBERS,
            provider=group.provider,
            started=activity.time,
            done=first,
            total=len(steps),
        )
        operations = [*head, job.insertion(), *items, *memberships.operations_of(group.id, steps[:first])]
        etags = await self._table.commit(operations, marker)
        _settle(counted, etags)
        await self._jobs.finish_inline(replace(job, etag=await self._table.etag(etags, job.key)), steps)
        return ""

    async def _written(self, group: Group, version: str) -> Group:
        """The group with its version; read again when a job has gone on with it."""
        if version:
            return replace(group, version=version)
        return await self.get(group.provider, group.id) or group

    async def _explained(self, conflict: Conflict, group_id: str = "") -> Exception:
        """Any conflict but that of a name means that the group is not as it was read."""
        if conflict.on("f|"):
            await self._finish_pending(group_id)
        if conflict.kind == "exists" and conflict.on("d|"):
            holder = await self._table.get(conflict.row_key)
            if holder is not None:
                return NameTaken(str(holder.columns["provider"]), str(holder.columns["id"]))
        return VersionConflict()


class _Roster(Enum):
    """What a write does to the roster's row."""

    NEW = auto()
    """Makes it, with the group."""
    KNOWN = auto()
    """Needs it, since it changes members."""
    UNTOUCHED = auto()
    """Leaves members alone."""

    def kept(self, group_id: str) -> list[Operation]:
        """The operations of a write that is one transaction."""
        if self is _Roster.UNTOUCHED:
            return []
        key = keys.roster(group_id)
        return [Insert(key, {}) if self is _Roster.NEW else Merge(key, {})]

    def taken(self, group_id: str) -> list[Operation]:
        """The operations of the first transaction of a write that goes on as a job."""
        return [Delete(keys.roster(group_id))] if self is _Roster.KNOWN else []


@dataclass(frozen=True, slots=True)
class _Target:
    """A group that need not be read to change its members."""

    id: str
    provider: str


def _settle(counted: tuple[Stripe, int] | None, etags: Mapping[str, str]) -> None:
    if counted is not None:
        stripe, delta = counted
        stripe.settle(delta, etags)


def _changes(before: Group, after: Group) -> Iterator[Operation]:
    """The operations that turn the rows of one state of a group into those of another, members aside."""
    etag = keys.etag_of(before.version)
    yield Replace(keys.group(after.provider, after.id), entities.group_columns(after), etag)
    old_name = keys.display_name(before.provider, before.display_name)
    new_name = keys.display_name(after.provider, after.display_name)
    if old_name != new_name:
        yield Insert(new_name, entities.holder_columns(after.provider, after.id))
        yield Delete(old_name)
    old_keys, new_keys = set(entities.group_index_keys(before)), set(entities.group_index_keys(after))
    yield from (Upsert(key, {}) for key in sorted(new_keys - old_keys))
    yield from (Delete(key) for key in sorted(old_keys - new_keys))
