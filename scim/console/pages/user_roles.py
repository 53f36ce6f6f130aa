"""The account configuration page → Roles: which, where each comes from, and why (R088-R093)."""

from scim.admin import accounts, user_roles
from scim.console.account_page import ONE, account_page, account_path
from scim.console.forms import filled
from scim.console.paths import USERS
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.user_roles import WantedRoles
from scim.domain.authority import Action

_ROLE = f"{ONE}/roles/{{roleId}}"


async def show(visit: Visit) -> Outcome:
    """The tab."""
    visit.context.require(Action.VIEW_ACCOUNTS)
    account_id = visit.path["accountId"]
    details = await accounts.details(visit.context, account_id)
    _, held = await user_roles.roles_of(visit.context, account_id)
    return account_page(visit, "roles", details, held=held)


async def show_add(visit: Visit) -> Outcome:
    """*Add role*."""
    user, roles = await user_roles.offered(visit.context, visit.path["accountId"])
    return view("users/role_add.html", user=user, roles=roles, chosen=visit.form.text("roleId"), preview=None)


async def add(visit: Visit) -> Outcome:
    """Give the role, or show what that would change."""
    account_id, role_id = visit.path["accountId"], visit.form.text("roleId")
    wanted = filled(WantedRoles, {"add": [role_id]})
    if visit.form.is_on("preview"):
        user, roles = await user_roles.offered(visit.context, account_id)
        preview = await user_roles.preview(visit.context, account_id, wanted.add, ())
        return view("users/role_add.html", user=user, roles=roles, chosen=role_id, preview=preview)
    await user_roles.give(visit.context, account_id, role_id)
    return Redirect(account_path(account_id, "roles"), "role-given")


async def show_remove(visit: Visit) -> Outcome:
    """*Remove*, with what is lost by it."""
    visit.context.require(Action.MANAGE_ACCOUNTS)
    user, held = await user_roles.why(visit.context, visit.path["accountId"], visit.path["roleId"])
    return view("users/role_remove.html", user=user, held=held)


async def remove(visit: Visit) -> Outcome:
    """Take the Native role; what groups give stays."""
    account_id = visit.path["accountId"]
    await user_roles.take(visit.context, account_id, visit.path["roleId"])
    return Redirect(account_path(account_id, "roles"), "role-taken")


async def show_why(visit: Visit) -> Outcome:
    """*Why?*: from the person over groups and mappings to the role."""
    visit.context.require(Action.VIEW_ACCOUNTS)
    user, held = await user_roles.why(visit.context, visit.path["accountId"], visit.path["roleId"])
    return view("users/role_why.html", user=user, held=held)


PAGES = (
    Page(path=f"{ONE}/roles", show=show, place=USERS),
    Page(path=f"{ONE}/roles/add", show=show_add, submit=add, place=USERS),
    Page(path=f"{_ROLE}/remove", show=show_remove, submit=remove, place=USERS),
    Page(path=f"{_ROLE}/why", show=show_why, place=USERS),
)
