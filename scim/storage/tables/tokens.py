"""The `Tokens` port: one partition of `config`, so that a token and its slot are written together or not at all.

| row key in partition `tok` | holds |
|---|---|
| token id (hex) | the record of a token; `settled` is false while anything is left to be done for it |
| `slots|<provider>` | the ids of the provider's tokens that were live or under way when the last one was generated |
"""

import asyncio
import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import cast

from scim.domain.activities import Actor
from scim.domain.ports import TooManyTokens, VersionConflict
from scim.domain.tokens import (
    MAX_LIVE_TOKENS,
    Ending,
    EndReason,
    Token,
    TokenState,
    TokenUse,
    newest_first,
)
from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Comparison, Insert, KeyRange, Operation, Replace, Row, Rows, Value

logger = logging.getLogger(__name__)

_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_RECORDS = KeyRange("0", "slots")
"""All ids: `slots` sorts behind hexadecimal digits."""


class TableTokens:
    """See `scim.domain.ports.Tokens`."""

    def __init__(self, rows: Rows) -> None:
        self._table = ConfigTable(rows, "tok")

    async def get(self, token_id: str) -> Token | None:
        """One call; none for what cannot be an id."""
        row = await self._table.get(token_id) if _ID.fullmatch(token_id) else None
        return _token_of(row) if row else None

    async def of(self, provider_id: str) -> list[Token]:
        """One call for each thousand tokens that there ever were."""
        rows = await self._table.all(_RECORDS, [Comparison("provider", "eq", provider_id)])
        return newest_first(_readable(rows))

    async def unsettled(self) -> list[Token]:
        """One call for each thousand."""
        return list(_readable(await self._table.all(_RECORDS, [Comparison("settled", "eq", value=False)])))

    async def create(self, token: Token) -> Token:
        """Two calls, and one for each slot that is held. The slots' ETag keeps two who generate at once apart."""
        slots = await self._table.get(f"slots|{token.provider}")
        held: list[str] = json.loads(str(slots.columns["tokens"])) if slots else []
        holders = await asyncio.gather(*(self.get(id_) for id_ in held))
        now = token.created_at
        holding = [each.id for each in holders if each and (each.is_live(now) or each.is_under_way(now))]
        if len(holding) >= MAX_LIVE_TOKENS:
            raise TooManyTokens
        columns: Columns = {"v": LAYOUT, "tokens": json.dumps([*holding, token.id])}
        slot: Operation = Insert(f"slots|{token.provider}", columns)
        if slots is not None:
            slot = Replace(slots.row_key, columns, slots.etag)
        try:
            _, etag = await self._table.apply([slot, Insert(token.id, _columns(token))])
        except ConfigConflict as conflict:
            return await self._written(token, conflict)
        return replace(token, version=etag)

    async def update(self, before: Token, after: Token) -> Token:
        """One call, and another after a conflict."""
        try:
            etag = await self._table.replace(after.id, _columns(after), before.version)
        except ConfigConflict as conflict:
            return await self._written(after, conflict)
        return replace(after, version=etag)

    async def record_use(self, token_id: str, use: TokenUse) -> None:
        """One call."""
        try:
            await self._table.merge(token_id, _use_columns(use))
        except ConfigConflict:
            return

    async def _written(self, token: Token, conflict: ConfigConflict) -> Token:
        """The token, if it is there as it was to be written: by a first try whose answer was lost."""
        stored = await self.get(token.id)
        if stored is None or replace(stored, version="") != replace(token, version=""):
            raise VersionConflict from conflict
        return stored


def _readable(rows: Iterable[Row]) -> Iterator[Token]:
    for row in rows:
        try:
            token = _token_of(row)
        except (KeyError, TypeError, ValueError):
            logger.exception("token_record_unreadable id=%s", row.row_key)
        else:
            yield token


def _columns(token: Token) -> Columns:
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "provider": token.provider,
        "label": token.label,
        "createdAt": token.created_at,
        "createdBy": token.created_by,
        "createdByName": token.created_by_name,
        "expiresAt": token.expires_at,
        "state": token.state.value,
        "lastFour": token.last_four,
        "settled": token.is_settled,
    }
    if token.warned is not None:
        columns["warned"] = token.warned
    if token.last_use is not None:
        columns |= _use_columns(token.last_use)
    if token.ending is not None:
        columns |= {
            "endedAt": token.ending.at,
            "endReason": token.ending.reason.value,
            "endedBy": json.dumps(asdict(token.ending.actor), ensure_ascii=False),
        }
    return columns


def _use_columns(use: TokenUse) -> dict[str, Value]:
    return {"lastUsed": use.at, "lastAddress": use.address, "lastAgent": use.agent}


def _token_of(row: Row) -> Token:
    columns = row.columns
    return Token(
        id=row.row_key,
        provider=str(columns["provider"]),
        label=str(columns["label"]),
        created_at=cast("datetime", columns["createdAt"]),
        created_by=str(columns["createdBy"]),
        created_by_name=str(columns.get("createdByName", "")),
        expires_at=cast("datetime", columns["expiresAt"]),
        state=TokenState(str(columns["state"])),
        last_four=str(columns["lastFour"]),
        last_use=_use_of(columns),
        ending=_ending_of(columns),
        warned=cast("int | None", columns.get("warned")),
        version=row.etag,
    )


def _use_of(columns: Columns) -> TokenUse | None:
    if "lastUsed" not in columns:
        return None
    at = cast("datetime", columns["lastUsed"])
    return TokenUse(at, str(columns.get("lastAddress", "")), str(columns.get("lastAgent", "")))


def _ending_of(columns: Columns) -> Ending | None:
    if "endedAt" not in columns:
        return None
    return Ending(
        at=cast("datetime", columns["endedAt"]),
        reason=EndReason(str(columns["endReason"])),
        actor=Actor(**json.loads(str(columns["endedBy"]))),
        is_complete=bool(columns["settled"]),
    )
