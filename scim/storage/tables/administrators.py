"""The guard row of the last-administrator rule: who, of the system administrators that can sign in natively, is active.

Its ETag is a condition of every transaction that switches one of them off, so that two such transactions cannot both
believe that the other's administrator remains. Credentials are in another table: whose are being taken away is held as
null meanwhile, and nobody is noted as able on the strength of credentials that were read before the row was.
"""

import json
from collections.abc import Awaitable, Callable

from scim.domain.ports import LastAdministrator
from scim.domain.users import User
from scim.errors import Unavailable
from scim.storage.tables import keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.entities import user_of
from scim.storage.tables.rows import Insert, Operation, Replace, Row

LAYOUT = 1
ATTEMPTS = 20
"""Tries of a change that meets changes of the same row."""

type States = dict[str, bool | None]
"""By account: whether it is active; null while its credentials are being taken away."""


async def following(table: DirectoryTable, before: User, after: User | None) -> list[Operation]:
    """What belongs into the transaction that changes a user, or deletes one (`after` is None), for the rule to hold.

    One call when a system administrator becomes active, inactive, or none; else none. The row is written then even if
    it says the same: who notes somebody as able meanwhile (`enrolled`) has to look again.

    Raises:
        LastAdministrator: None would remain active.
    """
    stays = after is not None and after.administrator
    if not before.administrator and not stays:
        return []
    if after is not None and _counts(before) == _counts(after):
        return []
    row = await table.get(keys.ADMINISTRATORS)
    states = states_in(row) if row else {}
    rest = {id_: active for id_, active in states.items() if id_ != before.id}
    if after is not None and stays and before.id in states:
        rest[before.id] = None if states[before.id] is None else after.standing.active
    if _is_last(states, before.id) and not any(rest.values()):
        raise LastAdministrator
    columns = guard_columns(rest)
    return [Replace(keys.ADMINISTRATORS, columns, row.etag) if row else Insert(keys.ADMINISTRATORS, columns)]


def _is_last(states: States, user_id: str) -> bool:
    return bool(states.get(user_id)) and not any(active for id_, active in states.items() if id_ != user_id)


def _counts(user: User) -> tuple[bool, bool]:
    return user.administrator, user.standing.active


async def added(table: DirectoryTable, user_id: str) -> Operation:
    """The operation that notes a new system administrator who can sign in natively, and is active."""
    row = await table.get(keys.ADMINISTRATORS)
    if row is None:
        return Insert(keys.ADMINISTRATORS, guard_columns({user_id: True}))
    return Replace(keys.ADMINISTRATORS, guard_columns(states_in(row) | {user_id: True}), row.etag)


class TableAdministratorGuard:
    """See `scim.domain.ports.accounts.AdministratorGuard`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def has_any(self) -> bool:
        """One call."""
        return any(active is not None for active in (await self._states())[0].values())

    async def has_active(self) -> bool:
        """One call."""
        return any((await self._states())[0].values())

    async def is_last(self, user: User) -> bool:
        """One call; none for who is no system administrator."""
        return user.administrator and _is_last((await self._states())[0], user.id)

    async def enrolled(self, user: User, is_able: Callable[[], Awaitable[bool]]) -> None:
        """Three calls, and those of `is_able`; two when it is known already.

        User and credentials are read behind the guard row: a change of either in between also writes that row.
        """
        for _ in range(ATTEMPTS):
            states, etag = await self._states()
            row = await self._table.get(keys.user(user.provider, user.id))
            present = user_of(row) if row else None
            if present is None or not present.administrator:
                return
            if user.id in states and states[user.id] in {None, present.standing.active}:
                return
            if not await is_able() or await self._write(states | {user.id: present.standing.active}, etag):
                return
        raise Unavailable

    async def disenrolling(self, user: User) -> None:
        """Two calls; the row is written even if it says the same, see `following`."""
        for _ in range(ATTEMPTS):
            states, etag = await self._states()
            rest = {id_: active for id_, active in states.items() if id_ != user.id}
            if _is_last(states, user.id):
                raise LastAdministrator
            if await self._write(rest | {user.id: None}, etag):
                return
        raise Unavailable

    async def disenrolled(self, user: User) -> None:
        """Two calls; one when nothing is under way."""
        for _ in range(ATTEMPTS):
            states, etag = await self._states()
            if user.id not in states or states[user.id] is not None:
                return
            if await self._write({id_: active for id_, active in states.items() if id_ != user.id}, etag):
                return
        raise Unavailable

    async def _states(self) -> tuple[States, str]:
        row = await self._table.get(keys.ADMINISTRATORS)
        return (states_in(row), row.etag) if row else ({}, "")

    async def _write(self, states: States, etag: str) -> bool:
        """Whether nobody else was faster."""
        columns, key = guard_columns(states), keys.ADMINISTRATORS
        try:
            await self._table.apply([Replace(key, columns, etag) if etag else Insert(key, columns)])
        except Conflict:
            return False
        return True


def states_in(row: Row) -> States:
    """What the guard row says."""
    states: States = json.loads(str(row.columns["active"]))
    return states


def guard_columns(states: States) -> dict[str, str | int]:
    """The columns of the guard row."""
    return {"v": LAYOUT, "active": json.dumps(states)}
