"""The code that is asked for after a sign-in at a provider whose second factor is not relied upon.

As in native sign-in: who has no authenticator app sets one up on the way.
"""

from scim.admin import enrolment, sessions, sso_pending
from scim.admin.codes import check_code
from scim.admin.enrolment import Offer
from scim.admin.problems import Denied
from scim.admin.records import note_able, record_own
from scim.admin.services import Services
from scim.admin.sso_pending import Arrived
from scim.admin.sso_sign_in import SignedIn, in_force, note, refuse_native
from scim.domain.activities import Status
from scim.domain.people import Credentials
from scim.domain.ports import VersionConflict
from scim.domain.providers import Provider
from scim.domain.users import User
from scim.sentences import Sentence

OVER = "code_over"
_OVER = Sentence("This took too long. Start again at the sign-in page.")


async def asked(services: Services, sealed: str, provider_id: str) -> tuple[User, Offer | None]:
    """Who is asked for a code, and what to set the app up with if there is none.

    Raises:
        Denied: `OVER`, `provider_deleted`, `sso_disabled`, `native_only` or `invitation_required`.
    """
    _, user, _ = await _arrived(services, sealed, provider_id)
    if (await services.credentials.get(user.id)).totp_secret:
        return user, None
    enrolment.refuse_at_provider(user)
    return user, await enrolment.offer(services, user.id, user.user_name)


async def show(
    services: Services, sealed: str, provider_id: str, *, code: str, enrolment_text: str, agent: str, request_id: str
) -> SignedIn:
    """Take the code, and begin the session.

    Raises:
        Denied: See `asked`, `check_code` and `enrolment.accepted`.
        TooManyAttempts: Wrong too often.
    """
    arrived, user, provider = await _arrived(services, sealed, provider_id)
    credentials = await services.credentials.get(user.id)
    if credentials.totp_secret:
        await check_code(services, user.id, code, request_id)
    else:
        await _enrol(services, user, credentials, enrolment_text, code, request_id)
    if not await sso_pending.use_arrival(services, arrived):
        raise Denied(_OVER, OVER)
    ticket = await sessions.begin(services, user, agent, arrived.began, provider.id)
    await note(services, user, provider, request_id)
    return SignedIn(ticket, arrived.next)


async def _arrived(services: Services, sealed: str, provider_id: str) -> tuple[Arrived, User, Provider]:
    arrived = (await sso_pending.opened(services, sealed)).arrived
    if arrived is None or arrived.provider_id != provider_id:
        raise Denied(_OVER, OVER)
    user = await services.accounts.get(arrived.account_id)
    if user is None or not user.standing.active:
        raise Denied(_OVER, OVER)
    provider = await in_force(services, provider_id)
    await refuse_native(services, provider, user)
    return arrived, user, provider


async def _enrol(
    services: Services, user: User, credentials: Credentials, enrolment_text: str, code: str, request_id: str
) -> None:
    enrolment.refuse_at_provider(user)
    enrolled = await enrolment.accepted(services, user.id, credentials, enrolment_text, code)
    try:
        await services.credentials.save(enrolled)
    except VersionConflict as conflict:
        raise Denied(_OVER, OVER) from conflict
    await note_able(services, user)
    await record_own(services, user, Status.MFA_ENROLLED, request_id)
