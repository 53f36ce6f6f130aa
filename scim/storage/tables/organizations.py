"""The `Organizations` port over the directory table, with a cache of what exists."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from scim.domain.activities import Activity
from scim.domain.organizations import Organization, OrganizationState
from scim.domain.ports import Clock, IdUsed, NameTaken, VersionConflict
from scim.storage.tables import entities, keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import (
    MAX_PAGE_ROWS,
    Columns,
    Comparison,
    Delete,
    Insert,
    Operation,
    Replace,
    Row,
    Upsert,
    Value,
)

FRESH = timedelta(seconds=30)
"""How long an organization is believed to exist; its deletion waits longer before it looks for users."""
_GONE = "deleted"
"""The state of a row that only keeps the id from being used again."""


class TableOrganizations:
    """See `scim.domain.ports.Organizations`."""

    def __init__(self, table: DirectoryTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._seen: dict[str, datetime] = {}

    async def exists(self, organization_id: str) -> bool:
        """No call for one seen within `FRESH`, else one: absence is never remembered."""
        now = self._clock.now()
        seen = self._seen.get(organization_id)
        if seen is not None and now - seen < FRESH:
            return True
        row = await self._table.get(keys.organization(organization_id))
        if row is None or row.columns["state"] != OrganizationState.ACTIVE:
            self._seen.pop(organization_id, None)
            return False
        self._seen[organization_id] = now
        return True

    async def get(self, organization_id: str) -> Organization | None:
        """One call."""
        row = await self._table.get(keys.organization(organization_id))
        return organization_of(organization_id, row) if row and not is_gone(row) else None

    async def create(self, organization: Organization, activity: Activity | None = None) -> None:
        """One call."""
        await self._commit(
            [
                Insert(keys.organization(organization.id), _columns(organization)),
                Insert(*name_row(organization)),
            ],
            activity,
            organization.id,
        )

    async def update(self, before: Organization, after: Organization, activity: Activity) -> Organization:
        """One call."""
        key = keys.organization(after.id)
        old_name, (new_name, columns) = keys.organization_name(before.name), name_row(after)
        names: list[Operation] = (
            [Upsert(new_name, columns)]  # guarded by the version of the organization, which holds the name
            if old_name == new_name
            else [Insert(new_name, columns), Delete(old_name)]
        )
        self._seen.pop(after.id, None)
        etag = await self._commit([Replace(key, _columns(after), before.version), *names], activity, after.id)
        return replace(after, version=etag)

    async def delete(self, organization: Organization, activity: Activity) -> None:
        """One call."""
        self._seen.pop(organization.id, None)
        gone: Columns = {"v": entities.LAYOUT, "state": _GONE}
        await self._commit(
            [
                Replace(keys.organization(organization.id), gone, organization.version),
                Delete(keys.organization_name(organization.name)),
            ],
            activity,
            organization.id,
        )

    async def all(self) -> list[Organization]:
        """One call for each thousand."""
        rows = await self._table.first(keys.ORGANIZATIONS)
        return [organization_of(keys.last_part(row.row_key), row) for row in rows if not is_gone(row)]

    async def deleting(self) -> list[Organization]:
        """One call for each thousand organizations."""
        where = [Comparison("state", "eq", OrganizationState.DELETING.value)]
        rows = await self._table.first(keys.ORGANIZATIONS, where=where)
        return [organization_of(keys.last_part(row.row_key), row) for row in rows]

    async def page(self, name_prefix: str, position: str, limit: int) -> tuple[Sequence[Organization], str | None]:
        """One call."""
        span = keys.organization_names(name_prefix) if name_prefix else keys.ORGANIZATION_NAMES
        rows, is_more = await self._table.some(keys.after(f"l|{position}", span) if position else span, limit)
        return [_named(row) for row in rows], rows[-1].row_key.removeprefix("l|") if rows and is_more else None

    async def ids(self) -> frozenset[str]:
        """One call for each thousand."""
        return frozenset(keys.last_part(key) for key in await self._table.keys(keys.ORGANIZATIONS))

    async def end_users(self, organization_id: str, limit: int) -> tuple[int, bool]:
        """One call for each thousand up to the limit."""
        count, span, continuation = 0, keys.organization_users(organization_id), None
        while count < limit:
            wanted = min(MAX_PAGE_ROWS, limit - count)
            page = await self._table.page(span, columns=(), limit=wanted, continuation=continuation)
            count, continuation = count + len(page.rows), page.continuation
            if continuation is None:
                return count, False
        return count, True

    async def _commit(self, operations: Sequence[Operation], activity: Activity | None, organization_id: str) -> str:
        """Write, with the activity if there is one; returns the new ETag of the organization."""
        try:
            etags = await self._table.with_activity(operations, activity)
        except Conflict as conflict:
            raise _explained(conflict, organization_id) from conflict
        return await self._table.etag(etags, keys.organization(organization_id))


def _explained(conflict: Conflict, organization_id: str) -> Exception:
    if conflict.kind == "exists":
        return IdUsed() if conflict.on("o|") else NameTaken("", organization_id)
    return VersionConflict()


def _columns(organization: Organization) -> dict[str, Value]:
    columns: dict[str, Value] = {
        "v": entities.LAYOUT,
        "name": organization.name,
        "state": organization.state.value,
    }
    if organization.deleting_since is not None:
        columns["deletingSince"] = organization.deleting_since
    return columns


def organization_of(organization_id: str, row: Row) -> Organization:
    """The organization in a row `o|<id>`, unless the row only keeps the id (`is_gone`)."""
    columns = row.columns
    return Organization(
        id=organization_id,
        name=str(columns["name"]),
        state=OrganizationState(str(columns["state"])),
        deleting_since=cast("datetime | None", columns.get("deletingSince")),
        version=row.etag,
    )


def is_gone(row: Row) -> bool:
    """Whether a row `o|<id>` only keeps the id of a deleted organization from being used again."""
    return row.columns["state"] == _GONE


def name_row(organization: Organization) -> tuple[str, Columns]:
    """The reservation of the organization's name: key and columns."""
    return keys.organization_name(organization.name), {
        "v": entities.LAYOUT,
        "id": organization.id,
        "name": organization.name,
        "state": organization.state.value,
    }


def _named(row: Row) -> Organization:
    columns = row.columns
    return Organization(
        id=str(columns["id"]), name=str(columns["name"]), state=OrganizationState(str(columns["state"]))
    )
