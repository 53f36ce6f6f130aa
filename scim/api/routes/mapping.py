"""Group Mapping: `/identity-providers/{providerId}/groups`."""

from scim.admin import mapping
from scim.api.contracts.base import Paging, Parameters
from scim.api.contracts.mapping import GroupDetails, Groups, WantedMapping
from scim.api.contracts.roles import ChangePreview
from scim.api.endpoints import Call, Endpoint, NoBody, Reply

TAG = "Group Mapping"
_GROUPS = "/identity-providers/{providerId}/groups"
_MAPPING = f"{_GROUPS}/{{groupId}}/mapping"


async def read_page(call: Call[NoBody, Paging]) -> Reply:
    """See `ENDPOINTS`."""
    found, following = await mapping.groups(call.context, call.path["providerId"], call.query.cursor, call.query.limit)
    return Reply(value=Groups(items=tuple(GroupDetails.of_group(each) for each in found), next=following))


async def read(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _reply(await mapping.details(call.context, call.path["providerId"], call.path["groupId"]))


async def save(call: Call[WantedMapping, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider_id, group_id = call.path["providerId"], call.path["groupId"]
    return _reply(await mapping.save(call.context, provider_id, group_id, _wanted(call.body), call.if_match))


async def preview(call: Call[WantedMapping, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider_id, group_id = call.path["providerId"], call.path["groupId"]
    group, found = await mapping.preview(call.context, provider_id, group_id, _wanted(call.body))
    return Reply(value=ChangePreview.of_change(found), version=group.version)


def _wanted(body: WantedMapping) -> mapping.Wanted:
    return mapping.Wanted(technician_roles=body.technician_roles, end_user_roles=body.end_user_roles)


def _reply(group: mapping.MappedGroup) -> Reply:
    return Reply(value=GroupDetails.of_group(group), version=group.version)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_GROUPS,
        name="listGroups",
        tag=TAG,
        summary="The identity groups that a provider sent, with their user roles",
        description="Up to a thousand members are counted of each group. Shorter pages tell `technicians` and "
        "`endUsers` where longer ones do not.",
        run=read_page,
        query=Paging,
        reply=Groups,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=_MAPPING,
        name="readGroupMapping",
        tag=TAG,
        summary="A group with its user roles",
        run=read,
        reply=GroupDetails,
        refusals=(404,),
    ),
    Endpoint(
        method="PUT",
        path=_MAPPING,
        name="saveGroupMapping",
        tag=TAG,
        summary="Map a group to roles: all its members, present and future, have those of their type",
        description="For system administrators. One row is written, whatever the size of the group. Needs a recent "
        "sign-in.",
        run=save,
        body=WantedMapping,
        reply=GroupDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path=f"{_MAPPING}:preview",
        name="previewGroupMapping",
        tag=TAG,
        summary="Who would gain and lose which role by a mapping; nothing is changed",
        description="The `ETag` is that of the mapping as it is: send it as `If-Match` when you save.",
        run=preview,
        body=WantedMapping,
        reply=ChangePreview,
        refusals=(404, 409),
    ),
)
