"""Administration → Organizations (R055-R063, R130)."""

from scim.admin import organizations
from scim.console.forms import filled, given
from scim.console.paths import ORGANIZATIONS, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.organizations import NewOrganization, OrganizationChange, OrganizationSearch
from scim.domain.authority import Action

_ONE = f"/{ORGANIZATIONS}/{{organizationId}}"


async def show_list(visit: Visit) -> Outcome:
    """The list."""
    query = visit.parameters(OrganizationSearch)
    found, following = await organizations.page(visit.context, query.name, query.cursor, query.limit)
    return view("organizations/list.html", organizations=found, next=following, query=query)


async def show_new(visit: Visit) -> Outcome:
    """*Add organization*."""
    visit.context.require(Action.MANAGE_ORGANIZATIONS)
    return view("organizations/add.html")


async def add(visit: Visit) -> Outcome:
    """Add it."""
    wanted = filled(NewOrganization, given(visit.form, ("name", "id")))
    await organizations.create(visit.context, wanted.name, wanted.id)
    return Redirect(path_to(ORGANIZATIONS), "organization-added")


async def show_rename(visit: Visit) -> Outcome:
    """*Edit*."""
    visit.context.require(Action.MANAGE_ORGANIZATIONS)
    organization, _ = await organizations.details(visit.context, visit.path["organizationId"])
    return view("organizations/rename.html", organization=organization)


async def rename(visit: Visit) -> Outcome:
    """Rename it."""
    wanted = filled(OrganizationChange, given(visit.form, ("name",)))
    await organizations.rename(visit.context, visit.path["organizationId"], wanted.name, visit.version)
    return Redirect(path_to(ORGANIZATIONS), "organization-renamed")


async def show_delete(visit: Visit) -> Outcome:
    """*Delete*."""
    visit.context.require(Action.MANAGE_ORGANIZATIONS)
    organization, count = await organizations.details(visit.context, visit.path["organizationId"])
    return view("organizations/delete.html", organization=organization, count=count)


async def delete(visit: Visit) -> Outcome:
    """Begin the deletion."""
    await organizations.delete(visit.context, visit.path["organizationId"], visit.version)
    return Redirect(path_to(ORGANIZATIONS), "organization-deleting")


PAGES = (
    Page(path=f"/{ORGANIZATIONS}", show=show_list, place=ORGANIZATIONS),
    Page(path=f"/{ORGANIZATIONS}/add", show=show_new, submit=add, place=ORGANIZATIONS),
    Page(path=f"{_ONE}/rename", show=show_rename, submit=rename, place=ORGANIZATIONS),
    Page(path=f"{_ONE}/delete", show=show_delete, submit=delete, place=ORGANIZATIONS),
)
