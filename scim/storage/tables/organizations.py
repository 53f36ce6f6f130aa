"""The `Organizations` port over the directory table, with a cache of what exists."""

from datetime import datetime, timedelta
from typing import cast

from scim.domain.organizations import Organization
from scim.domain.ports import Clock, NameTaken
from scim.storage.tables import entities, keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import Insert

FRESH = timedelta(seconds=30)
"""How long an organization is believed to exist; its deletion waits as long before it looks for users."""
ACTIVE = "active"


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
        if row is None or row.columns["state"] != ACTIVE:
            self._seen.pop(organization_id, None)
            return False
        self._seen[organization_id] = now
        return True

    async def create(self, organization: Organization) -> None:
        """One call."""
        try:
            await self._table.apply(
                [
                    Insert(
                        keys.organization(organization.id),
                        {"v": entities.LAYOUT, "name": organization.name, "state": ACTIVE},
                    ),
                    Insert(keys.organization_name(organization.name), {"v": entities.LAYOUT, "id": organization.id}),
                ]
            )
        except Conflict as conflict:
            raise NameTaken("", organization.id) from conflict

    async def all(self) -> list[Organization]:
        """One call for each thousand."""
        rows = await self._table.first(keys.ORGANIZATIONS)
        return [Organization(id=row.row_key[2:], name=cast("str", row.columns["name"])) for row in rows]
