"""Group Mapping of a provider: the section of its page, and the dialog of a group (R077-R087)."""

from collections.abc import Mapping

from scim.admin import mapping, roles
from scim.admin.impacts import Preview
from scim.admin.mapping import MappedGroup, Wanted
from scim.console.paths import IDENTITY_PROVIDERS, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.base import Paging
from scim.contracts.mapping import WantedMapping
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.users import UserType

_GROUP = f"/{IDENTITY_PROVIDERS}/{{providerId}}/groups/{{groupId}}"
_FIELDS = ("technicianRoles", "endUserRoles")
_PREVIEW = "preview"
"""The button that only asks what would change."""


async def section(visit: Visit, provider: Provider) -> Mapping[str, object]:
    """What `providers/mapping_section.html` shows on the provider page."""
    query = visit.parameters(Paging)
    groups, following = await mapping.groups(visit.context, provider.id, query.cursor, query.limit)
    return {"groups": groups, "next_groups": following, "is_later_page": bool(query.cursor)}


async def show(visit: Visit) -> Outcome:
    """*Edit group mapping*."""
    context = visit.context
    context.require(Action.MANAGE_MAPPING)
    return await _dialog(visit, await mapping.details(context, visit.path["providerId"], visit.path["groupId"]))


async def submit(visit: Visit) -> Outcome:
    """Save it, or tell what saving would change."""
    body = visit.body(WantedMapping, {name: visit.form.all(name) for name in _FIELDS})
    wanted = Wanted(technician_roles=body.technician_roles, end_user_roles=body.end_user_roles)
    provider_id, group_id = visit.path["providerId"], visit.path["groupId"]
    if _PREVIEW in visit.form:
        group, changes = await mapping.preview(visit.context, provider_id, group_id, wanted)
        return await _dialog(visit, group, changes)
    await mapping.save(visit.context, provider_id, group_id, wanted, visit.version)
    return Redirect(path_to(IDENTITY_PROVIDERS, provider_id), "mapping-saved")


async def _dialog(visit: Visit, group: MappedGroup, changes: Preview | None = None) -> View:
    """The dialog.

    Args:
        visit: Whose.
        group: The group; in a preview its members are not told apart, and the changes do.
        changes: What was asked for; None before anybody did.
    """
    offered = await roles.every(visit.context)
    return view(
        "providers/mapping.html",
        group=group,
        members=changes or group.members,
        technician_roles=[role for role in offered if role.user_type is UserType.TECHNICIAN],
        end_user_roles=[role for role in offered if role.user_type is UserType.END_USER],
        changes=changes,
        role_names={each.role.id: each.role.name for each in changes.roles} if changes else {},
    )


PAGES = (Page(path=_GROUP, show=show, submit=submit, place=IDENTITY_PROVIDERS),)
