"""The own account: settings that everybody may change of theirs (R007, AMB-10)."""

import asyncio

from scim.admin import account_edits, accounts, user_roles
from scim.console.forms import filled, given
from scim.console.paths import path_to
from scim.console.routing import Page
from scim.console.time_zones import time_zones
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.accounts import AccountDetails, AccountEdit
from scim.domain.users import ALL_ORGANIZATIONS, User

PLACE = "account"


async def show(visit: Visit) -> Outcome:
    """The settings, and what others say of the person."""
    own = visit.context.principal.account_id
    details, (_, held) = await asyncio.gather(
        accounts.details(visit.context, own), user_roles.roles_of(visit.context, own)
    )
    return view(
        "account/settings.html",
        account=AccountDetails.described(details),
        version=details.account.version,
        time_zones=time_zones(),
        held=held,
        organization=await _organization_name(visit, details.account.user),
    )


async def _organization_name(visit: Visit, user: User) -> str:
    """What the organization of an end user is called; "" for who belongs to none, or to all. One storage call."""
    own = user.standing.organization
    if own is None or own == ALL_ORGANIZATIONS:
        return ""
    found = await visit.services.organizations.get(own)
    return found.name if found else own


async def save(visit: Visit) -> Outcome:
    """Save the settings."""
    values = given(visit.form, ("phone", "language", "timeZone", "idleWarningMinutes"))
    wanted = filled(AccountEdit, values | {"notifications": visit.form.is_on("notifications")})
    await account_edits.edit(visit.context, visit.context.principal.account_id, wanted.edit(), visit.version)
    return Redirect(path_to(PLACE), "account-saved")


PAGES: tuple[Page, ...] = (Page(path=f"/{PLACE}", show=show, submit=save, place=PLACE),)
