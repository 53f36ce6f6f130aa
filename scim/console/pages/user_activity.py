"""The account configuration page → Activity: what was done to the account last."""

from scim.admin import accounts, activities
from scim.console.account_page import ONE, account_page
from scim.console.paths import USERS
from scim.console.routing import Page
from scim.console.views import Outcome
from scim.console.visits import Visit
from scim.domain.activity_log import ActivityFilter
from scim.domain.authority import Action

_SHOWN = 25


async def show(visit: Visit) -> Outcome:
    """The tab."""
    visit.context.require(Action.VIEW_ACCOUNTS)
    account_id = visit.path["accountId"]
    details = await accounts.details(visit.context, account_id)
    found = await activities.page(visit.context, ActivityFilter(subject=account_id), "", _SHOWN)
    return account_page(visit, "activity", details, found=found)


PAGES = (Page(path=f"{ONE}/activity", show=show, place=USERS),)
