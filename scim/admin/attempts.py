"""How often passwords may be tried: by name, whether or not there is such an account, so that it tells nothing."""

from datetime import timedelta

from scim.admin.codes import LOCKED_FOR, MAX_FAILURES, rounded_up
from scim.admin.problems import TooManyAttempts
from scim.admin.services import Services
from scim.sentences import Sentence


async def begin_attempt(services: Services, name: str) -> bool:
    """Count an attempt before its password is looked at: whoever tries many at once is refused like one after another.

    Returns:
        Whether it is the last one: if the password is wrong, the name stays locked.

    Raises:
        TooManyAttempts: The name is locked.
    """
    now = services.clock.now()
    number, locked_until = await services.attempts.begin(name, now, limit=MAX_FAILURES, locked_until=now + LOCKED_FOR)
    if locked_until is not None:
        rest = locked_until - now
        raise TooManyAttempts(
            Sentence.counted(
                "Too many failed sign-ins. Try again in {number} minute.",
                "Too many failed sign-ins. Try again in {number} minutes.",
                rounded_up(rest, timedelta(minutes=1)),
            ),
            rounded_up(rest, timedelta(seconds=1)),
        )
    return number >= MAX_FAILURES
