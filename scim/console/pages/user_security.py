"""The account configuration page → Security: how the account signs in (R010-R012, AMB-10)."""

from scim.admin import accounts, own_security
from scim.admin.context import Context
from scim.admin.step_up import CriticalAction
from scim.console.account_page import ONE, account_dialog, account_page, account_path, save_edit
from scim.console.forms import filled, given
from scim.console.pages.invitation_links import invited
from scim.console.paths import USERS
from scim.console.proofs import with_proof
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect
from scim.console.visits import Visit
from scim.contracts.accounts import AccountEdit
from scim.domain.authority import Action
from scim.domain.users import display_name
from scim.sentences import Sentence


async def show(visit: Visit) -> Outcome:
    """The tab."""
    visit.context.require(Action.VIEW_ACCOUNTS)
    return account_page(visit, "security", await accounts.details(visit.context, visit.path["accountId"]))


async def save(visit: Visit) -> Outcome:
    """Change the authentication type."""
    account_id = visit.path["accountId"]
    wanted = filled(AccountEdit, given(visit.form, ("authenticationType",)))
    await save_edit(visit, account_id, wanted)
    return Redirect(account_path(account_id, "security"), "user-saved")


async def reset(visit: Visit) -> Outcome:
    """Take the authenticator app away."""
    account_id = visit.path["accountId"]
    user = await accounts.get(visit.context, account_id)

    async def change(context: Context, proof: str | None) -> None:
        await own_security.reset_app(context, account_id, proof)

    purpose = Sentence("reset the MFA of {name}", name=display_name(user))
    await with_proof(visit, CriticalAction.RESET_MFA, account_id, purpose, change)
    return Redirect(account_path(account_id, "security"), "mfa-reset")


async def end_sessions(visit: Visit) -> Outcome:
    """End them."""
    account_id = visit.path["accountId"]
    await own_security.end_sessions(visit.context, account_id)
    return Redirect(account_path(account_id, "security"), "sessions-ended")


async def invite(visit: Visit) -> Outcome:
    """Make the link, and show it."""
    return await invited(visit, visit.path["accountId"])


PAGES = (
    Page(path=f"{ONE}/security", show=show, submit=save, place=USERS),
    Page(path=f"{ONE}/security/reset-mfa", show=account_dialog("reset_mfa"), submit=reset, place=USERS),
    Page(
        path=f"{ONE}/security/end-sessions",
        show=account_dialog("end_sessions"),
        submit=end_sessions,
        place=USERS,
    ),
    Page(path=f"{ONE}/security/invite", show=account_dialog("invite"), submit=invite, place=USERS),
)
