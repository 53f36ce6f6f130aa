"""The `CursorKey` port over the `config` table.

The key is kept beside the directory, not in the vault: it protects nothing but places in lists, from those who may read
the lists anyway.
"""

import secrets
from typing import cast

from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.keys import CONFIG
from scim.storage.tables.rows import Insert, RowConflict, Rows, reaching

PARTITION = "key"
ROW = "cursors"
_KEY_BYTES = 32


class TableCursorKey:
    """See `scim.domain.ports.CursorKey`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._key: bytes | None = None

    async def get(self) -> bytes:
        """One call the first time, three for the tenant's first cursor."""
        if self._key is None:
            with reaching():
                self._key = await self._stored() or await self._made()
        return self._key

    async def _stored(self) -> bytes:
        """The key; empty when there is none."""
        row = await self._rows.get(CONFIG, PARTITION, ROW)
        return cast("bytes", row.columns["key"]) if row else b""

    async def _made(self) -> bytes:
        """A new key; another instance's, if that was faster."""
        key = secrets.token_bytes(_KEY_BYTES)
        try:
            await self._rows.insert(CONFIG, PARTITION, Insert(ROW, {"v": LAYOUT, "key": key}))
        except RowConflict:
            return await self._stored()
        return key
