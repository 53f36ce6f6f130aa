"""Group Mapping of a provider: the section on its page, and *Edit* (R077-R087, AMB-33)."""

from collections.abc import Mapping

from scim.admin import mapping, roles
from scim.admin.impacts import Preview
from scim.admin.mapping import MappedGroup, Members, Wanted
from scim.console.forms import filled
from scim.console.paths import IDENTITY_PROVIDERS, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.mapping import WantedMapping
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.users import UserType

_ONE = f"/{IDENTITY_PROVIDERS}/{{providerId}}/groups/{{groupId}}"
_GROUPS = 50
"""Groups on a page of the section."""
_CURSOR = "groups"
_PREVIEW = "preview"
"""The field that asks what saving would do, instead of saving."""


async def section(visit: Visit, provider: Provider) -> Mapping[str, object]:
    """What `providers/mapping_section.html` shows on the provider page."""
    cursor = visit.query(_CURSOR)
    groups, following = await mapping.groups(visit.context, provider.id, cursor, _GROUPS)
    return {"groups": groups, "groups_next": following, "groups_are_further": bool(cursor)}


async def show_edit(visit: Visit) -> Outcome:
    """*Edit*: the roles of both types, and those that the group is mapped to."""
    context, path = visit.context, visit.path
    context.require(Action.MANAGE_MAPPING)
    mapped = await mapping.details(context, path["providerId"], path["groupId"])
    return await _dialog(visit, mapped, mapped.members)


async def edit(visit: Visit) -> Outcome:
    """Save the mapping, or tell what that would do."""
    context, path = visit.context, visit.path
    body = filled(WantedMapping, {name: visit.form.all(name) for name in ("technicianRoles", "endUserRoles")})
    wanted = Wanted(technician_roles=body.technician_roles, end_user_roles=body.end_user_roles)
    if visit.form.is_on(_PREVIEW):
        mapped, preview = await mapping.preview(context, path["providerId"], path["groupId"], wanted)
        members = Members(count=mapped.members.count, technicians=preview.technicians, end_users=preview.end_users)
        return await _dialog(visit, mapped, members, preview)
    await mapping.save(context, path["providerId"], path["groupId"], wanted, visit.version)
    return Redirect(path_to(IDENTITY_PROVIDERS, path["providerId"]), "mapping-saved")


async def _dialog(visit: Visit, mapped: MappedGroup, members: Members, preview: Preview | None = None) -> View:
    known = await roles.choices(visit.context)
    form = visit.form
    is_typed = bool(form.pairs)
    return view(
        "providers/edit_mapping.html",
        mapped=mapped,
        members=members,
        technician_roles=[role for role in known if role.user_type is UserType.TECHNICIAN],
        end_user_roles=[role for role in known if role.user_type is UserType.END_USER],
        chosen={*form.all("technicianRoles"), *form.all("endUserRoles")} if is_typed else {*mapped.mapping.roles},
        preview=preview,
    )


PAGES = (Page(path=_ONE, show=show_edit, submit=edit, place=IDENTITY_PROVIDERS),)
