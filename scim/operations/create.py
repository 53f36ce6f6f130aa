"""POST on an endpoint (RFC 7644 §3.3)."""

from scim.domain.activities import Activity, Status, created_status, organizations_of
from scim.domain.details import NO_DETAIL
from scim.domain.groups import Group
from scim.domain.ports import NameTaken
from scim.domain.resources import document_text
from scim.domain.users import User, with_defaults
from scim.errors import Uniqueness
from scim.operations.accounts import assess, detail, name_conflict
from scim.operations.bodies import read_resource
from scim.operations.context import Call
from scim.operations.replies import group_reply, user_reply
from scim.operations.rosters import admitted
from scim.protocol.messages import Response


async def user(call: Call) -> Response:
    """Create a user. A name that anybody holds is a conflict: creating never takes over an account (security)."""
    parsed = read_resource(call)
    _ = call.projection  # a malformed one is refused before anything is written
    document = with_defaults(parsed.document)
    standing = await assess(call, document)
    now = call.services.clock.now()
    created = User(
        id=call.services.identifiers.new(),
        provider=call.provider.id,
        text=document_text(document),
        created=now,
        modified=now,
        standing=standing,
    )
    activity = Activity(
        id=call.services.identifiers.new(),
        time=now,
        status=created_status(created),
        provider=call.provider.id,
        actor=call.actor,
        subject_kind="user",
        subject_id=created.id,
        subject_name=document["userName"],
        organizations=organizations_of(created),
        detail=detail(NO_DETAIL, parsed.unknown),
    )
    try:
        stored = await call.services.users.create(created, activity)
    except NameTaken as taken:
        raise await name_conflict(call, taken, document["userName"]) from taken
    return await user_reply(call, stored, 201)


async def group(call: Call) -> Response:
    """Create a group, with the members that exist here."""
    parsed = read_resource(call)
    _ = call.projection
    known, ignored = await admitted(call, (member["value"] for member in parsed.members or ()))
    members = list(known.values())
    now = call.services.clock.now()
    name = parsed.document["displayName"]
    created = Group(
        id=call.services.identifiers.new(),
        provider=call.provider.id,
        text=document_text(parsed.document),
        created=now,
        modified=now,
    )
    activity = Activity(
        id=call.services.identifiers.new(),
        time=now,
        status=Status.USER_GROUP_CREATED,
        provider=call.provider.id,
        actor=call.actor,
        subject_kind="group",
        subject_id=created.id,
        subject_name=name,
        detail=detail(NO_DETAIL, parsed.unknown + ignored),
    )
    try:
        stored = await call.services.groups.create(created, members, activity)
    except NameTaken as taken:
        raise Uniqueness(f'A group with displayName "{name}" already exists.') from taken
    return await group_reply(call, stored, 201, members)
