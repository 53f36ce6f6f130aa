"""The `Tokens` port over two partitions of `config`.

| partition | row key | holds |
|---|---|---|
| `tok` | token id | the record of a token |
| `slots` | provider id | the ids of its live tokens |
"""

import json
from datetime import datetime
from typing import cast

from scim.domain.ports import TooManyTokens
from scim.domain.tokens import MAX_LIVE_TOKENS, Token, TokenState
from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Comparison, Row, Rows


class TableTokens:
    """See `scim.domain.ports.Tokens`."""

    def __init__(self, rows: Rows) -> None:
        self._records = ConfigTable(rows, "tok")
        self._slots = self._records.beside("slots")

    async def get(self, token_id: str) -> Token | None:
        """One call."""
        row = await self._records.get(token_id)
        return _token_of(row) if row else None

    async def create(self, token: Token) -> None:
        """Three calls. The slots row, by its ETag, keeps two who generate at once from making a third."""
        slots = await self._slots.get(token.provider)
        held: list[str] = json.loads(str(slots.columns["tokens"])) if slots else []
        live = [id_ for id_ in held if await self._is_live(id_, token.created_at)]
        if len(live) >= MAX_LIVE_TOKENS:
            raise TooManyTokens
        columns: Columns = {"v": LAYOUT, "tokens": json.dumps([*live, token.id])}
        try:
            if slots is None:
                await self._slots.insert(token.provider, columns)
            else:
                await self._slots.replace(token.provider, columns, slots.etag)
        except ConfigConflict as conflict:
            raise TooManyTokens from conflict
        await self._records.insert(token.id, _columns(token))

    async def of(self, provider_id: str) -> list[Token]:
        """One call for each thousand tokens that there ever were."""
        rows = await self._records.all(where=[Comparison("provider", "eq", provider_id)])
        return sorted(map(_token_of, rows), key=lambda token: (token.created_at, token.id), reverse=True)

    async def end(self, token: Token, state: TokenState) -> None:
        """Two calls."""
        row = await self._records.get(token.id)
        if row is not None and row.columns["state"] == TokenState.ACTIVE.value:
            await self._records.merge(token.id, {"state": state.value})

    async def record_use(self, token_id: str, used_at: datetime) -> None:
        """One call."""
        try:
            await self._records.merge(token_id, {"lastUsed": used_at})
        except ConfigConflict:
            return

    async def _is_live(self, token_id: str, now: datetime) -> bool:
        token = await self.get(token_id)
        return token is not None and token.state is TokenState.ACTIVE and not token.is_expired(now)


def _columns(token: Token) -> Columns:
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
