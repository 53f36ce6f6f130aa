"""What goes on to a form's next step without being shown: sealed, for a while, for one purpose and person."""

import json
from datetime import timedelta

from scim.admin.problems import Denied
from scim.admin.services import Services
from scim.sentences import Sentence

LIFETIME = timedelta(minutes=15)
EXPIRED = "enrolment_expired"
"""The code of refusals after which one starts again; also of an authenticator app that was offered too long ago."""


async def seal(services: Services, purpose: str, bond: str, *values: str) -> str:
    """Values for a hidden field.

    Args:
        services: The ports.
        purpose: What the form does.
        bond: Whom it is for: opened with another one, the field holds nothing.
        values: A password, for example.
    """
    until = (services.clock.now() + LIFETIME).timestamp()
    return await services.sealer.seal(f"console|{purpose}", json.dumps([bond, until, *values]))


async def unseal(services: Services, purpose: str, bond: str, field: str) -> tuple[str, ...]:
    """The values.

    Raises:
        Denied: `EXPIRED`: the field was left lying too long, or is not one of ours.
    """
    content = await services.sealer.open(f"console|{purpose}", field)
    whom, until, *values = json.loads(content) if content else ("", 0)
    if whom != bond or services.clock.now().timestamp() >= until:
        raise Denied(Sentence("This took too long. Start again."), EXPIRED)
    return tuple(values)
