"""The `SecretVersions` port over the partition `vault` of `config`: a row for each secret, by its name."""

from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Row


class TableSecretVersions:
    """See `scim.domain.ports.sso.SecretVersions`."""

    def __init__(self, config: ConfigTable) -> None:
        self._table = config.beside("vault")

    async def in_force(self, name: str) -> str:
        """One call."""
        return _version_in(await self._table.get(name))

    async def settle(self, name: str, version: str, *, instead_of: str) -> str:
        """One call where the version is in force already, else two; one more where another instance was faster."""
        row = await self._table.get(name)
        if _version_in(row) != instead_of or version == instead_of:
            return _version_in(row)
        columns: Columns = {"v": LAYOUT, "version": version}
        try:
            if row is None:
                await self._table.insert(name, columns)
            else:
                await self._table.replace(name, columns, row.etag)
        except ConfigConflict:
            return await self.in_force(name)
        return version


def _version_in(row: Row | None) -> str:
    return str(row.columns["version"]) if row else ""
