"""The `GroupMappings` port over the directory table: a row for each mapped group."""

import json
from dataclasses import replace
from datetime import datetime
from typing import cast

from scim.domain.activities import Activity
from scim.domain.mapping import GroupMapping
from scim.domain.ports import VersionConflict
from scim.storage.tables import role_keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Delete, Insert, Replace, Row


class TableGroupMappings:
    """See `scim.domain.ports.roles.GroupMappings`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def get(self, provider_id: str, group_id: str) -> GroupMapping:
        """One call."""
        row = await self._table.get(role_keys.mapping(provider_id, group_id))
        return _mapping_of(row) if row else GroupMapping(provider=provider_id, group=group_id)

    async def of(self, provider_id: str) -> list[GroupMapping]:
        """One call for each thousand."""
        return [_mapping_of(row) for row in await self._table.first(role_keys.mappings(provider_id))]

    async def all(self) -> list[GroupMapping]:
        """One call for each thousand."""
        return [_mapping_of(row) for row in await self._table.first(role_keys.MAPPINGS)]

    async def save(self, mapping: GroupMapping, activity: Activity | None = None) -> GroupMapping:
        """One call; it writes one row and the activity, however many members the group has."""
        key, columns = role_keys.mapping(mapping.provider, mapping.group), _columns(mapping)
        write = Replace(key, columns, mapping.version) if mapping.version else Insert(key, columns)
        try:
            etags = await self._table.with_activity([write], activity)
        except Conflict as conflict:
            raise VersionConflict from conflict
        return replace(mapping, version=await self._table.etag(etags, key))

    async def remove(self, mapping: GroupMapping) -> None:
        """One call."""
        try:
            await self._table.apply([Delete(role_keys.mapping(mapping.provider, mapping.group), mapping.version)])
        except Conflict as conflict:
            raise VersionConflict from conflict


def _columns(mapping: GroupMapping) -> Columns:
    columns: Columns = {
        "v": LAYOUT,
        "technicianRoles": json.dumps(mapping.technician_roles),
        "endUserRoles": json.dumps(mapping.end_user_roles),
        "changedBy": mapping.changed_by,
    }
    return columns if mapping.changed_at is None else {**columns, "changedAt": mapping.changed_at}


def _mapping_of(row: Row) -> GroupMapping:
    _, provider, group = row.row_key.split("|")
    columns = row.columns
    return GroupMapping(
        provider=provider,
        group=group,
        technician_roles=tuple(json.loads(str(columns["technicianRoles"]))),
        end_user_roles=tuple(json.loads(str(columns["endUserRoles"]))),
        changed_by=str(columns["changedBy"]),
        changed_at=cast("datetime | None", columns.get("changedAt")),
        version=row.etag,
    )
