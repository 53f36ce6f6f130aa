"""PUT (RFC 7644 §3.5.1)."""

from dataclasses import replace

from scim.domain.activities import Activity, Status
from scim.domain.details import NO_DETAIL
from scim.domain.groups import Group, Member, MembershipChange
from scim.domain.ports import NameTaken
from scim.domain.resources import document_text
from scim.domain.users import User
from scim.errors import NotFound, Uniqueness
from scim.operations.accounts import assess, detail, updated, visible_user
from scim.operations.bodies import read_resource
from scim.operations.context import Call
from scim.operations.replies import group_reply, user_reply
from scim.operations.retrying import until_settled
from scim.operations.rosters import replacement
from scim.protocol.messages import Response
from scim.schema.attributes import Document
from scim.sentences import Sentence


async def user(call: Call) -> Response:
    """Replace a user's attributes; `active`, when it is not given, stays as it is."""
    parsed = read_resource(call)
    _ = call.projection

    async def attempt() -> User:
        before = await visible_user(call, call.route.id)
        call.check_version(before.version)
        current = before.document()
        document = parsed.document
        if "active" not in document and "active" in current:
            document = {**document, "active": current["active"]}
        if document == current and before.provider == call.provider.id:
            return before
        standing = await assess(call, document)
        after = replace(
            before,
            provider=call.provider.id,
            text=document_text(document),
            modified=call.services.clock.now(),
            standing=standing,
        )
        return await updated(call, before, after, changed_names(current, document), parsed.unknown)

    return await user_reply(call, await until_settled(call.route.id, attempt))


async def group(call: Call) -> Response:
    """Replace a group's attributes and members; members that stay are not touched."""
    parsed = read_resource(call)
    _ = call.projection
    wanted = [member["value"] for member in parsed.members or ()]

    async def attempt() -> tuple[Group, list[Member]]:
        before = await call.services.groups.get(call.provider.id, call.route.id)
        if before is None:
            raise NotFound("There is no group with this id.")
        call.check_version(before.version)
        roster = await replacement(call, before.id, wanted)
        changed = changed_names(before.document(), parsed.document) + (("members",) if roster.change else ())
        if not changed:
            return before, roster.members
        after = replace(before, text=document_text(parsed.document), modified=call.services.clock.now())
        ignored = roster.ignored + parsed.unknown
        return await group_updated(call, before, after, roster.change, changed, ignored), roster.members

    replaced, members = await until_settled(call.route.id, attempt)
    return await group_reply(call, replaced, members=members)


async def group_updated(
    call: Call,
    before: Group,
    after: Group,
    members: MembershipChange,
    changed: tuple[str, ...],
    ignored: tuple[str, ...],
) -> Group:
    """Store a changed group, with its activity.

    Raises:
        VersionConflict: It changed since `before` was read.
        Uniqueness: Its new displayName is taken.
    """
    activity = group_activity(call, after.id, after.display_name, members, changed, ignored)
    try:
        return await call.services.groups.update(before, after, members, activity)
    except NameTaken as taken:
        raise Uniqueness(f'A group with displayName "{after.display_name}" already exists.') from taken


def group_activity(
    call: Call,
    group_id: str,
    name: str,
    members: MembershipChange,
    changed: tuple[str, ...],
    ignored: tuple[str, ...],
) -> Activity:
    """The record of a change of a group (AMB-27)."""
    counts = NO_DETAIL
    if members:
        counts = Sentence("members: +{added} -{removed}", added=len(members.add), removed=len(members.remove))
    return Activity(
        id=call.services.identifiers.new(),
        time=call.services.clock.now(),
        status=Status.USER_GROUP_UPDATED,
        provider=call.provider.id,
        actor=call.actor,
        subject_kind="group",
        subject_id=group_id,
        subject_name=name,
        changed=changed,
        detail=detail(counts, ignored),
    )


def changed_names(before: Document, after: Document) -> tuple[str, ...]:
    """The names of the attributes in which two documents differ."""
    names = dict.fromkeys([*before, *after])
    return tuple(name for name in names if before.get(name) != after.get(name) and name != "schemas")
