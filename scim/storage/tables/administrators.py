"""The guard row of the last-administrator rule: who, of the system administrators that can sign in natively, is active.

Its ETag is a condition of every transaction that switches one of them off, so that two such transactions cannot both
believe that the other's administrator remains.
"""

import json

from scim.domain.ports import LastAdministrator
from scim.domain.users import User
from scim.errors import Unavailable
from scim.storage.tables import keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import Insert, Operation, Replace

LAYOUT = 1
ATTEMPTS = 20
"""Tries of a change that meets changes of the same row."""


async def switched(table: DirectoryTable, user_id: str, *, active: bool) -> Operation | None:
    """The operation that notes an administrator as active or not; None for one who cannot sign in natively.

    Raises:
        LastAdministrator: None would remain active.
    """
    row = await table.get(keys.ADMINISTRATORS)
    states: dict[str, bool] = json.loads(str(row.columns["active"])) if row else {}
    if row is None or user_id not in states:
        return None
    states[user_id] = active
    if not any(states.values()):
        raise LastAdministrator
    return Replace(keys.ADMINISTRATORS, _columns(states), row.etag)


async def added(table: DirectoryTable, user_id: str) -> Operation:
    """The operation that notes a new system administrator who can sign in natively, and is active."""
    row = await table.get(keys.ADMINISTRATORS)
    if row is None:
        return Insert(keys.ADMINISTRATORS, _columns({user_id: True}))
    states: dict[str, bool] = json.loads(str(row.columns["active"]))
    return Replace(keys.ADMINISTRATORS, _columns(states | {user_id: True}), row.etag)


class TableAdministratorGuard:
    """See `scim.domain.ports.accounts.AdministratorGuard`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def has_any(self) -> bool:
        """One call."""
        return bool((await self._states())[0])

    async def enrolled(self, user: User) -> None:
        """Two calls; one when it is known already."""
        for _ in range(ATTEMPTS):
            states, etag = await self._states()
            if states.get(user.id) is user.standing.active:
                return
            if await self._write(states | {user.id: user.standing.active}, etag):
                return
        raise Unavailable

    async def disenrolled(self, user: User) -> None:
        """Two calls; one when it is known already."""
        for _ in range(ATTEMPTS):
            states, etag = await self._states()
            if user.id not in states:
                return
            rest = {id_: active for id_, active in states.items() if id_ != user.id}
            if states[user.id] and not any(rest.values()):
                raise LastAdministrator
            if await self._write(rest, etag):
                return
        raise Unavailable

    async def _states(self) -> tuple[dict[str, bool], str]:
        row = await self._table.get(keys.ADMINISTRATORS)
        return (json.loads(str(row.columns["active"])), row.etag) if row else ({}, "")

    async def _write(self, states: dict[str, bool], etag: str) -> bool:
        """Whether nobody else was faster."""
        columns, key = _columns(states), keys.ADMINISTRATORS
        try:
            await self._table.apply([Replace(key, columns, etag) if etag else Insert(key, columns)])
        except Conflict:
            return False
        return True


def _columns(states: dict[str, bool]) -> dict[str, str | int]:
    return {"v": LAYOUT, "active": json.dumps(states)}
