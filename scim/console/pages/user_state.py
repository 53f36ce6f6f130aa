"""The account configuration page → what makes and unmakes an account: each asks first, and says what it means."""

from collections.abc import Awaitable, Callable
from functools import partial

from scim.admin import account_edits, accounts, administrators, new_accounts
from scim.admin.accounts import Account
from scim.admin.context import Context
from scim.admin.step_up import CriticalAction
from scim.console.account_page import ONE, account_dialog, account_path
from scim.console.forms import filled, given
from scim.console.organization_choices import organization_choices
from scim.console.paths import USERS, path_to
from scim.console.proofs import with_proof, with_proof_for_administrator
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.accounts import Restoration
from scim.domain.authority import Action
from scim.domain.users import display_name
from scim.sentences import Sentence


async def set_active(visit: Visit, *, active: bool) -> Outcome:
    """Deactivate, or reactivate."""
    account_id = visit.path["accountId"]
    user = await accounts.get(visit.context, account_id)
    name = display_name(user)
    purpose = Sentence("reactivate {name}", name=name) if active else Sentence("deactivate {name}", name=name)

    async def change(context: Context, proof: str | None) -> None:
        await account_edits.set_active(context, account_id, visit.version, proof, active=active)

    await with_proof_for_administrator(visit, user, purpose, change)
    return Redirect(account_path(account_id), "user-reactivated" if active else "user-deactivated")


async def delete(visit: Visit) -> Outcome:
    """Delete."""
    user = await accounts.get(visit.context, visit.path["accountId"])

    async def change(context: Context, proof: str | None) -> None:
        await account_edits.delete(context, user.id, visit.version, proof)

    purpose = Sentence("delete {name}", name=display_name(user))
    await with_proof_for_administrator(visit, user, purpose, change)
    return Redirect(path_to(USERS), "user-deleted")


async def show_restore(visit: Visit) -> Outcome:
    """*Restore*."""
    visit.context.require(Action.MANAGE_ACCOUNTS)
    tombstone = await new_accounts.deleted(visit.context, visit.path["accountId"])
    organizations = await organization_choices(visit, [tombstone.user.standing.organization])
    return view("users/restore.html", tombstone=tombstone, organizations=organizations)


async def restore(visit: Visit) -> Outcome:
    """Restore."""
    account_id = visit.path["accountId"]
    wanted = filled(Restoration, given(visit.form, ("organizationId",)))
    await new_accounts.restore(visit.context, account_id, wanted.organization_id)
    return Redirect(account_path(account_id), "user-restored")


async def grant(visit: Visit) -> Outcome:
    """Make a system administrator (R017)."""

    def purpose(name: str) -> Sentence:
        return Sentence("make {name} a system administrator", name=name)

    action, notice = CriticalAction.GRANT_ADMINISTRATOR, "administrator-granted"
    return await _administrate(visit, action, purpose, administrators.grant, notice)


async def revoke(visit: Visit) -> Outcome:
    """Take that away."""

    def purpose(name: str) -> Sentence:
        return Sentence("make {name} a system administrator no longer", name=name)

    action, notice = CriticalAction.REVOKE_ADMINISTRATOR, "administrator-revoked"
    return await _administrate(visit, action, purpose, administrators.revoke, notice)


async def _administrate(
    visit: Visit,
    action: CriticalAction,
    purpose: Callable[[str], Sentence],
    use_case: Callable[[Context, str, str | None, str | None], Awaitable[Account]],
    notice: str,
) -> Outcome:
    account_id = visit.path["accountId"]
    user = await accounts.get(visit.context, account_id)

    async def change(context: Context, proof: str | None) -> Account:
        return await use_case(context, account_id, proof, visit.version)

    await with_proof(visit, action, account_id, purpose(display_name(user)), change)
    return Redirect(account_path(account_id), notice)


PAGES = (
    Page(
        path=f"{ONE}/deactivate",
        show=account_dialog("deactivate"),
        submit=partial(set_active, active=False),
        place=USERS,
    ),
    Page(
        path=f"{ONE}/reactivate",
        show=account_dialog("reactivate"),
        submit=partial(set_active, active=True),
        place=USERS,
    ),
    Page(path=f"{ONE}/delete", show=account_dialog("delete"), submit=delete, place=USERS),
    Page(path=f"{ONE}/restore", show=show_restore, submit=restore, place=USERS),
    Page(
        path=f"{ONE}/administrator/grant",
        show=account_dialog("administrator_grant"),
        submit=grant,
        place=USERS,
    ),
    Page(
        path=f"{ONE}/administrator/revoke",
        show=account_dialog("administrator_revoke"),
        submit=revoke,
        place=USERS,
    ),
)
