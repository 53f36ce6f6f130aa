"""Links with which people choose a password: at first, and when they have forgotten theirs.

An administrator makes the link and hands it over; Rollcall sends no mail. It lives a day, and works once: it is bound
to the credentials as they were when it was made. People who are managed by SCIM get none (R010, R011).
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from scim.admin import accounts, enrolment, sessions
from scim.admin.administrator_changes import require_proof_for
from scim.admin.context import Context
from scim.admin.enrolment import Offer
from scim.admin.passwords import check_password
from scim.admin.problems import Conflicting, Denied
from scim.admin.records import note_able, record_own
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.admin.sso_accounts import sso_only
from scim.domain.activities import Status, organizations_of
from scim.domain.authority import Action
from scim.domain.people import Credentials
from scim.domain.ports import VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.users import User, display_name
from scim.sentences import Sentence

LIFETIME = timedelta(hours=24)
_PURPOSE = "invitation"


async def invite(context: Context, account_id: str, proof: str | None = None) -> tuple[str, datetime]:
    """A link for an account, and when it ends.

    Raises:
        Denied: Not an administrator, not recently signed in, or `mfa_required`: it is an administrator.
        Missing: There is no such account.
        Conflicting: `managed_by_scim`, or `inactive`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    services = context.services
    user = await accounts.get(context, account_id)
    if not _may_have_one(user):
        raise Conflicting(
            Sentence("This account is managed through SCIM and signs in at its identity provider."), "managed_by_scim"
        )
    if not user.standing.active:
        raise Conflicting(Sentence("This account is inactive. Reactivate it first."), "inactive")
    await require_proof_for(context, user, proof)
    credentials = await services.credentials.get(account_id)
    until = context.now + LIFETIME
    content = json.dumps([account_id, credentials.version, until.timestamp()])
    invitation = await services.sealer.seal(_PURPOSE, content)
    await services.activities.record(
        context.activity(
            Status.ACCOUNT_UPDATED,
            "user",
            user.id,
            user.user_name,
            provider=user.provider,
            organizations=organizations_of(user),
            detail=Sentence("invited"),
        )
    )
    return f"{services.public_url}/console/invitation#{invitation}", until


async def begin(services: Services, invitation: str) -> tuple[User, Offer | None]:
    """Whose invitation it is, and an authenticator app to be set up, if the person has none.

    Raises:
        Denied: `invitation_over`.
    """
    user, credentials = await _opened(services, invitation)
    if credentials.totp_secret:
        return user, None
    return user, await enrolment.offer(services, user.id, user.user_name)


async def accept(
    services: Services, invitation: str, password: str, enrolment_text: str, code: str, *, request_id: str, agent: str
) -> tuple[User, Ticket | None]:
    """Choose the password and, if the person has none, set up the authenticator app; then they are signed in.

    Who has an app already is not signed in: a link alone does not stand for the second factor. Nor is who has to sign
    in at a provider.

    Raises:
        Denied: `invitation_over`, or see `enrolment.accepted`.
        Invalid: See `check_password`.
    """
    user, credentials = await _opened(services, invitation)
    check_password(password, user.user_name, display_name(user))
    had_app = bool(credentials.totp_secret)
    changed = credentials
    if not had_app:
        changed = await enrolment.accepted(services, user.id, credentials, enrolment_text, code)
    changed = replace(
        changed,
        password_hash=await services.passwords.hash(password),
        password_changed_at=services.clock.now(),
    )
    try:
        await services.credentials.save(changed)
    except VersionConflict as conflict:
        raise _over() from conflict
    await sessions.end_all(services, user.id)
    await note_able(services, user)
    await record_own(services, user, Status.PASSWORD_CHANGED, request_id)
    if not had_app:
        await record_own(services, user, Status.MFA_ENROLLED, request_id)
    if had_app or await sso_only(services, user) is not None:
        return user, None
    return user, await sessions.begin(services, user, agent)


async def _opened(services: Services, invitation: str) -> tuple[User, Credentials]:
    content = await services.sealer.open(_PURPOSE, invitation)
    account_id, version, until = json.loads(content) if content else ("", "", 0)
    if services.clock.now().timestamp() >= until:
        raise _over()
    user = await services.accounts.get(account_id)
    credentials = await services.credentials.get(account_id)
    if user is None or not user.standing.active or not _may_have_one(user) or credentials.version != version:
        raise _over()
    return user, credentials


def _may_have_one(user: User) -> bool:
    """Not who is managed through SCIM (R010, R011), also not who became so since."""
    return user.provider == NATIVE or user.administrator


def _over() -> Denied:
    return Denied(Sentence("This link is not valid any more. Ask your administrator for a new one."), "invitation_over")
