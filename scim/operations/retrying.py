"""Doing a read-modify-write again when somebody else was faster."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from scim.domain.ports import VersionConflict
from scim.errors import Unavailable

ATTEMPTS = 12
_LONGEST_PAUSE_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.01

_locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""One for each resource that is being changed: on one instance, changes queue instead of colliding."""


async def until_settled[T](resource_id: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Run an attempt that reads, decides and writes, anew after each `VersionConflict`.

    A client that named no version never learns of the conflict; the attempt itself refuses one that did.

    Raises:
        Unavailable: Others were faster every time.
    """
    lock = _locks.setdefault(resource_id, asyncio.Lock())
    async with lock:
        pause = _FIRST_PAUSE_SECONDS
        for _ in range(ATTEMPTS):
            try:
                return await attempt()
            except VersionConflict:
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - jitter is no secret
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    raise Unavailable("The resource is being changed by many at once. Send the request again.")
