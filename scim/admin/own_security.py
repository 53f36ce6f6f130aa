"""What people change about how they sign in, and what administrators reset for them (R131, AMB-10, AMB-12)."""

from dataclasses import replace

from scim.admin import accounts, enrolment, sessions
from scim.admin.administrator_changes import LAST_ADMINISTRATOR, refuse_last
from scim.admin.attempts import begin_attempt
from scim.admin.codes import check_code, is_enrolled
from scim.admin.context import RECENT, Context
from scim.admin.enrolment import Offer
from scim.admin.passwords import check_password
from scim.admin.problems import Conflicting, Denied, Missing
from scim.admin.records import note_able, record_own
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain.activities import Status, organizations_of
from scim.domain.authority import Action
from scim.domain.ports import LastAdministrator, VersionConflict
from scim.domain.users import User, display_name
from scim.sentences import Sentence

_ONE_REMAINS = Sentence("At least one active system administrator who can sign in natively must remain.")


async def change_password(context: Context, current: str, new: str, code: str) -> None:
    """Change one's own password; all other sessions end, and this one too.

    Raises:
        Denied: `session_required`, `wrong_credentials`, or see `check_code`.
        TooManyAttempts: Wrong too often.
        Invalid: See `check_password`.
        Conflicting: Somebody changed it at the same time.
    """
    context.require_session()
    services, user = context.services, await _own(context)
    is_last = await begin_attempt(services, user.user_name)
    credentials = await services.credentials.get(user.id)
    if not await services.passwords.matches(current, credentials.password_hash):
        if is_last:
            await record_own(services, user, Status.SIGN_IN_LOCKED, context.request_id)
        raise Denied(Sentence("Your present password is not right."), "wrong_credentials")
    await services.attempts.clear(user.user_name)
    check_password(new, user.user_name, display_name(user))
    await check_code(services, user.id, code, context.request_id)
    credentials = await services.credentials.get(user.id)
    hashed = await services.passwords.hash(new)
    try:
        await services.credentials.save(replace(credentials, password_hash=hashed, password_changed_at=context.now))
    except VersionConflict as conflict:
        raise Conflicting(Sentence("Your credentials were changed at the same time. Try again.")) from conflict
    await sessions.end_all(services, user.id)
    await record_own(services, user, Status.PASSWORD_CHANGED, context.request_id)


async def offer_app(context: Context) -> Offer:
    """A new authenticator app for oneself, to be set up in place of the present one.

    Raises:
        Denied: `session_required`, `invitation_required` or `sign_in_again`.
    """
    context.require_session()
    user = await _own(context)
    if not await is_enrolled(context.services, user.id):
        _require_own_proof(context, user)
    return await enrolment.offer(context.services, user.id, user.user_name)


async def enrol_app(context: Context, enrolment_text: str, code: str, current_code: str) -> None:
    """Take the new app; who has one shows a code of it, too. All sessions end.

    Raises:
        Denied: `session_required`, or see `offer_app`, `check_code` and `enrolment.accepted`.
        Conflicting: Somebody changed it at the same time.
    """
    context.require_session()
    services, user = context.services, await _own(context)
    if not await is_enrolled(services, user.id):
        _require_own_proof(context, user)
    else:
        await check_code(services, user.id, current_code, context.request_id, field="currentCode")
    credentials = await services.credentials.get(user.id)
    changed = await enrolment.accepted(services, user.id, credentials, enrolment_text, code)
    try:
        await services.credentials.save(changed)
    except VersionConflict as conflict:
        raise Conflicting(Sentence("Your credentials were changed at the same time. Try again.")) from conflict
    await sessions.end_all(services, user.id)
    await note_able(services, user)
    await record_own(services, user, Status.MFA_ENROLLED, context.request_id)


def _require_own_proof(context: Context, user: User) -> None:
    """Check that whoever sets up a first app in a session has proven enough for that.

    Natively there is no session without an app. One that began at a provider proves what the provider says: enough for
    some time, and not for an administrator, whose codes are to hold against whoever took the provider over.

    Raises:
        Denied: `invitation_required` or `sign_in_again`.
    """
    if not context.principal.provider:
        return
    enrolment.refuse_at_provider(user)
    if context.now - context.principal.verified_at > RECENT:
        raise Denied(
            Sentence("You signed in a while ago. Sign out, sign in again, and set up the authenticator app then."),
            "sign_in_again",
        )


async def reset_app(context: Context, account_id: str, proof: str | None) -> None:
    """Take the authenticator app from an account, whose owner then sets up another one at the next sign-in.

    Raises:
        Denied: Not an administrator, or `mfa_required`.
        Missing: There is no such account.
        Conflicting: `last_administrator`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    services = context.services
    user = await accounts.get(context, account_id)
    await refuse_last(context, user, _ONE_REMAINS)
    await require_proof(context, proof, CriticalAction.RESET_MFA, account_id)
    try:
        await services.administrator_guard.disenrolling(user)
    except LastAdministrator as last:
        raise Conflicting(_ONE_REMAINS, LAST_ADMINISTRATOR) from last
    while True:
        credentials = await services.credentials.get(account_id)
        try:
            await services.credentials.save(replace(credentials, totp_secret="", failures=0, locked_until=None))
        except VersionConflict:
            continue
        break
    await services.administrator_guard.disenrolled(user)
    await note_able(services, user)  # who has set up another app in this very moment
    await sessions.end_all(services, account_id)
    await services.activities.record(
        context.activity(
            Status.MFA_RESET,
            "user",
            user.id,
            user.user_name,
            provider=user.provider,
            organizations=organizations_of(user),
            mfa=True,
        )
    )


async def end_sessions(context: Context, account_id: str) -> int:
    """End all sessions of an account; returns how many there were.

    Raises:
        Denied: Not an administrator.
        Missing: There is no such account.
    """
    context.require(Action.MANAGE_ACCOUNTS)
    user = await accounts.get(context, account_id)
    ended = await sessions.end_all(context.services, account_id)
    await context.services.activities.record(
        context.activity(
            Status.ACCOUNT_UPDATED,
            "user",
            user.id,
            user.user_name,
            provider=user.provider,
            organizations=organizations_of(user),
            detail=Sentence.counted("{number} session ended", "{number} sessions ended", ended),
        )
    )
    return ended


async def _own(context: Context) -> User:
    user = await context.services.accounts.get(context.principal.account_id)
    if user is None:
        raise Missing(Sentence("Your account is gone."))
    return user
