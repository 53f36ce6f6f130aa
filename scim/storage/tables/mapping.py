"""The `GroupMappings` port: the partition `map` of `config`, with a row `<provider>|<group>` for each mapped group."""

import json
from dataclasses import replace
from datetime import datetime
from typing import cast

from scim.domain.mapping import GroupMapping
from scim.domain.ports import VersionConflict
from scim.storage.tables import keys
from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Row


class TableGroupMappings:
    """See `scim.domain.ports.roles.GroupMappings`."""

    def __init__(self, config: ConfigTable) -> None:
        self._table = config.beside("map")

    async def get(self, provider_id: str, group_id: str) -> GroupMapping:
        """One call."""
        row = await self._table.get(f"{provider_id}|{group_id}")
        return _mapping_of(row) if row else GroupMapping(provider=provider_id, group=group_id)

    async def of(self, provider_id: str) -> list[GroupMapping]:
        """One call for each thousand."""
        return [_mapping_of(row) for row in await self._table.all(keys.prefix_range(f"{provider_id}|"))]

    async def all(self) -> list[GroupMapping]:
        """One call for each thousand."""
        return [_mapping_of(row) for row in await self._table.all()]

    async def save(self, mapping: GroupMapping) -> GroupMapping:
        """One call; it writes one row, however many members the group has."""
        try:
            if mapping.version:
                etag = await self._table.replace(_key(mapping), _columns(mapping), mapping.version)
            else:
                etag = await self._table.insert(_key(mapping), _columns(mapping))
        except ConfigConflict as conflict:
            raise VersionConflict from conflict
        return replace(mapping, version=etag)

    async def remove(self, mapping: GroupMapping) -> None:
        """One call."""
        try:
            await self._table.delete(_key(mapping), mapping.version)
        except ConfigConflict as conflict:
            raise VersionConflict from conflict


def _key(mapping: GroupMapping) -> str:
    return f"{mapping.provider}|{mapping.group}"


def _columns(mapping: GroupMapping) -> Columns:
    columns: Columns = {
        "v": LAYOUT,
        "technicianRoles": json.dumps(mapping.technician_roles),
        "endUserRoles": json.dumps(mapping.end_user_roles),
        "changedBy": mapping.changed_by,
    }
    return columns if mapping.changed_at is None else {**columns, "changedAt": mapping.changed_at}


def _mapping_of(row: Row) -> GroupMapping:
    provider, group = row.row_key.split("|")
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
