"""What several people change at once: versions that were read are compared, and writes that collide are redone."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from scim.admin.problems import Changed, Conflicting
from scim.domain.ports import VersionConflict
from scim.sentences import Sentence

ATTEMPTS = 12
_LONGEST_PAUSE_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.01


def check_version(present: str, if_match: str | None, detail: str = "") -> None:
    """Refuse to go on if the administrator has read another version than the present one.

    Args:
        present: The version that is there.
        if_match: The version that was read; None for any.
        detail: What the refusal says; "" for the usual sentence.

    Raises:
        Changed: So it is.
    """
    if if_match is not None and if_match != present:
        raise Changed(detail)


async def until_settled[T](attempt: Callable[[], Awaitable[T]]) -> T:
    """Run an attempt that reads, decides and writes, anew when somebody else was faster.

    Whoever named no version never learns of it; the attempt itself refuses one that is no longer there.

    Raises:
        Conflicting: `busy`: others were faster every time.
    """
    pause = _FIRST_PAUSE_SECONDS
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except VersionConflict:
            await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - jitter is no secret
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    raise Conflicting(Sentence("This account is being changed by others. Try again."), "busy")
