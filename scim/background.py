"""Small writes that no reply waits for, and whose loss does no harm."""

import asyncio
import logging
from collections.abc import Coroutine

logger = logging.getLogger(__name__)


class Background:
    """Runs such writes, and keeps them from being collected before they end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[object, object, None], failure: str) -> None:
        """Start the work; `failure` is the event to log if it fails."""
        task = asyncio.get_running_loop().create_task(self._guarded(work, failure))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait for all that was started."""
        while self._tasks:
            await asyncio.wait(self._tasks)  # unlike gather, it lets the loop forget tasks that are done already

    async def _guarded(self, work: Coroutine[object, object, None], failure: str) -> None:
        try:
            await work
        except Exception:  # whatever it is, the reply is out and the loss harmless
            logger.warning(failure, exc_info=True)
