"""Replies that carry a resource."""

from collections.abc import Sequence

from scim.domain.groups import Group, Member
from scim.domain.users import User
from scim.operations.context import Call
from scim.protocol.messages import Response
from scim.protocol.representation import Reference, location, represent


async def user_reply(call: Call, user: User, status: int = 200, groups: Sequence[str] | None = None) -> Response:
    """The user, with its groups when they are asked for; they are read when they are not given."""
    return Response(status=status, body=await user_text(call, user, groups), headers=_headers(call, user, status))


async def user_text(call: Call, user: User, groups: Sequence[str] | None = None) -> str:
    """The user as JSON text."""
    references = None
    if call.projection.wants("groups"):
        groups = await call.services.users.groups_of(user.id) if groups is None else groups
        references = Reference("groups", [Member(id_, "Group") for id_ in groups], "direct") if groups else None
    return represent(user, call.services.base_url, call.projection, references)


async def group_reply(call: Call, group: Group, status: int = 200, members: Sequence[Member] | None = None) -> Response:
    """The group with its members, which are read when they are wanted and not given."""
    if not call.projection.wants("members"):
        members = None
    elif members is None:
        members = await call.services.groups.members(group.id)
    return Response(status=status, body=group_text(call, group, members), headers=_headers(call, group, status))


def group_text(call: Call, group: Group, members: Sequence[Member] | None) -> str:
    """The group as JSON text; without `members` when they are None."""
    references = None if members is None else Reference("members", members)
    return represent(group, call.services.base_url, call.projection, references)


def _headers(call: Call, resource: User | Group, status: int) -> dict[str, str]:
    headers = {"ETag": resource.version}
    url = location(call.services.base_url, resource.resource_type, resource.id)
    return headers | ({"Location": url} if status == 201 else {"Content-Location": url})  # noqa: PLR2004 - Created
