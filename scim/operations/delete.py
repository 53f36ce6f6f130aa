"""DELETE (RFC 7644 §3.6)."""

import asyncio

from scim.domain.activities import Activity, Status, deleted_status, organizations_of
from scim.domain.ports import LastAdministrator
from scim.errors import Forbidden, NotFound
from scim.operations.accounts import last_administrator, visible_user
from scim.operations.context import Call
from scim.operations.retrying import until_settled
from scim.protocol.messages import Response
from scim.sentences import Sentence


async def user(call: Call) -> Response:
    """Delete a user: gone for SCIM, its name free, and thirty days restorable in the console (AMB-1)."""

    async def attempt() -> None:
        found, groups = await asyncio.gather(
            visible_user(call, call.route.id), call.services.users.groups_of(call.route.id)
        )
        call.check_version(found.version)
        if found.provider != call.provider.id:
            raise Forbidden("This account is managed in the console; deleting it there is an administrator's decision.")
        activity = Activity(
            id=call.services.identifiers.new(),
            time=call.services.clock.now(),
            status=deleted_status(found),
            provider=call.provider.id,
            actor=call.actor,
            subject_kind="user",
            subject_id=found.id,
            subject_name=found.user_name,
            organizations=organizations_of(found),
            detail=Sentence("deleted"),
        )
        try:
            await call.services.users.delete(found, groups, activity)
        except LastAdministrator as last:
            raise last_administrator("deleted") from last

    await until_settled(call.route.id, attempt)
    return Response(status=204)


async def group(call: Call) -> Response:
    """Delete a group; its members stay."""

    async def attempt() -> None:
        found = await call.services.groups.get(call.provider.id, call.route.id)
        if found is None:
            raise NotFound("There is no group with this id.")
        call.check_version(found.version)
        activity = Activity(
            id=call.services.identifiers.new(),
            time=call.services.clock.now(),
            status=Status.USER_GROUP_DELETED,
            provider=call.provider.id,
            actor=call.actor,
            subject_kind="group",
            subject_id=found.id,
            subject_name=found.display_name,
        )
        await call.services.groups.delete(found, activity)

    await until_settled(call.route.id, attempt)
    return Response(status=204)
