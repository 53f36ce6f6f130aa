"""`/roles`: the roles of technicians and of end users."""

from scim.admin import roles
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Parameters
from scim.contracts.roles import ChangePreview, NewRole, RoleDeletion, RoleDetails, RoleEdit, Roles, RoleSearch
from scim.domain.roles import Role

TAG = "Roles"


async def read_page(call: Call[NoBody, RoleSearch]) -> Reply:
    """See `ENDPOINTS`."""
    found, following = await roles.page(call.context, call.query.type, call.query.cursor, call.query.limit)
    return Reply(value=Roles(items=tuple(RoleDetails.in_use(use) for use in found), next=following))


async def create(call: Call[NewRole, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    role = await roles.create(call.context, body.name, body.type, body.description, body.template)
    return _reply(role, location=f"/roles/{role.id}")


async def read(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    use = await roles.details(call.context, call.path["roleId"])
    return Reply(value=RoleDetails.in_use(use), version=use.role.version)


async def update(call: Call[RoleEdit, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    change = roles.RoleChange(name=body.name, description=body.description, permissions=body.permissions)
    return _reply(await roles.update(call.context, call.path["roleId"], change, call.if_match))


async def delete(call: Call[NoBody, RoleDeletion]) -> Reply:
    """See `ENDPOINTS`."""
    await roles.delete(call.context, call.path["roleId"], call.if_match, force=call.query.force)
    return Reply()


async def preview_deletion(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return Reply(value=ChangePreview.of_change(await roles.deletion_preview(call.context, call.path["roleId"])))


def _reply(role: Role, location: str | None = None) -> Reply:
    details = RoleDetails.of(role, type=role.user_type, permissions=sorted(role.permissions))
    return Reply(value=details, version=role.version, location=location)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/roles",
        name="listRoles",
        tag=TAG,
        summary="Roles by name, with how much they are used",
        description="System administrator is none of them. Up to a thousand native holders are counted of each.",
        run=read_page,
        query=RoleSearch,
        reply=Roles,
    ),
    Endpoint(
        method="POST",
        path="/roles",
        name="createRole",
        tag=TAG,
        summary="Make a role",
        description="Needs a recent sign-in.",
        run=create,
        body=NewRole,
        reply=RoleDetails,
        status=201,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path="/roles/{roleId}",
        name="readRole",
        tag=TAG,
        summary="A role, with how much it is used",
        run=read,
        reply=RoleDetails,
        refusals=(404,),
    ),
    Endpoint(
        method="PATCH",
        path="/roles/{roleId}",
        name="updateRole",
        tag=TAG,
        summary="Rename or describe a role, or change what it grants; who has it keeps it",
        description="Needs a recent sign-in.",
        run=update,
        body=RoleEdit,
        reply=RoleDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/roles/{roleId}",
        name="deleteRole",
        tag=TAG,
        summary="Delete a role; one that is used, by force only",
        description="By force, it is taken from all groups and accounts at once. Needs a recent sign-in.",
        run=delete,
        query=RoleDeletion,
        status=204,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/roles/{roleId}:previewDeletion",
        name="previewRoleDeletion",
        tag=TAG,
        summary="Who would lose the role; nothing is changed",
        run=preview_deletion,
        reply=ChangePreview,
        refusals=(404, 409),
    ),
)
