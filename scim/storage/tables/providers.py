"""The `Providers` port: the partition `idp` of `config`.

| row key | holds |
|---|---|
| provider id | a provider, also a deleted one whose users may not have left yet; small, since SCIM requests read it |
| `~guard` | nothing: its ETag is a condition of whatever takes a name or an e-mail domain |
| `~sso|<provider id>` | the configuration of single sign-on |
| `~log|<activity id>` | an activity, from its change until the log has it: the log is another table, which the change's
transaction cannot reach |
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from scim.domain.activities import Activity
from scim.domain.ports import DomainTaken, IdUsed, NameTaken, VersionConflict
from scim.domain.providers import (
    AdoptionPolicy,
    Deletion,
    OrganizationPolicy,
    Policies,
    Provider,
    ProviderKind,
    name_key,
)
from scim.domain.sso import (
    NameClaim,
    OidcConfiguration,
    SamlConfiguration,
    Sso,
    SsoConfiguration,
    SsoProtocol,
    SsoState,
)
from scim.errors import Unavailable
from scim.schema.values import UnknownAttributes
from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.documents import column_text, text_columns
from scim.storage.tables.entities import LAYOUT, activity_of, activity_row
from scim.storage.tables.keys import prefix_range
from scim.storage.tables.rows import Columns, Insert, KeyRange, Operation, Replace, Row, Rows, Upsert, Value

logger = logging.getLogger(__name__)

ATTEMPTS = 10
"""Tries of a write that takes a name or a domain, while others do."""
_GUARD = "~guard"
_UNRECORDED = "~log|"
_PROVIDERS = KeyRange(" ", "~")
"""Behind every letter and digit, `~` keeps the other rows out of the range."""


class TableProviders:
    """See `scim.domain.ports.Providers`."""

    def __init__(self, rows: Rows) -> None:
        self._table = ConfigTable(rows, "idp")

    async def get(self, provider_id: str) -> Provider | None:
        """One call."""
        row = await self._table.get(provider_id)
        provider = _provider_of(row) if row else None
        return provider if provider and provider.deletion is None else None

    async def create(
        self, provider: Provider, configuration: SsoConfiguration | None = None, activities: Sequence[Activity] = ()
    ) -> Provider:
        """Three calls: the guard, all providers, the transaction."""
        written: list[Operation] = [
            Insert(provider.id, _columns(provider)),
            *_configured(provider.id, configuration),
            *map(_kept, activities),
        ]
        for _ in range(ATTEMPTS):
            guard, others = await self._guard(), await self.owners()
            _check_unique(provider, others)
            try:
                etags = await self._table.apply([*written, guard])
            except ConfigConflict as conflict:
                if conflict.row_key == _GUARD:
                    continue
                return await self._found(provider, IdUsed())
            return replace(provider, version=etags[0])
        raise Unavailable

    async def update(
        self,
        before: Provider,
        after: Provider,
        configuration: SsoConfiguration | None = None,
        activities: Sequence[Activity] = (),
    ) -> Provider:
        """One call; three when it takes a name or a domain."""
        written: list[Operation] = [
            Replace(after.id, _columns(after), before.version),
            *_configured(after.id, configuration),
            *map(_kept, activities),
        ]
        takes = name_key(before.name) != name_key(after.name) or not after.email_domains <= before.email_domains
        for _ in range(ATTEMPTS):
            guards: list[Operation] = []
            if takes:
                guards = [await self._guard()]
                _check_unique(after, await self.owners())
            try:
                etags = await self._table.apply([*written, *guards])
            except ConfigConflict as conflict:
                if conflict.row_key == _GUARD:
                    continue
                return await self._found(after, VersionConflict())
            return replace(after, version=etags[0])
        raise Unavailable

    async def unrecorded(self) -> list[Activity]:
        """One call."""
        found: list[Activity] = []
        for row in await self._table.all(prefix_range(_UNRECORDED)):
            try:
                found.append(activity_of(row))
            except ValueError:  # it stays where it is, for a version that can read it
                logger.error("activity_unreadable key=%s", row.row_key)  # noqa: TRY400 - the row says it all
        return found

    async def recorded(self, activity: Activity) -> None:
        """One call."""
        await self._table.delete(f"{_UNRECORDED}{activity.id}")

    async def all(self) -> list[Provider]:
        """One call; a tenant has a handful."""
        return [provider for provider in await self.owners() if provider.deletion is None]

    async def owners(self) -> list[Provider]:
        """One call."""
        return [_provider_of(row) for row in await self._table.all(_PROVIDERS)]

    async def sso_configuration(self, provider_id: str) -> SsoConfiguration | None:
        """One call."""
        row = await self._table.get(_configuration_key(provider_id))
        return _configuration_of(row) if row else None

    async def forget(self, provider: Provider) -> None:
        """Two calls."""
        await self._table.delete(_configuration_key(provider.id))
        try:
            await self._table.delete(provider.id, provider.version)
        except ConfigConflict as conflict:
            raise VersionConflict from conflict

    async def _guard(self) -> Operation:
        """The operation that makes a transaction fail if a name or a domain is taken after this."""
        row = await self._table.get(_GUARD)
        columns: Columns = {"v": LAYOUT}
        return Replace(_GUARD, columns, row.etag) if row else Insert(_GUARD, columns)

    async def _found(self, wanted: Provider, otherwise: Exception) -> Provider:
        """What a write that met a conflict wanted, if it is there: the conflict was the echo of its first try."""
        row = await self._table.get(wanted.id)
        if row is not None and _provider_of(row) == (stored := replace(wanted, version=row.etag)):
            return stored
        raise otherwise


def _check_unique(provider: Provider, others: Sequence[Provider]) -> None:
    for other in others:
        if other.id == provider.id or other.deletion is not None:
            continue
        if name_key(other.name) == name_key(provider.name):
            raise NameTaken(other.id, other.id)
        if common := other.email_domains & provider.email_domains:
            raise DomainTaken(min(common), other.name)


def _columns(provider: Provider) -> Columns:
    sso, deletion = provider.sso, provider.deletion
    columns: dict[str, Value | None] = {
        "v": LAYOUT,
        "name": provider.name,
        "kind": provider.kind.value,
        "createdAt": provider.created_at,
        "createdBy": provider.created_by,
        "scimEnabled": provider.scim_enabled,
        "scimSince": provider.scim_since,
        "scimBy": provider.scim_by,
        "emailDomains": json.dumps(sorted(provider.email_domains)),
        "unknownAttributes": provider.policies.unknown_attributes.value,
        "organizationPolicy": provider.policies.organization.value,
        "adoption": provider.policies.adoption.value,
        "trustsMfa": provider.policies.trusts_mfa,
        "idpInitiated": provider.policies.idp_initiated,
        "defaultOrganization": provider.default_organization,
        "sso": sso.state.value,
        "ssoConfigured": sso.is_configured,
        "ssoTestedAt": sso.tested_at,
        "ssoTestedBy": sso.tested_by,
        "ssoSince": sso.since,
        "ssoBy": sso.by,
        "leavingSince": provider.leaving_since,
    }
    if deletion is not None:
        columns |= {
            "deletedAt": deletion.at,
            "deletedBy": deletion.by,
            "deletedByAccount": deletion.account_id,
            "deletedInRequest": deletion.request_id,
        }
    return {name: value for name, value in columns.items() if value is not None}


def _provider_of(row: Row) -> Provider:
    """The provider in a row; one of an earlier layout has none of what came later."""
    columns = row.columns
    return Provider(
        id=row.row_key,
        name=str(columns["name"]),
        kind=ProviderKind(str(columns.get("kind", ProviderKind.OTHER))),
        created_at=_moment(columns, "createdAt"),
        created_by=str(columns.get("createdBy", "")),
        scim_enabled=bool(columns["scimEnabled"]),
        scim_since=_moment(columns, "scimSince"),
        scim_by=str(columns.get("scimBy", "")),
        email_domains=frozenset(json.loads(str(columns["emailDomains"]))),
        default_organization=cast("str | None", columns.get("defaultOrganization")),
        policies=Policies(
            unknown_attributes=UnknownAttributes(str(columns["unknownAttributes"])),
            organization=OrganizationPolicy(str(columns["organizationPolicy"])),
            adoption=AdoptionPolicy(str(columns["adoption"])),
            trusts_mfa=bool(columns.get("trustsMfa", True)),
            idp_initiated=bool(columns.get("idpInitiated", False)),
        ),
        sso=Sso(
            state=SsoState(str(columns.get("sso", SsoState.NOT_TESTED))),
            is_configured=bool(columns.get("ssoConfigured", False)),
            tested_at=_moment(columns, "ssoTestedAt"),
            tested_by=str(columns.get("ssoTestedBy", "")),
            since=_moment(columns, "ssoSince"),
            by=str(columns.get("ssoBy", "")),
        ),
        leaving_since=_moment(columns, "leavingSince"),
        deletion=_deletion_of(columns),
        version=row.etag,
    )


def _deletion_of(columns: Columns) -> Deletion | None:
    at = _moment(columns, "deletedAt")
    if at is None:
        return None
    return Deletion(
        at=at,
        by=str(columns["deletedBy"]),
        account_id=str(columns["deletedByAccount"]),
        request_id=str(columns["deletedInRequest"]),
    )


def _moment(columns: Columns, name: str) -> datetime | None:
    return cast("datetime | None", columns.get(name))


def _configuration_key(provider_id: str) -> str:
    return f"~sso|{provider_id}"


def _kept(activity: Activity) -> Operation:
    """An activity beside its change; an upsert, since the change that is repeated brings the same one."""
    return Upsert(f"{_UNRECORDED}{activity.id}", activity_row(activity).columns)


def _configured(provider_id: str, configuration: SsoConfiguration | None) -> list[Operation]:
    if configuration is None:
        return []
    columns: Columns = {
        "v": LAYOUT,
        "protocol": configuration.protocol.value,
        **text_columns(json.dumps(_facts(configuration), ensure_ascii=False)),
    }
    return [Upsert(_configuration_key(provider_id), columns)]


def _facts(configuration: SsoConfiguration) -> dict[str, str | tuple[str, ...]]:
    match configuration:
        case SamlConfiguration():
            return {
                "entityId": configuration.entity_id,
                "signOnUrl": configuration.sign_on_url,
                "certificates": configuration.certificates,
                "metadata": configuration.metadata,
            }
        case OidcConfiguration():
            return {
                "issuer": configuration.issuer,
                "clientId": configuration.client_id,
                "secretVersion": configuration.secret_version,
                "nameClaims": configuration.name_claims,
            }


def _configuration_of(row: Row) -> SsoConfiguration:
    facts: Mapping[str, str | list[str]] = json.loads(column_text(row.columns))
    match SsoProtocol(str(row.columns["protocol"])):
        case SsoProtocol.SAML:
            return SamlConfiguration(
                entity_id=str(facts["entityId"]),
                sign_on_url=str(facts["signOnUrl"]),
                certificates=tuple(facts["certificates"]),
                metadata=str(facts["metadata"]),
            )
        case SsoProtocol.OIDC:
            return OidcConfiguration(
                issuer=str(facts["issuer"]),
                client_id=str(facts["clientId"]),
                secret_version=str(facts["secretVersion"]),
                name_claims=tuple(map(NameClaim, facts["nameClaims"])),
            )
