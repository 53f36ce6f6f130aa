"""When the answer to the request at hand must be there. Work that can go on later asks how long it may take now."""

import asyncio
from collections.abc import Awaitable
from contextvars import ContextVar
from math import inf

_ends: ContextVar[float] = ContextVar("ends", default=inf)
"""In the time of the event loop."""


async def within[T](seconds: float, work: Awaitable[T]) -> T:
    """Do work that may take so many seconds.

    Raises:
        TimeoutError: It took longer, and was cancelled.
    """
    outer = _ends.set(asyncio.get_running_loop().time() + seconds)
    try:
        return await asyncio.wait_for(work, seconds)
    finally:
        _ends.reset(outer)


def seconds_left() -> float:
    """How long there is: infinite where nobody waits for an answer, below 0 when it is over."""
    return _ends.get() - asyncio.get_running_loop().time()
