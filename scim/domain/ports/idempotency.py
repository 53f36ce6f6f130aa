"""What makes repeated requests harmless. See `scim.domain.ports`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A creation that was asked for with an idempotency key.

    Attributes:
        fingerprint: Of what was asked for: a repetition asks for the same.
        began: When.
        reply: What it was answered with, as text; None while it is under way, and when that must not be kept.
        is_over: Whether it was answered.
    """

    fingerprint: str
    began: datetime
    reply: str | None = None
    is_over: bool = False


class IdempotencyKeys(Protocol):
    """Creations by idempotency key, apart for each person."""

    async def begin(self, account_id: str, key: str, creation: Remembered) -> Remembered | None:
        """Note that a creation begins. If there is an earlier one with the same key, return that and note nothing."""
        ...

    async def finish(self, account_id: str, key: str, creation: Remembered) -> None:
        """Note its reply."""
        ...

    async def forget(self, account_id: str, key: str) -> None:
        """Forget it: it was refused, and may be tried again."""
        ...

    async def remove_older(self, before: datetime) -> int:
        """Forget those that began earlier; returns how many."""
        ...
