"""Native sign-in: name, password and time-based code, all three or nothing.

What is refused is always the same sentence, and takes as long, whether or not there is such an account. Who has a
password and no authenticator app yet sets one up in the same go.
"""

from dataclasses import dataclass

from scim.admin import enrolment, sessions
from scim.admin.attempts import begin_attempt
from scim.admin.codes import check_code, require_complete
from scim.admin.enrolment import Offer
from scim.admin.problems import Denied, SignInRequired
from scim.admin.records import note_able, record_own
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.admin.sso_accounts import refuse_sso_only
from scim.domain.activities import Status
from scim.domain.people import Credentials
from scim.domain.ports import VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.users import User
from scim.sentences import Sentence

_WRONG = Sentence("The e-mail, password or code is not right.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was typed.

    Attributes:
        name: The userName.
        password: See there.
        code: From the authenticator app; "" when none was asked for yet.
        enrolment: From the offer, when the app is being set up.
        agent: The browser.
        request_id: Of the request.
    """

    name: str
    password: str
    code: str = ""
    enrolment: str = ""
    agent: str = ""
    request_id: str = ""


class EnrolmentRequired(Denied):
    """The password is right, and there is no authenticator app yet.

    Args:
        offer: To set one up with.
    """

    def __init__(self, offer: Offer) -> None:
        super().__init__(
            Sentence("Set up an authenticator app to sign in."),
            "mfa_enrolment_required",
            {"enrolment": offer.enrolment, "secret": offer.secret, "uri": offer.uri},
        )


async def sign_in(services: Services, attempt: Attempt) -> tuple[User, Ticket]:
    """A new session.

    Raises:
        Invalid: The code is none; nothing was tried.
        SignInRequired: `wrong_credentials`, `code_required` or `account_inactive`.
        EnrolmentRequired: See there.
        Denied: `sso_required`: the account signs in at its provider.
        TooManyAttempts: Wrong too often: for this name, or of this account's codes, nothing is tried for a while.
    """
    if attempt.code:
        require_complete(attempt.code)
    began = services.clock.now()
    is_last = await begin_attempt(services, attempt.name)
    user = await _find(services, attempt.name)
    credentials = await services.credentials.get(user.id if user else "")
    if not await services.passwords.matches(attempt.password, credentials.password_hash) or user is None:
        if is_last and user is not None:
            await record_own(services, user, Status.SIGN_IN_LOCKED, attempt.request_id)
        raise SignInRequired(_WRONG, "wrong_credentials")
    await services.attempts.clear(attempt.name)  # wrong codes are counted by the account
    if not user.standing.active:
        raise SignInRequired(Sentence("Your account is inactive. Ask your administrator."), "account_inactive")
    await refuse_sso_only(services, user)
    await _check_second_factor(services, attempt, user, credentials)
    await note_able(services, user)  # an app was set up, or the account has become Native with its provider's end
    ticket = await sessions.begin(services, user, attempt.agent, began)
    await record_own(services, user, Status.SIGNED_IN, attempt.request_id)
    return user, ticket


async def _find(services: Services, name: str) -> User | None:
    owners = [provider.id for provider in await services.providers.owners()]
    return await services.users.find_by_name(name, {NATIVE, *owners})


async def _check_second_factor(services: Services, attempt: Attempt, user: User, credentials: Credentials) -> None:
    if credentials.totp_secret:
        if not attempt.code:
            raise SignInRequired(Sentence("Enter the code of your authenticator app."), "code_required")
        try:
            return await check_code(services, user.id, attempt.code, attempt.request_id)
        except Denied as wrong:
            if wrong.code == "used_code":
                raise SignInRequired(wrong.detail, wrong.code) from wrong
            raise SignInRequired(_WRONG, "wrong_credentials") from wrong
    if not attempt.enrolment:
        raise EnrolmentRequired(await enrolment.offer(services, user.id, user.user_name))
    enrolled = await enrolment.accepted(services, user.id, credentials, attempt.enrolment, attempt.code)
    try:
        await services.credentials.save(enrolled)
    except VersionConflict as conflict:
        raise Denied(
            Sentence("Your credentials were changed at the same time. Start again."), "enrolment_expired"
        ) from conflict
    await record_own(services, user, Status.MFA_ENROLLED, attempt.request_id)
    return None
