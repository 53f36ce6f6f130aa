"""Dashboard → Organization dashboard: one organization at a glance, and the way to its activities (R104)."""

import asyncio

from scim.admin import activities, organizations
from scim.console import activity_labels as labels
from scim.console.pages.activities import ORGANIZATIONS, Log
from scim.console.routing import Page
from scim.console.views import Outcome, view
from scim.console.visits import Visit
from scim.contracts.organizations import OrganizationSearch
from scim.domain.activity_log import ActivityFilter

_LATEST = 5


async def choose(visit: Visit) -> Outcome:
    """Pick one."""
    query = visit.parameters(OrganizationSearch)
    found, following = await organizations.page(visit.context, query.name, query.cursor, query.limit)
    return view("organization_dashboard/choose.html", organizations=found, next=following, query=query)


async def show(visit: Visit) -> Outcome:
    """The dashboard of one."""
    organization_id = visit.path["organizationId"]
    (organization, end_users), latest = await asyncio.gather(
        organizations.details(visit.context, organization_id),
        activities.page(visit.context, ActivityFilter(organization=organization_id), "", _LATEST),
    )
    return view(
        "organization_dashboard/show.html",
        organization=organization,
        end_users=end_users,
        log=Log(organization),
        latest=latest.activities,
        labels=labels,
    )


PAGES = (
    Page(path=f"/{ORGANIZATIONS}", show=choose, place=ORGANIZATIONS),
    Page(path=f"/{ORGANIZATIONS}/{{organizationId}}", show=show, place=ORGANIZATIONS),
)
