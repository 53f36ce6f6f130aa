"""The `IdempotencyKeys` port over partitions `once|<account id>` of `config`, by digest of the key.

The partition `onceidx` has a row for each, by the moment it began, so that old ones are found.
"""

import hashlib
from datetime import UTC, datetime
from typing import cast

from scim.domain.ports.idempotency import Remembered
from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, KeyRange, Value

MAX_REPLY_UNITS = 30_000
"""A longer reply is not kept: its repetition is told that it was done."""


class TableIdempotencyKeys:
    """See `scim.domain.ports.idempotency.IdempotencyKeys`."""

    def __init__(self, config: ConfigTable) -> None:
        self._config = config
        self._index = config.beside("onceidx")

    async def begin(self, account_id: str, key: str, creation: Remembered) -> Remembered | None:
        """Two calls; three for a repetition."""
        name = _digest(key)
        await self._index.put(f"{_seconds(creation.began)}|{account_id}|{name}", {"v": LAYOUT})
        try:
            await self._of(account_id).insert(name, _columns(creation))
        except ConfigConflict:
            row = await self._of(account_id).get(name)
            if row is not None:
                return _remembered(row.columns)
        return None

    async def finish(self, account_id: str, key: str, creation: Remembered) -> None:
        """One call."""
        await self._of(account_id).put(_digest(key), _columns(creation))

    async def forget(self, account_id: str, key: str) -> None:
        """One call."""
        await self._of(account_id).delete(_digest(key))

    async def remove_older(self, before: datetime) -> int:
        """One call for each thousand, and two for each that is removed."""
        rows = await self._index.all(KeyRange(" ", _seconds(before)))
        for row in rows:
            _, account_id, name = row.row_key.split("|")
            await self._of(account_id).delete(name)
            await self._index.delete(row.row_key)
        return len(rows)

    def _of(self, account_id: str) -> ConfigTable:
        return self._config.beside(f"once|{account_id}")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _seconds(moment: datetime) -> str:
    return f"{int(moment.astimezone(UTC).timestamp()):016d}"


def _columns(creation: Remembered) -> Columns:
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "fingerprint": creation.fingerprint,
        "began": creation.began,
        "isOver": creation.is_over,
    }
    if creation.reply is not None and len(creation.reply) <= MAX_REPLY_UNITS:
        columns["reply"] = creation.reply
    return columns


def _remembered(columns: Columns) -> Remembered:
    return Remembered(
        fingerprint=str(columns["fingerprint"]),
        began=cast("datetime", columns["began"]),
        reply=cast("str | None", columns.get("reply")),
        is_over=bool(columns["isOver"]),
    )
