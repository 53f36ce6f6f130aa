"""GET of one resource (RFC 7644 §3.4.1)."""

import asyncio

from scim.domain.groups import Group
from scim.domain.users import User
from scim.errors import NotFound
from scim.operations.accounts import visible_user
from scim.operations.context import Call
from scim.operations.replies import group_reply, user_reply
from scim.protocol.messages import Response
from scim.protocol.preconditions import check_if_match, is_not_modified


async def user(call: Call) -> Response:
    """Read a user, and at the same time its groups when they are asked for."""
    if not call.projection.wants("groups"):
        found = await visible_user(call, call.route.id)
        return _unchanged(call, found) or await user_reply(call, found)
    found, groups = await asyncio.gather(
        visible_user(call, call.route.id), call.services.users.groups_of(call.route.id)
    )
    return _unchanged(call, found) or await user_reply(call, found, groups=groups)


async def group(call: Call) -> Response:
    """Read a group."""
    found = await call.services.groups.get(call.provider.id, call.route.id)
    if found is None:
        raise NotFound("There is no group with this id.")
    return _unchanged(call, found) or await group_reply(call, found)


def _unchanged(call: Call, resource: User | Group) -> Response | None:
    """304 when the client has this version; refused when it asked for another (RFC 7644 §3.14)."""
    check_if_match(call.if_match, resource.version)
    if not call.projection.wants("groups") and is_not_modified(
        call.request.headers.get("if-none-match"), resource.version
    ):
        return Response(status=304, headers={"ETag": resource.version})
    return None
