"""What several people change at once: versions that were read are compared, and writes that collide are redone."""

from collections.abc import Awaitable, Callable
from itertools import count

from scim.admin.problems import Changed, Problem
from scim.domain.ports import VersionConflict

ATTEMPTS = 5


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


async def until_settled[T](attempt: Callable[[], Awaitable[T]], refusal: Callable[[], Problem] = Changed) -> T:
    """Run an attempt that reads, decides and writes, anew when somebody else was faster.

    Raises:
        Problem: The refusal: others were faster every time.
    """
    for number in count(1):
        try:
            return await attempt()
        except VersionConflict as conflict:
            if number == ATTEMPTS:
                raise refusal() from conflict
    raise AssertionError  # pragma: no cover - the loop does not end
