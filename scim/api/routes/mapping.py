"""Group Mapping: `/identity-providers/{providerId}/groups`."""

from scim.admin import mapping
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Paging, Parameters
from scim.contracts.mapping import GroupDetails, Groups, MappingOptions, WantedMapping
from scim.contracts.roles import ChangePreview

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


async def save(call: Call[WantedMapping, MappingOptions]) -> Reply:
    """See `ENDPOINTS`."""
    provider_id, group_id = call.path["providerId"], call.path["groupId"]
    wanted = mapping.Wanted(technician_roles=call.body.technician_roles, end_user_roles=call.body.end_user_roles)
    if not call.query.preview:
        return _reply(await mapping.save(call.context, provider_id, group_id, wanted, call.if_match))
    group, changes = await mapping.preview(call.context, provider_id, group_id, wanted)
    return _reply(group, ChangePreview.of_change(changes))


def _reply(group: mapping.MappedGroup, preview: ChangePreview | None = None) -> Reply:
    return Reply(value=GroupDetails.of_group(group, preview), version=group.version)


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
        "sign-in. With `preview=true` nothing is written: the reply is the group as it is, and `preview` tells who "
        "would gain and lose which role.",
        run=save,
        query=MappingOptions,
        body=WantedMapping,
        reply=GroupDetails,
        refusals=(404, 409, 412),
    ),
)
