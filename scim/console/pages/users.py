"""Administration → Accounts → All users (R019, R129)."""

from scim.admin import accounts, adoptions, new_accounts
from scim.console.forms import filled, given
from scim.console.organization_choices import organization_choices
from scim.console.pages import adoption_queue, selected_users
from scim.console.pages.invitation_links import invited
from scim.console.paths import USERS, path_to
from scim.console.routing import Page
from scim.console.views import Download, Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.accounts import AccountFilters, AccountQuery, NewAccount
from scim.domain.accounts import AccountState
from scim.domain.authority import Action
from scim.web.account_csv import FILE_NAME, account_csv
from scim.web.csv_text import CSV

_NEW_FIELDS = ("email", "userName", "givenName", "familyName", "displayName", "userType", "organizationId")


async def show_list(visit: Visit) -> Outcome:
    """The list. Its filters are in the address, so that it can be sent."""
    query = visit.parameters(AccountQuery)
    found = await accounts.page(visit.context, query.wanted(), query.cursor, query.limit)
    organizations = await organization_choices(
        visit, {query.organization, *(each.summary.organization for each in found.items)}
    )
    return view(
        "users/list.html",
        found=found,
        query=query,
        filters=query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "limit"}),
        deleted=AccountState.DELETED in query.state,
        organizations=organizations,
        waiting=await _waiting(visit),
    )


async def export(visit: Visit) -> Outcome:
    """The list as a file, by the same filters."""
    content = await account_csv(visit.context, visit.parameters(AccountFilters).wanted())
    return Download(name=FILE_NAME, content=content, media_type=CSV)


async def show_new(visit: Visit) -> Outcome:
    """*Add user*."""
    visit.context.require(Action.MANAGE_ACCOUNTS)
    return view("users/add.html", organizations=await organization_choices(visit))


async def add(visit: Visit) -> Outcome:
    """Add a native account and, if that is wanted, make the link with which it sets itself up."""
    wanted = filled(NewAccount, given(visit.form, _NEW_FIELDS))
    account = await new_accounts.create(visit.context, wanted.fields())
    if visit.form.is_on("invite"):
        return await invited(visit, account.user.id)
    return Redirect(path_to(USERS, account.user.id), "user-added")


async def _waiting(visit: Visit) -> int:
    """How many accounts wait in adoption queues, for those who decide about them."""
    return await adoptions.count(visit.context) if visit.may(Action.MANAGE_ACCOUNTS) else 0


PAGES = (
    Page(path=f"/{USERS}", show=show_list, place=USERS),
    Page(path=f"/{USERS}/export", show=export, place=USERS),
    Page(path=f"/{USERS}/add", show=show_new, submit=add, place=USERS),
    *selected_users.PAGES,
    *adoption_queue.PAGES,
)
