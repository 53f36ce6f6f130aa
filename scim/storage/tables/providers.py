"""The `Providers` port: the partition `idp` of `config`, a row for each provider under its id."""

import json
from typing import cast

from scim.domain.providers import AdoptionPolicy, OrganizationPolicy, Policies, Provider
from scim.schema.values import UnknownAttributes
from scim.storage.tables.config_table import ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Row, Rows, Value


class TableProviders:
    """See `scim.domain.ports.Providers`."""

    def __init__(self, rows: Rows) -> None:
        self._table = ConfigTable(rows, "idp")

    async def get(self, provider_id: str) -> Provider | None:
        """One call."""
        row = await self._table.get(provider_id)
        return _provider_of(row) if row else None

    async def create(self, provider: Provider) -> None:
        """One call."""
        await self._table.insert(provider.id, _columns(provider))

    async def all(self) -> list[Provider]:
        """One call; a tenant has a handful."""
        return [_provider_of(row) for row in await self._table.all()]


def _columns(provider: Provider) -> Columns:
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "name": provider.name,
        "scimEnabled": provider.scim_enabled,
        "emailDomains": json.dumps(sorted(provider.email_domains)),
        "unknownAttributes": provider.policies.unknown_attributes.value,
        "organizationPolicy": provider.policies.organization.value,
        "adoption": provider.policies.adoption.value,
    }
    if provider.default_organization is not None:
        columns["defaultOrganization"] = provider.default_organization
    return columns


def _provider_of(row: Row) -> Provider:
    columns = row.columns
    return Provider(
        id=row.row_key,
        name=str(columns["name"]),
        scim_enabled=bool(columns["scimEnabled"]),
        email_domains=frozenset(json.loads(str(columns["emailDomains"]))),
        default_organization=cast("str | None", columns.get("defaultOrganization")),
        policies=Policies(
            unknown_attributes=UnknownAttributes(str(columns["unknownAttributes"])),
            organization=OrganizationPolicy(str(columns["organizationPolicy"])),
            adoption=AdoptionPolicy(str(columns["adoption"])),
        ),
    )
