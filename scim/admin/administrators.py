"""System administrators: made and unmade by hand, by one of them, with a code (R016, R017).

SCIM never does it, and an account that SCIM manages can be one. Whatever happens, one active system administrator who
can sign in natively remains (AMB-11).
"""

from dataclasses import replace

from scim.admin import sessions
from scim.admin.accounts import Account, load
from scim.admin.administrator_changes import LAST_ADMINISTRATOR, refuse_last
from scim.admin.concurrency import until_settled
from scim.admin.context import Context
from scim.admin.problems import Conflicting
from scim.admin.records import note_able
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain.activities import Status
from scim.domain.authority import Action
from scim.domain.ports import LastAdministrator
from scim.domain.users import UserType
from scim.sentences import Sentence

_ONE_REMAINS = Sentence("At least one active system administrator must remain.")


async def grant(context: Context, account_id: str, proof: str | None, if_match: str | None = None) -> Account:
    """Make a technician a system administrator, whoever manages the account; sessions begin anew.

    Raises:
        Denied: Not an administrator, not recently signed in, or `mfa_required`.
        Missing: There is no account with this id.
        Changed: It is not as the administrator read it.
        Conflicting: `not_a_technician`.
    """
    return await _change(context, account_id, proof, if_match, administrator=True)


async def revoke(context: Context, account_id: str, proof: str | None, if_match: str | None = None) -> Account:
    """Make a system administrator a technician like others; sessions end, access tokens are dead.

    Raises:
        Denied: Not an administrator, not recently signed in, or `mfa_required`.
        Missing: There is no account with this id.
        Changed: It is not as the administrator read it.
        Conflicting: `last_administrator`.
    """
    return await _change(context, account_id, proof, if_match, administrator=False)


async def _change(
    context: Context, account_id: str, proof: str | None, if_match: str | None, *, administrator: bool
) -> Account:
    context.require_recent(Action.MANAGE_ACCOUNTS)
    account = await load(context, account_id)
    account.check_version(if_match)
    if account.user.administrator is administrator:
        return account
    _check_type(account, administrator=administrator)
    if not administrator:
        await refuse_last(context, account.user, _ONE_REMAINS)
    action = CriticalAction.GRANT_ADMINISTRATOR if administrator else CriticalAction.REVOKE_ADMINISTRATOR
    await require_proof(context, proof, action, account_id)

    async def attempt() -> None:
        present = await load(context, account_id)
        present.check_version(if_match)
        _check_type(present, administrator=administrator)
        before = present.user
        after = replace(before, administrator=administrator, modified=context.now)
        activity = context.activity(
            Status.ADMINISTRATOR_ADDED if administrator else Status.ADMINISTRATOR_REMOVED,
            "user",
            after.id,
            after.user_name,
            provider=after.provider,
            mfa=True,
        )
        try:
            stored = await context.services.users.update(before, after, activity)
        except LastAdministrator as last:
            raise Conflicting(_ONE_REMAINS, LAST_ADMINISTRATOR) from last
        await note_able(context.services, stored)

    await until_settled(attempt)
    await sessions.end_all(context.services, account_id)
    return await load(context, account_id)


def _check_type(account: Account, *, administrator: bool) -> None:
    if administrator and account.user.standing.user_type is UserType.END_USER:
        raise Conflicting(Sentence("Only technicians can be system administrators."), "not_a_technician")
