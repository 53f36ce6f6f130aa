"""The account configuration page: what an account is, and may be changed to (R003-R009, R017)."""

from collections.abc import Mapping
from typing import Any

from scim.admin import account_edits, accounts, new_accounts
from scim.admin.problems import Missing
from scim.console.account_page import ONE, account_page, account_path
from scim.console.forms import Form, filled, given
from scim.console.organization_choices import organization_choices
from scim.console.pages import user_activity, user_roles, user_security, user_state
from scim.console.paths import USERS
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.accounts import AccountEdit
from scim.domain.authority import Action

_FIELDS = (
    "givenName",
    "familyName",
    "displayName",
    "email",
    "userName",
    "userType",
    "organizationId",
    "phone",
    "language",
    "timeZone",
    "idleWarningMinutes",
)


async def show(visit: Visit) -> Outcome:
    """*General*; of a deleted account, that it is."""
    visit.context.require(Action.VIEW_ACCOUNTS)
    account_id = visit.path["accountId"]
    try:
        details = await accounts.details(visit.context, account_id)
    except Missing:
        tombstone = await new_accounts.deleted(visit.context, account_id)
        return view("users/deleted.html", tombstone=tombstone)
    organizations = await organization_choices(visit, [details.account.user.standing.organization])
    return account_page(visit, "general", details, organizations=organizations)


async def save(visit: Visit) -> Outcome:
    """Change what was changed in the form."""
    account_id = visit.path["accountId"]
    wanted = filled(AccountEdit, _values(visit.form))
    await account_edits.edit(visit.context, account_id, wanted.edit(), visit.version)
    return Redirect(account_path(account_id), "user-saved")


def _values(form: Form) -> Mapping[str, Any]:
    """What the form holds: fields that are locked are not in it. A checkbox that is off sends nothing."""
    return given(form, _FIELDS) | {"notifications": form.is_on("notifications")}


PAGES = (
    Page(path=ONE, show=show, submit=save, place=USERS),
    *user_state.PAGES,
    *user_security.PAGES,
    *user_roles.PAGES,
    *user_activity.PAGES,
)
