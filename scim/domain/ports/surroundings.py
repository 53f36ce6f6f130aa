"""What any use case may need, and what is left to timers. See `scim.domain.ports`."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        ...


class Identifiers(Protocol):
    """Where ids come from."""

    def new(self) -> str:
        """A UUIDv7: unique, and in the order of creation."""
        ...


class CursorKey(Protocol):
    """The key with which cursors are sealed, the same on every instance."""

    async def get(self) -> bytes:
        """32 random bytes, made when they are first asked for."""
        ...


class Jobs(Protocol):
    """Work that one transaction could not hold, and that a crash may have left unfinished."""

    async def run_due(self, now: datetime) -> int:
        """Finish every job that is due; returns how many were finished. Running it twice at once is harmless."""
        ...


class Expiring(Protocol):
    """Notes that are of no use after a while."""

    async def remove_expired(self, now: datetime) -> int:
        """Remove those that are; returns how many were. Running it twice at once is harmless."""
        ...
