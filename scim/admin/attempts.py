"""How often passwords may be tried: by name, whether or not there is such an account, so that it tells nothing."""

from scim.admin.codes import LOCKED_FOR, MAX_FAILURES
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
        raise TooManyAttempts(
            Sentence("Too many failed sign-ins. Try again in {minutes} minutes.", minutes=LOCKED_FOR.seconds // 60),
            int((locked_until - now).total_seconds()) + 1,
        )
    return number >= MAX_FAILURES
