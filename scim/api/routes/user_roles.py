"""`/users/{accountId}/roles`: which roles an account has, and why."""

from scim.admin import user_roles
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Parameters
from scim.contracts.roles import ChangePreview
from scim.contracts.user_roles import AccountRole, AccountRoles, WantedRoles

TAG = "Roles of accounts"


async def read_all(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    _, held = await user_roles.roles_of(call.context, call.path["accountId"])
    return Reply(value=AccountRoles(items=tuple(AccountRole.of_held(each) for each in held)))


async def give(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account_id, role_id = call.path["accountId"], call.path["roleId"]
    held = await user_roles.give(call.context, account_id, role_id)
    return Reply(value=AccountRole.of_held(held), location=f"/users/{account_id}/roles/{role_id}")


async def take(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await user_roles.take(call.context, call.path["accountId"], call.path["roleId"])
    return Reply()


async def why(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    _, held = await user_roles.why(call.context, call.path["accountId"], call.path["roleId"])
    return Reply(value=AccountRole.of_held(held))


async def preview(call: Call[WantedRoles, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    found = await user_roles.preview(call.context, call.path["accountId"], call.body.add, call.body.remove)
    return Reply(value=ChangePreview.of_change(found))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/users/{accountId}/roles",
        name="listUserRoles",
        tag=TAG,
        summary="The roles of an account, each with its sources: Native or SCIM",
        description="Everybody may see their own.",
        run=read_all,
        reply=AccountRoles,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}/roles/{roleId}",
        name="giveUserRole",
        tag=TAG,
        summary="Give an account a Native role, also one that SCIM manages",
        description="Needs a recent sign-in.",
        run=give,
        reply=AccountRole,
        status=201,
        refusals=(404, 409),
    ),
    Endpoint(
        method="DELETE",
        path="/users/{accountId}/roles/{roleId}",
        name="takeUserRole",
        tag=TAG,
        summary="Take a Native role from an account; what groups give stays",
        description="Needs a recent sign-in.",
        run=take,
        status=204,
        refusals=(404, 409),
    ),
    Endpoint(
        method="GET",
        path="/users/{accountId}/roles/{roleId}/why",
        name="explainUserRole",
        tag=TAG,
        summary="Why an account has a role: from the account over groups and mappings to the role",
        run=why,
        reply=AccountRole,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}/roles:preview",
        name="previewUserRoles",
        tag=TAG,
        summary="What giving and taking Native roles would do; nothing is changed",
        run=preview,
        body=WantedRoles,
        reply=ChangePreview,
        refusals=(404, 409),
    ),
)
