"""The `Users` port over the directory table: one transaction for each write."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime

from scim.domain.activities import Activity
from scim.domain.ports import NameTaken, Query, Results, VersionConflict
from scim.domain.providers import Provider
from scim.domain.users import User, with_standing_since
from scim.errors import Unavailable
from scim.storage.tables import administrators, entities, keys
from scim.storage.tables.counters import Counters
from scim.storage.tables.directory_table import Conflict, DirectoryTable, fits
from scim.storage.tables.job_runner import JobRunner
from scim.storage.tables.jobs import AFTERMATH, Job, JobKind, job_of
from scim.storage.tables.memberships import departure, without_gone_groups
from scim.storage.tables.rows import Columns, Delete, Insert, Merge, Operation, Replace, Upsert
from scim.storage.tables.search import Search

ATTEMPTS = 5
"""Tries of what meets a change that is not its own: of a counter's stripe, of a name's holder."""


class TableUsers:
    """See `scim.domain.ports.Users`."""

    def __init__(self, table: DirectoryTable, counters: Counters, jobs: JobRunner, search: Search[User]) -> None:
        self._table = table
        self._counters = counters
        self._jobs = jobs
        self._search = search

    async def get(self, provider_id: str, user_id: str) -> User | None:
        """One call."""
        if not keys.is_id(user_id):
            return None
        row = await self._table.get(keys.user(provider_id, user_id))
        return entities.user_of(row) if row else None

    async def find_by_name(self, user_name: str, among: Collection[str]) -> User | None:
        """One call for a miss, two for a hit; more when the user changes hands between the two."""
        for _ in range(ATTEMPTS):
            holder = await self._table.get(keys.user_name(user_name))
            if holder is None or holder.columns["provider"] not in among:
                return None
            user = await self.get(str(holder.columns["provider"]), str(holder.columns["id"]))
            if user is not None:
                return user
        return None

    async def search(self, provider: Provider, query: Query) -> Results[User]:
        """See `scim.storage.tables.search`."""
        return await self._search.run(provider.id, query)

    async def groups_of(self, user_id: str) -> Sequence[str]:
        """One call for each thousand groups."""
        if not keys.is_id(user_id):
            return []
        return [keys.last_part(key) for key in await self._table.keys(keys.memberships(user_id))]

    async def create(self, user: User, activity: Activity) -> User:
        """One call; one more for a system administrator."""
        user_key = keys.user(user.provider, user.id)
        operations: list[Operation] = [
            Insert(user_key, entities.user_columns(user)),
            Insert(keys.user_name(user.user_name), entities.holder_columns(user.provider, user.id)),
            *_upserts(entities.user_index_rows(user)),
            entities.activity_row(activity),
        ]
        if user.administrator:
            operations.append(await administrators.added(self._table, user.id))
        etags = await self._commit(operations, activity, {user.provider: 1})
        return replace(user, version=keys.version_of(await self._table.etag(etags, user_key)))

    async def update(self, before: User, after: User, activity: Activity) -> User:
        """One call; one more when a system administrator is made, unmade, or switched off or on."""
        return (await self.change(before, after, activity))[0]

    async def change(
        self, before: User, after: User, activity: Activity, beside: Sequence[Operation] = ()
    ) -> tuple[User, Mapping[str, str]]:
        """`update`, together with other operations of the same transaction; returns the new ETags, too."""
        after = with_standing_since(before, after)
        operations = [
            *_changes(before, after),
            *beside,
            entities.activity_row(activity),
            *await administrators.following(self._table, before, after),
        ]
        moved = {} if before.provider == after.provider else {before.provider: -1, after.provider: 1}
        etags = await self._commit(operations, activity, moved)
        etag = await self._table.etag(etags, keys.user(after.provider, after.id))
        return replace(after, version=keys.version_of(etag)), etags

    async def commit_beside(self, operations: Sequence[Operation], activity: Activity) -> Mapping[str, str]:
        """Operations on what belongs to a user, which stays as it is, with their activity; returns the new ETags.

        Raises:
            VersionConflict: A condition of theirs did not hold.
        """
        return await self._commit([*operations, entities.activity_row(activity)], activity, {})

    async def delete(self, user: User, groups: Sequence[str], activity: Activity) -> None:
        """One call when the memberships fit; else a job takes them away, and goes on here as long as it may."""
        operations: list[Operation] = [
            Delete(keys.user(user.provider, user.id), keys.etag_of(user.version)),
            Upsert(keys.tombstone(user.provider, user.id), entities.user_columns(user) | {"deleted": activity.time}),
            Delete(keys.user_name(user.user_name)),
            *(Delete(key) for key in sorted(entities.user_index_keys(user))),
            entities.activity_row(activity),
            *await administrators.following(self._table, user, None),
        ]
        await self._leave(user, groups, operations, activity, {user.provider: -1}, JobKind.FORGET_MEMBER)

    async def release(self, before: User, after: User, groups: Sequence[str], activity: Activity) -> User:
        """Replace `before` by `after`, which is native and in none of its groups: a provider lets go of it.

        As many calls as `delete`.

        Raises:
            VersionConflict: It is no longer at `before.version`, or its groups have changed.
        """
        operations = [*_changes(before, after), entities.activity_row(activity)]
        moved = {before.provider: -1, after.provider: 1}
        etags = await self._leave(before, groups, operations, activity, moved, JobKind.LEAVE_PROVIDER)
        etag = await self._table.etag(etags, keys.user(after.provider, after.id))
        return replace(after, version=keys.version_of(etag))

    async def restore(self, tombstone: User, restored: User, activity: Activity) -> User:
        """Bring a deleted user back, in none of its groups.

        Two calls: what its deletion left to do is looked for first.

        A deletion leaves a job that takes away memberships that were written while it ran; back with the same
        provider, the user keeps those.

        Raises:
            VersionConflict: Its deletion is not done with yet, or somebody else restored it.
            NameTaken: Its userName is held.
        """
        rows = await self._table.first(keys.jobs_of(tombstone.id))
        deletions = [job for job in map(job_of, rows) if job.kind is JobKind.FORGET_MEMBER]
        if any(job.again is not None for job in deletions):
            raise VersionConflict
        is_same = restored.provider == tombstone.provider
        done = [Delete(job.key, job.etag) for job in deletions if is_same and job.provider == tombstone.provider]
        user_key = keys.user(restored.provider, restored.id)
        operations: list[Operation] = [
            Insert(user_key, entities.user_columns(restored)),
            Delete(keys.tombstone(tombstone.provider, tombstone.id), keys.etag_of(tombstone.version)),
            Insert(keys.user_name(restored.user_name), entities.holder_columns(restored.provider, restored.id)),
            *_upserts(entities.user_index_rows(restored)),
            *done,
            entities.activity_row(activity),
        ]
        etags = await self._commit(operations, activity, {restored.provider: 1})
        return replace(restored, version=keys.version_of(await self._table.etag(etags, user_key)))

    async def _leave(
        self,
        user: User,
        groups: Sequence[str],
        operations: Sequence[Operation],
        activity: Activity,
        counted: Mapping[str, int],
        kind: JobKind,
    ) -> Mapping[str, str]:
        """Commit together with the end of the memberships; a job ends those that do not fit, or come meanwhile."""
        memberships = [
            operation for group in groups for operation in departure(user.provider, group, user.id, activity.time)
        ]
        at_once = fits(operations, len(memberships) + 1 + len(counted))  # the job and the counters
        job = Job(
            resource_id=user.id,
            id=activity.id,
            kind=kind,
            provider=user.provider,
            started=activity.time,
            again=activity.time + AFTERMATH,
        )
        whole = [*operations, *memberships, job.deferred()] if at_once else [*operations, job.insertion()]
        etags = await self._commit(whole, activity, counted)
        if not at_once:
            await self._jobs.finish_inline(replace(job, etag=await self._table.etag(etags, job.key)))
        return etags

    async def ask_for_adoption(self, provider: Provider, user_id: str, asked_at: datetime) -> None:
        """One call; two the first time."""
        key = keys.adoption(provider.id, user_id)
        try:
            await self._table.apply([Merge(key, {"asked": asked_at})])
        except Conflict:
            await self._table.apply([Upsert(key, {"v": entities.LAYOUT, "asked": asked_at})])

    async def _commit(
        self, operations: Sequence[Operation], activity: Activity, counted: Mapping[str, int]
    ) -> Mapping[str, str]:
        """Commit together with the steps of the counters of the providers in `counted`."""
        marker = entities.activity_key(activity)
        for _ in range(ATTEMPTS):
            async with AsyncExitStack() as borrowed:
                stripes = [
                    (await borrowed.enter_async_context(self._counters.stripe("u", provider)), delta)
                    for provider, delta in counted.items()
                ]
                steps = [stripe.step(delta) for stripe, delta in stripes]
                try:
                    etags = await without_gone_groups(
                        lambda whole: self._table.commit(whole, marker), [*operations, *steps]
                    )
                except Conflict as conflict:
                    if conflict.on("c|"):
                        continue
                    raise await self._explained(conflict) from conflict
                for stripe, delta in stripes:
                    stripe.settle(delta, etags)
                return etags
        raise Unavailable

    async def _explained(self, conflict: Conflict) -> Exception:
        """Any conflict but that of a name means that the user is not as it was read."""
        if conflict.kind == "exists" and conflict.on("n|"):
            holder = await self._table.get(conflict.row_key)
            if holder is not None:
                return NameTaken(str(holder.columns["provider"]), str(holder.columns["id"]))
        return VersionConflict()


def _upserts(rows: Mapping[str, Columns]) -> Iterator[Operation]:
    return (Upsert(key, columns) for key, columns in sorted(rows.items()))


def _changes(before: User, after: User) -> Iterator[Operation]:
    """The operations that turn the rows of one state of a user into those of another."""
    old_row, new_row = keys.user(before.provider, before.id), keys.user(after.provider, after.id)
    etag = keys.etag_of(before.version)
    if old_row == new_row:
        yield Replace(new_row, entities.user_columns(after), etag)
    else:
        yield Delete(old_row, etag)
        yield Insert(new_row, entities.user_columns(after))

    old_name, new_name = keys.user_name(before.user_name), keys.user_name(after.user_name)
    holder = entities.holder_columns(after.provider, after.id)
    if old_name != new_name:
        yield Insert(new_name, holder)
        yield Delete(old_name)
    elif old_row != new_row:
        yield Merge(new_name, holder)

    old, new = entities.user_index_rows(before), entities.user_index_rows(after)
    yield from _upserts({key: columns for key, columns in new.items() if old.get(key) != columns})
    yield from (Delete(key) for key in sorted(old.keys() - new.keys()))
