"""The `Accounts` port over the directory table; `account_lists` has its pages."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from scim.domain import departures
from scim.domain.accounts import AccountFilter, AccountPage, AccountState, AdoptionRequest, Management, Tombstone
from scim.domain.activities import Activity
from scim.domain.people import Profile
from scim.domain.ports import Clock, Providers, VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.users import User
from scim.errors import Unavailable
from scim.storage.tables import entities, keys
from scim.storage.tables.account_lists import AccountLists
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.profiles import TableProfiles, profile_write
from scim.storage.tables.rows import Comparison, Delete, Merge, Operation, Row
from scim.storage.tables.users import TableUsers

_ATTEMPTS = 5
"""Tries of a look that meets a move of the account."""


class TableAccounts:
    """See `scim.domain.ports.accounts.Accounts`."""

    def __init__(self, table: DirectoryTable, users: TableUsers, providers: Providers, clock: Clock) -> None:
        self._table = table
        self._users = users
        self._providers = providers
        self._profiles = TableProfiles(table)
        self._lists = AccountLists(table, users)
        self._clock = clock

    async def get(self, account_id: str) -> User | None:
        """One call for the providers, and one for each of them and for native accounts, at once.

        Nobody is found only after a second look: the account may have changed hands between the reads of the first.
        Two calls more for a user of a deleted provider to whom the timer that moves them has not come yet.
        """
        for _ in range(_ATTEMPTS):
            owners = {each.id: each for each in await self._providers.owners() if not each.has_left}
            user = await self._find(account_id, owners) or await self._find(account_id, owners)
            if user is None or user.provider == NATIVE or owners[user.provider].deletion is None:
                return user
            after, activity = departures.native(user, owners[user.provider], self._clock.now())
            with contextlib.suppress(VersionConflict):  # somebody else moved it meanwhile
                return await self.release(user, after, activity)
        raise Unavailable

    async def _find(self, account_id: str, providers: Iterable[str]) -> User | None:
        found = await asyncio.gather(*(self._users.get(owner, account_id) for owner in (NATIVE, *providers)))
        return next((user for user in found if user is not None), None)

    async def page(self, wanted: AccountFilter, after: str, limit: int) -> AccountPage:
        """One call for the providers, and those of `AccountLists.page`.

        Users of deleted providers are read before native accounts, which they become, and these before the others,
        since native accounts are whom providers adopt.
        """
        owners, has_deletions = await self._providers.owners(), AccountState.DELETED in wanted.states
        gone = [each.id for each in owners if each.deletion is not None and (has_deletions or not each.has_left)]
        others = [each.id for each in owners if each.deletion is None and wanted.provider in {None, each.id}]
        native = [] if wanted.provider else [gone, [NATIVE]]
        waves = {Management.NATIVE: native, Management.SCIM: [others], None: [*native, others]}[wanted.managed_by]
        page = await self._lists.page(waves, wanted, after, limit)
        shown = [replace(each, provider=NATIVE) if each.provider in gone else each for each in page.accounts]
        return replace(page, accounts=shown)

    async def tombstone(self, account_id: str) -> Tombstone | None:
        """One call for the providers, and one for each of them and for native accounts, at once."""
        row = await self._tombstone_row(account_id)
        return entities.tombstone_of(row) if row else None

    async def restore(self, tombstone: Tombstone, restored: User, activity: Activity) -> User:
        """Two calls."""
        return await self._users.restore(tombstone.user, restored, activity)

    async def edit(self, before: User, after: User, profile: Profile, activity: Activity) -> tuple[User, Profile]:
        """One call; one more when a system administrator is made, unmade, or switched off or on."""
        write = profile_write(profile)
        if after is before:
            etags = await self._users.commit_beside([write], activity)
            user = before
        else:
            user, etags = await self._users.change(before, after, activity, [write])
        return user, replace(profile, version=await self._table.etag(etags, write.row_key))

    async def release(self, before: User, after: User, activity: Activity, *, is_quiet: bool = False) -> User:
        """Two calls when the memberships fit one transaction; else a job goes on."""
        groups = await self._users.groups_of(before.id)
        return await self._users.release(before, after, groups, activity, is_quiet=is_quiet)

    async def adoption_requests(self, provider_id: str) -> Sequence[AdoptionRequest]:
        """One call for each thousand."""
        rows = await self._table.first(keys.adoptions(provider_id))
        return [
            AdoptionRequest(
                provider=provider_id,
                account_id=keys.last_part(row.row_key),
                asked_at=cast("datetime", row.columns["asked"]),
                rejected_at=cast("datetime | None", row.columns.get("rejected")),
            )
            for row in rows
        ]

    async def settle_adoption(self, provider_id: str, account_id: str) -> bool:
        """One call."""
        return await self._apply_to_request(account_id, Delete(keys.adoption(provider_id, account_id)))

    async def reject_adoption(self, provider_id: str, account_id: str, rejected_at: datetime) -> bool:
        """One call."""
        note = Merge(keys.adoption(provider_id, account_id), {"rejected": rejected_at})
        return await self._apply_to_request(account_id, note)

    async def deleted_before(self, moment: datetime, limit: int) -> Sequence[str]:
        """A walk through the tombstones, which are those of a month: one call for each thousand, or fewer."""
        ids: list[str] = []
        where = [Comparison("deleted", "lt", moment)]
        async for page in self._table.pages(keys.TOMBSTONES, where=where, columns=()):
            ids += [keys.last_part(row.row_key) for row in page.rows]
            if len(ids) >= limit:
                break
        return ids[:limit]

    async def purge(self, account_id: str) -> bool:
        """Four calls, three of them at once for each owner."""
        for _ in range(_ATTEMPTS):
            row = await self._tombstone_row(account_id)
            if row is None:
                return False
            try:
                await self._table.apply([Delete(row.row_key, row.etag), *await self._remains(account_id)])
            except Conflict:
                continue  # some of it went meanwhile: look again
            return True
        raise Unavailable

    async def _remains(self, account_id: str) -> list[Operation]:
        """What else there is of an account that is gone."""
        profile, owners = await asyncio.gather(self._profiles.get(account_id), self._owners())
        asked = await asyncio.gather(*(self._table.get(keys.adoption(owner, account_id)) for owner in owners))
        own: list[Operation] = [Delete(keys.profile(account_id), profile.version)] if profile.version else []
        return [
            *own,
            *(Delete(keys.role_holder(role.role, account_id)) for role in profile.roles),
            *(Delete(row.row_key) for row in asked if row is not None),
        ]

    async def _tombstone_row(self, account_id: str) -> Row | None:
        if not keys.is_id(account_id):
            return None
        owners = await self._owners()
        rows = await asyncio.gather(*(self._table.get(keys.tombstone(owner, account_id)) for owner in owners))
        return next((row for row in rows if row is not None), None)

    async def _apply_to_request(self, account_id: str, operation: Operation) -> bool:
        if not keys.is_id(account_id):
            return False
        try:
            await self._table.apply([operation])
        except Conflict:
            return False
        return True

    async def _owners(self) -> list[str]:
        """Native accounts' stand-in, and all providers to whom anything may belong."""
        return [NATIVE, *(provider.id for provider in await self._providers.owners())]
