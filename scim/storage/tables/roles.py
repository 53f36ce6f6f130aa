"""The `Roles` and `Census` ports over the directory table."""

import asyncio
import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import batched
from typing import cast

from scim.domain.activities import Activity
from scim.domain.authority import Permission
from scim.domain.people import AuthenticationType
from scim.domain.ports import NameTaken, VersionConflict
from scim.domain.ports.roles import DeletedRole, WaysIn
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.storage.tables import keys, role_keys
from scim.storage.tables.config_table import ConfigTable
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Comparison, Delete, Insert, KeyRange, Operation, Replace, Row, Upsert

AT_ONCE = 100
"""Point reads that go out together."""
SPARSE = 25
"""A page of rows that tells of fewer accounts takes longer than to look each of them up..."""
MAX_SPARSE = 1_000
"""...as long as they are no more than these."""
_FACTS = ("userType", "active", "contact")


class TableRoles:
    """See `scim.domain.ports.roles.Roles`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def get(self, role_id: str) -> Role | None:
        """One call; none for what cannot be an id."""
        row = await self._table.get(role_keys.role(role_id)) if keys.is_id(role_id) else None
        return role_of(row) if row else None

    async def all(self) -> list[Role]:
        """One call for each thousand."""
        return [role_of(row) for row in await self._table.first(role_keys.ROLES)]

    async def create(self, role: Role, activity: Activity | None = None) -> Role:
        """One call."""
        key = role_keys.role(role.id)
        etags = await self._commit([Insert(key, _columns(role)), Insert(*name_row(role))], activity)
        return replace(role, version=await self._table.etag(etags, key))

    async def update(self, before: Role, after: Role, activity: Activity) -> Role:
        """One call."""
        key = role_keys.role(after.id)
        operations: list[Operation] = [Replace(key, _columns(after), before.version)]
        if _name_key(before) != _name_key(after):
            operations += [Insert(*name_row(after)), Delete(_name_key(before))]
        etags = await self._commit(operations, activity)
        return replace(after, version=await self._table.etag(etags, key))

    async def delete(self, role: Role, activity: Activity) -> None:
        """One call."""
        await self._commit(
            [
                Delete(role_keys.role(role.id), role.version),
                Delete(_name_key(role)),
                Upsert(role_keys.deleted_role(role.id), {"v": LAYOUT, "deletedAt": activity.time}),
            ],
            activity,
        )

    async def deleted(self) -> list[DeletedRole]:
        """One call for each thousand."""
        rows = await self._table.first(role_keys.DELETED_ROLES)
        return [DeletedRole(keys.last_part(row.row_key), cast("datetime", row.columns["deletedAt"])) for row in rows]

    async def forget(self, role_id: str) -> None:
        """One call."""
        try:
            await self._table.apply([Delete(role_keys.deleted_role(role_id))])
        except Conflict:
            return  # another run was faster

    async def _commit(self, operations: Sequence[Operation], activity: Activity | None) -> Mapping[str, str]:
        try:
            return await self._table.with_activity(operations, activity)
        except Conflict as conflict:
            if conflict.kind == "exists":
                raise NameTaken("", "") from conflict
            raise VersionConflict from conflict


class TableCensus:
    """See `scim.domain.ports.roles.Census`."""

    def __init__(self, table: DirectoryTable, config: ConfigTable) -> None:
        self._table = table
        self._credentials = config.beside("cred")

    async def holders(self, role_id: str, limit: int) -> tuple[Sequence[str], bool]:
        """One call for each thousand up to the limit."""
        rows, is_more = await self._table.some(keys.role_holders(role_id), limit)
        return [keys.last_part(row.row_key) for row in rows], is_more

    async def standings(self, owners: Sequence[str], ids: Collection[str]) -> Mapping[str, tuple[UserType, bool]]:
        """For each owner: a call for each id or for each thousand of its users, whichever is less.

        Rows are read by ranges that leap from the end of a page to the next id that is wanted. Where that turns out to
        find few of them, the rest is looked up one by one, `AT_ONCE` at a time.
        """
        found: dict[str, tuple[UserType, bool]] = {}
        for owner in owners:
            wanted = sorted(id_ for id_ in set(ids) - found.keys() if keys.is_id(id_))
            found |= {id_: _facts(row) for id_, row in (await self._rows(owner, wanted)).items()}
        return found

    async def set_to(self, owner: str, how: AuthenticationType) -> Mapping[str, str | None]:
        """One call for each thousand of the profiles that say so; for their accounts see `standings`."""
        rows = await self._rows(owner, sorted(await self._set_to(how)))
        return {id_: cast("str | None", row.columns.get("contact")) for id_, row in rows.items()}

    async def ways_in(self, provider_id: str, limit: int) -> WaysIn:
        """One call for each thousand of the users, of the credentials, and of the profiles that there are."""
        users, is_more = await self._first_users(provider_id, limit)
        by_id = {keys.last_part(row.row_key): row for row in users if row.columns["active"]}
        able = {row.row_key for row in await self._credentials.all() if can_sign_in(row)}
        native = await self._set_to(AuthenticationType.NATIVE)
        return WaysIn(
            sso=tuple(sorted(by_id.keys() - native)),
            native=tuple(sorted(by_id.keys() & native)),
            able=frozenset(by_id.keys() & able),
            administrators=frozenset(id_ for id_, row in by_id.items() if row.columns["administrator"]),
            is_more=is_more,
        )

    async def _set_to(self, how: AuthenticationType) -> set[str]:
        where = [Comparison("authenticationType", "eq", how.value)]
        return set(map(keys.last_part, await self._table.keys(keys.PROFILES, where)))

    async def _first_users(self, provider_id: str, limit: int) -> tuple[list[Row], bool]:
        rows: list[Row] = []
        async for page in self._table.pages(keys.users(provider_id), columns=("active", "administrator")):
            rows += page.rows
            if len(rows) >= limit:
                return rows[:limit], len(rows) > limit or page.continuation is not None
        return rows, False

    async def _rows(self, owner: str, wanted: Sequence[str]) -> dict[str, Row]:
        if len(wanted) <= AT_ONCE:
            return await self._each(owner, wanted)
        found: dict[str, Row] = {}
        asked, position = set(wanted), 0
        while position < len(wanted):
            span = KeyRange(keys.user(owner, wanted[position]), f"{keys.user(owner, wanted[-1])} ")
            page = await self._table.page(span, columns=_FACTS)
            while not page.rows and page.continuation is not None:
                page = await self._table.page(span, columns=_FACTS, continuation=page.continuation)
            rows = {keys.last_part(row.row_key): row for row in page.rows}
            found |= {id_: row for id_, row in rows.items() if id_ in asked}
            if page.continuation is None:
                break
            told = bisect_right(wanted, keys.last_part(page.rows[-1].row_key))
            is_sparse, position = told - position < SPARSE, told
            if is_sparse and len(wanted) - position <= MAX_SPARSE:
                return found | await self._each(owner, wanted[position:])
        return found

    async def _each(self, owner: str, ids: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for some in batched(ids, AT_ONCE, strict=False):
            rows = await asyncio.gather(*(self._table.get(keys.user(owner, id_)) for id_ in some))
            found |= {id_: row for id_, row in zip(some, rows, strict=True) if row is not None}
        return found


def _facts(row: Row) -> tuple[UserType, bool]:
    return UserType(str(row.columns["userType"])), bool(row.columns["active"])


def can_sign_in(row: Row) -> bool:
    """Whether the credentials in a row of the partition `cred` suffice to sign in natively."""
    return bool(row.columns["password"]) and bool(row.columns["totp"])


def _name_key(role: Role) -> str:
    return role_keys.role_name(role.user_type.value, role.name)


def name_row(role: Role) -> tuple[str, Columns]:
    """The reservation of the role's name: key and columns."""
    return _name_key(role), {"v": LAYOUT, "id": role.id}


def _columns(role: Role) -> Columns:
    return {
        "v": LAYOUT,
        "name": role.name,
        "userType": role.user_type.value,
        "description": role.description,
        "permissions": json.dumps(sorted(role.permissions)),
        "createdAt": role.created_at,
        "createdBy": role.created_by,
    }


def role_of(row: Row) -> Role:
    """The role in a row `ro|<id>`."""
    columns = row.columns
    return Role(
        id=keys.last_part(row.row_key),
        name=str(columns["name"]),
        user_type=UserType(str(columns["userType"])),
        description=str(columns["description"]),
        permissions=_permissions(str(columns["permissions"])),
        created_at=cast("datetime", columns["createdAt"]),
        created_by=str(columns["createdBy"]),
        version=row.etag,
    )


@lru_cache(maxsize=128)
def _permissions(text: str) -> frozenset[Permission]:
    """Remembered: many roles have the same, and pages read all roles."""
    return frozenset(map(Permission, json.loads(text)))
