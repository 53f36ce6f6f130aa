"""Whether storage answers: what monitors ask for."""

import asyncio
from datetime import datetime, timedelta

from scim.domain.ports import Clock
from scim.errors import Unavailable
from scim.storage.tables.keys import CONFIG
from scim.storage.tables.rows import Rows, reaching

BELIEVED = timedelta(seconds=10)
"""How long an instance goes by its last look: who asks may be anybody, and must not make storage busy."""


class Readiness:
    """See the module."""

    def __init__(self, rows: Rows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._looked: datetime | None = None
        self._is_ready = False
        self._look = asyncio.Lock()

    async def __call__(self) -> bool:
        """Whether storage answered, now or in the last moments. One storage call at most, however many ask at once."""
        async with self._look:
            if self._looked is None or self._clock.now() - self._looked >= BELIEVED:
                self._is_ready = await self._answers()
                self._looked = self._clock.now()
            return self._is_ready

    async def _answers(self) -> bool:
        try:
            with reaching():
                await self._rows.get(CONFIG, "health", "health")
        except Unavailable:
            return False
        return True
