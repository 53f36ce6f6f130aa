"""Setting up an authenticator app (R131): a secret is offered, and taken once a code shows that the app has it.

Between the two steps nothing is kept: what is offered goes to the person sealed, and comes back with the code.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from scim.admin.codes import SECRET, require_complete
from scim.admin.problems import Denied
from scim.admin.services import Services
from scim.domain.people import Credentials
from scim.domain.totp import accepted_step, new_secret, provisioning_uri
from scim.domain.users import User
from scim.sentences import Sentence

LIFETIME = timedelta(minutes=15)
_PURPOSE = "enrolment"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the person needs to set up the app.

    Attributes:
        enrolment: To be sent back with the first code.
        secret: For typing it into the app.
        uri: For the QR code.
    """

    enrolment: str
    secret: str
    uri: str


async def offer(services: Services, subject: str, name: str) -> Offer:
    """A new secret.

    Args:
        services: The ports.
        subject: Whom it is for: an account's id, or whatever says who will have it.
        name: What the app shows.
    """
    secret = new_secret()
    until = (services.clock.now() + LIFETIME).timestamp()
    sealed = await services.sealer.seal(_PURPOSE, json.dumps([subject, secret, until, name]))
    return Offer(sealed, secret, provisioning_uri(secret, name))


def refuse_at_provider(user: User) -> None:
    """Refuse a system administrator a first app who has proven nothing but a sign-in at a provider.

    Raises:
        Denied: `invitation_required`.
    """
    if user.administrator:
        raise Denied(
            Sentence(
                "A system administrator who signs in at an identity provider sets up the first authenticator app with "
                "an invitation link. Ask another system administrator for one."
            ),
            "invitation_required",
        )


async def offered(services: Services, enrolment: str) -> Offer | None:
    """What was offered, once more: after a wrong code nobody has to scan another picture. None when it is over."""
    content = await services.sealer.open(_PURPOSE, enrolment)
    _, secret, until, name = json.loads(content) if content else ("", "", 0, "")
    if services.clock.now().timestamp() >= until:
        return None
    return Offer(enrolment, secret, provisioning_uri(secret, name))


async def accepted(
    services: Services, subject: str, credentials: Credentials, enrolment: str, code: str
) -> Credentials:
    """The credentials with the new secret, sealed; the code is used then. Not stored yet.

    Raises:
        Invalid: See `require_complete`.
        Denied: `enrolment_expired` or `wrong_code`.
    """
    require_complete(code)
    content = await services.sealer.open(_PURPOSE, enrolment)
    for_whom, secret, until, _ = json.loads(content) if content else ("", "", 0, "")
    now = services.clock.now()
    if for_whom != subject or now.timestamp() >= until:
        raise Denied(Sentence("Setting up the authenticator app took too long. Start again."), "enrolment_expired")
    step = accepted_step(secret, code, now, -1)
    if step is None:
        raise Denied(Sentence("That code is not right. Check that the clock of your phone is right."), "wrong_code")
    sealed = await services.sealer.seal(f"{SECRET}|{credentials.account_id}", secret)
    return replace(credentials, totp_secret=sealed, totp_step=step, failures=0, locked_until=None)
