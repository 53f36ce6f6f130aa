"""The `Providers` and `Tokens` ports over the `config` table."""

import json
from collections.abc import Awaitable
from datetime import datetime
from typing import cast

from scim.domain.ports import TooManyTokens
from scim.domain.providers import AdoptionPolicy, OrganizationPolicy, Policies, Provider
from scim.domain.tokens import MAX_LIVE_TOKENS, Token, TokenState
from scim.errors import Unavailable
from scim.schema.values import UnknownAttributes
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.keys import CONFIG
from scim.storage.tables.rows import (
    Columns,
    Insert,
    KeyRange,
    Merge,
    Replace,
    Row,
    RowConflict,
    Rows,
    StorageUnavailable,
    Value,
)

PROVIDERS = "idp"
TOKENS = "tok"
SLOTS = "slots"
EVERY_KEY = KeyRange(" ", "\uffff")


class TableProviders:
    """See `scim.domain.ports.Providers`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, provider_id: str) -> Provider | None:
        """One call."""
        row = await _reaching(self._rows.get(CONFIG, PROVIDERS, provider_id))
        return _provider_of(row) if row else None

    async def create(self, provider: Provider) -> None:
        """One call."""
        await _reaching(self._rows.insert(CONFIG, PROVIDERS, Insert(provider.id, _provider_columns(provider))))

    async def all(self) -> list[Provider]:
        """One call; a tenant has a handful."""
        page = await _reaching(self._rows.query(CONFIG, PROVIDERS, EVERY_KEY))
        return [_provider_of(row) for row in page.rows]


class TableTokens:
    """See `scim.domain.ports.Tokens`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, token_id: str) -> Token | None:
        """One call."""
        row = await _reaching(self._rows.get(CONFIG, TOKENS, token_id))
        return _token_of(row) if row else None

    async def create(self, token: Token) -> None:
        """Three calls. The slots row, by its ETag, keeps two who generate at once from making a third."""
        slots = await _reaching(self._rows.get(CONFIG, SLOTS, token.provider))
        held: list[str] = json.loads(str(slots.columns["tokens"])) if slots else []
        live = [id_ for id_ in held if await self._is_live(id_, token.created_at)]
        if len(live) >= MAX_LIVE_TOKENS:
            raise TooManyTokens
        columns: Columns = {"v": LAYOUT, "tokens": json.dumps([*live, token.id])}
        try:
            if slots is None:
                await _reaching(self._rows.insert(CONFIG, SLOTS, Insert(token.provider, columns)))
            else:
                await _reaching(self._rows.batch(CONFIG, SLOTS, [Replace(token.provider, columns, slots.etag)]))
        except RowConflict as conflict:
            raise TooManyTokens from conflict
        await _reaching(self._rows.insert(CONFIG, TOKENS, Insert(token.id, _token_columns(token))))

    async def record_use(self, token_id: str, used_at: datetime) -> None:
        """One call."""
        try:
            await _reaching(self._rows.batch(CONFIG, TOKENS, [Merge(token_id, {"lastUsed": used_at})]))
        except RowConflict:
            return

    async def _is_live(self, token_id: str, now: datetime) -> bool:
        token = await self.get(token_id)
        return token is not None and token.state is TokenState.ACTIVE and not token.is_expired(now)


def _provider_columns(provider: Provider) -> Columns:
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


def _token_columns(token: Token) -> Columns:
    return {
        "v": LAYOUT,
        "provider": token.provider,
        "label": token.label,
        "createdAt": token.created_at,
        "createdBy": token.created_by,
        "expiresAt": token.expires_at,
        "state": token.state.value,
        "lastFour": token.last_four,
    }


def _token_of(row: Row) -> Token:
    columns = row.columns
    return Token(
        id=row.row_key,
        provider=str(columns["provider"]),
        label=str(columns["label"]),
        created_at=cast("datetime", columns["createdAt"]),
        created_by=str(columns["createdBy"]),
        expires_at=cast("datetime", columns["expiresAt"]),
        state=TokenState(str(columns["state"])),
        last_four=str(columns["lastFour"]),
        last_used=cast("datetime | None", columns.get("lastUsed")),
    )


async def _reaching[T](call: Awaitable[T]) -> T:
    try:
        return await call
    except StorageUnavailable as error:
        raise Unavailable from error
