"""PATCH (RFC 7644 §3.5.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scim.domain.groups import Group, Member, MembershipChange
from scim.domain.ports import VersionConflict
from scim.domain.resources import document_text
from scim.domain.users import User
from scim.errors import InvalidValue, NotFound, Unavailable
from scim.operations.accounts import assess, updated, visible_user
from scim.operations.bodies import read_patch
from scim.operations.context import Call
from scim.operations.replace import group_activity, group_updated
from scim.operations.replies import group_reply, user_reply
from scim.operations.retrying import until_settled
from scim.operations.rosters import admitted, replacement
from scim.protocol.members import MembersChange
from scim.protocol.messages import Response
from scim.protocol.patching import Patch, apply_patch


async def user(call: Call) -> Response:
    """Modify a user; replies with it. One that changes nothing writes nothing."""
    patch = read_patch(call)
    _ = call.projection

    async def attempt() -> User:
        before = await visible_user(call, call.route.id)
        call.check_version(before.version)
        patched = apply_patch(before.document(), patch)
        if not patched.changed and before.provider == call.provider.id:
            return before
        after = replace(
            before,
            provider=call.provider.id,
            text=document_text(patched.document),
            modified=call.services.clock.now(),
            standing=await assess(call, patched.document),
        )
        return await updated(call, before, after, patched.changed, patched.unknown)

    return await user_reply(call, await until_settled(call.route.id, attempt))


async def group(call: Call) -> Response:
    """Modify a group; replies with 204, or with the group when the client says what it wants of it."""
    patch = read_patch(call)
    roster = await _roster(call, patch)
    _ = call.projection
    if patch.changes:
        version = await until_settled(call.route.id, lambda: _change_group(call, patch, roster))
    else:
        version = await _change_members(call, roster)
    if call.projection.is_default:
        return Response(status=204, headers={"ETag": version} if version else {})
    return await group_reply(call, await _group(call))


@dataclass(frozen=True, slots=True)
class _Roster:
    """What a PATCH does to members, with those that exist.

    Attributes:
        change: As the client asked.
        add: The members to add that exist here, by id; those who replace all others are looked up with them.
        ignored: Names for those that do not, and for unknown attributes.
    """

    change: MembersChange
    add: dict[str, Member]
    ignored: tuple[str, ...]

    @property
    def depends_on_members(self) -> bool:
        """Whether what is to be removed can only be told by reading the members."""
        return self.change.clear or bool(self.change.remove_where)


async def _roster(call: Call, patch: Patch) -> _Roster:
    change = patch.members or MembersChange()
    added = () if change.clear else change.add
    try:
        known, ignored = await admitted(call, added)
    except InvalidValue:
        call.check_version((await _group(call)).version)  # no group, or another version, is what counts
        raise
    return _Roster(change, known, patch.unknown + ignored)


async def _change_group(call: Call, patch: Patch, roster: _Roster) -> str:
    """Change attributes, and members with them."""
    before = await _group(call)
    call.check_version(before.version)
    patched = apply_patch(before.document(), patch)
    members, ignored = await _membership_change(call, roster)
    if not patched.changed:
        expected = _expected(call, roster, before)
        version = await _write_members(call, members, ignored, expected, before.display_name)
        return before.version if version is None else version
    after = replace(before, text=document_text(patched.document), modified=call.services.clock.now())
    changed = patched.changed + (("members",) if members else ())
    return (await group_updated(call, before, after, members, changed, ignored)).version


def _expected(call: Call, roster: _Roster, before: Group) -> str | None:
    """The version at which members may be changed: the one read, if the client or the change depends on it."""
    return before.version if call.is_conditional or roster.depends_on_members else None


async def _change_members(call: Call, roster: _Roster) -> str:
    """Change members alone. To add and to remove needs no look at the group, and conflicts with nothing."""
    if roster.depends_on_members or call.is_conditional:
        return await until_settled(call.route.id, lambda: _change_read_members(call, roster))
    members, ignored = await _membership_change(call, roster)
    if not members:
        return (await _group(call)).version
    try:
        version = await _write_members(call, members, ignored, None)
    except VersionConflict as conflict:
        await _group(call)  # there is none: 404
        raise Unavailable from conflict
    return (await _group(call)).version if version is None else version


async def _change_read_members(call: Call, roster: _Roster) -> str:
    """Change members at the version of the group that was read with them."""
    before = await _group(call)
    call.check_version(before.version)
    members, ignored = await _membership_change(call, roster)
    version = await _write_members(call, members, ignored, before.version, before.display_name)
    return before.version if version is None else version


async def _membership_change(call: Call, roster: _Roster) -> tuple[MembershipChange, tuple[str, ...]]:
    """What the client asked for as members to add and to remove, and names for what is ignored."""
    change = roster.change
    if change.clear:
        replaced = await replacement(call, call.route.id, change.add)
        return replaced.change, roster.ignored + replaced.ignored
    removed = change.remove
    if change.remove_where:
        present = await call.services.groups.members(call.route.id)
        removed = (removed | _matching(present, change)) - roster.add.keys()
    return MembershipChange(add=tuple(roster.add.values()), remove=tuple(sorted(removed))), roster.ignored


def _matching(members: Sequence[Member], change: MembersChange) -> set[str]:
    return {
        member.id
        for member in members
        if any(matches({"value": member.id, "type": member.type}) for matches in change.remove_where)
    }


async def _write_members(
    call: Call, members: MembershipChange, ignored: tuple[str, ...], expected_version: str | None, name: str = ""
) -> str | None:
    """Change members; the activity has the group's name where the group was read anyway."""
    if not members:
        return None
    activity = group_activity(call, call.route.id, name, members, ("members",), ignored)
    return await call.services.groups.change_members(
        call.provider.id, call.route.id, members, activity, expected_version=expected_version
    )


async def _group(call: Call) -> Group:
    found = await call.services.groups.get(call.provider.id, call.route.id)
    if found is None:
        raise NotFound("There is no group with this id.")
    return found
