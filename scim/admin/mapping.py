"""Group Mapping: the groups of a provider, and the roles that their members have (R077-R087).

Saving a mapping writes one row, whatever the group's size; roles are worked out when they are read. So it holds at
once for all who are in the group, and for all who come later (AMB-33).
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scim.admin import impacts
from scim.admin.concurrency import check_version
from scim.admin.context import Context
from scim.admin.impacts import Preview
from scim.admin.lists import Count, cursor_of, position_of
from scim.admin.problems import Changed, Conflicting, Invalid, Missing
from scim.admin.providers import get as get_provider
from scim.domain.activities import Status
from scim.domain.authority import Action
from scim.domain.details import NO_DETAIL, first_of
from scim.domain.groups import Group, Member
from scim.domain.mapping import GroupMapping
from scim.domain.ports import Position, Query, VersionConflict
from scim.domain.roles import Role, place
from scim.domain.users import UserType
from scim.sentences import Sentence

COUNTED = 1_000
"""Members that are counted of each group: one call. A group that has as many shows "1,000+"."""
TOLD_APART = 500
"""Members of all groups on a page that are looked at to tell technicians and end users apart."""
_NAMED = 20
"""Roles that an activity names of those that were added, and of those that were removed."""
UNMAPPED = '"unmapped"'
"""The version of the mapping of a group that was never mapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """How many direct members a group has.

    Attributes:
        count: All of them, groups among them.
        technicians, end_users: How many of them are which; None where that would take reading too many.
    """

    count: Count
    technicians: int | None = None
    end_users: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedGroup:
    """A group with its mapping.

    Attributes:
        group: The group.
        members: How many it has.
        mapping: As it is stored, without roles that are gone.
        technician_roles: The roles of technicians, by name.
        end_user_roles: The roles of end users, by name.
    """

    group: Group
    members: Members
    mapping: GroupMapping
    technician_roles: tuple[Role, ...]
    end_user_roles: tuple[Role, ...]

    @property
    def version(self) -> str:
        """The version of the mapping."""
        return self.mapping.version or UNMAPPED


async def groups(
    context: Context, provider_id: str, cursor: str, limit: int
) -> tuple[Sequence[MappedGroup], str | None]:
    """The groups that a provider sent, in the order in which they came (R077).

    Five storage calls (one less on later pages, more for each further thousand of mappings), one for each group on the
    page, and those of `Census.standings` for `TOLD_APART` members at most.

    Raises:
        Missing: There is no such provider.
    """
    context.require(Action.VIEW_PROVIDERS)
    provider = await get_provider(context, provider_id)
    services = context.services
    found, mappings, roles = await asyncio.gather(
        services.groups.search(provider, Query(position=Position(position_of("groups", cursor)), count=limit)),
        services.mappings.of(provider_id),
        services.roles.all(),
    )
    members = await _members(context, found.resources, TOLD_APART)
    by_group = {mapping.group: mapping for mapping in mappings}
    known = {role.id: role for role in roles}
    page = [
        _mapped(group, counted, by_group.get(group.id) or _unmapped(group), known)
        for group, counted in zip(found.resources, members, strict=True)
    ]
    return page, cursor_of("groups", found.next)


async def details(context: Context, provider_id: str, group_id: str) -> MappedGroup:
    """A group with its mapping.

    Five storage calls, and those of `Census.standings` for `COUNTED` members at most.

    Raises:
        Missing: The provider has no such group.
    """
    context.require(Action.VIEW_PROVIDERS)
    return await _details(context, await _group(context, provider_id, group_id), COUNTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The roles that a group is to be mapped to (R084, R085)."""

    technician_roles: tuple[str, ...] = ()
    end_user_roles: tuple[str, ...] = ()


async def preview(context: Context, provider_id: str, group_id: str, wanted: Wanted) -> tuple[MappedGroup, Preview]:
    """The group as it is, and what `save` would do; nothing is written.

    Raises:
        Missing, Invalid: As in `save`.
        Conflicting: As in `save`, or too many people for a preview.
    """
    context.require(Action.MANAGE_MAPPING)
    before, after, _ = await _change(context, provider_id, group_id, wanted)
    return before, await impacts.of_mapping(context, before.mapping, after)


async def save(context: Context, provider_id: str, group_id: str, wanted: Wanted, if_match: str | None) -> MappedGroup:
    """Map a group to roles. One row is written, and the activity.

    Raises:
        Denied: Not a system administrator (R082), or not recently signed in.
        Missing: The provider has no such group.
        Invalid: A role is of the other type.
        Conflicting: A role was deleted.
        Changed: The mapping is not as the administrator read it.
    """
    context.require_recent(Action.MANAGE_MAPPING)
    before, after, roles = await _change(context, provider_id, group_id, wanted)
    check_version(before.version, if_match, _changed_text(before.mapping))
    if _roles(after) == _roles(before.mapping):
        return before
    after = replace(after, changed_by=context.principal.name, changed_at=context.now)
    activity = context.activity(
        Status.USER_GROUP_UPDATED,
        "group",
        group_id,
        before.group.display_name,
        provider=provider_id,
        changed=("mapping",),
        detail=_difference(before.mapping, after, roles),
    )
    try:
        stored = await context.services.mappings.save(after, activity)
    except VersionConflict as conflict:
        raise Changed(_changed_text(before.mapping)) from conflict
    return _mapped(before.group, before.members, stored, roles)


async def _change(
    context: Context, provider_id: str, group_id: str, wanted: Wanted
) -> tuple[MappedGroup, GroupMapping, Mapping[str, Role]]:
    """The group as it is, the mapping as it is to be, and all roles."""
    group = await _group(context, provider_id, group_id)
    roles = {role.id: role for role in await context.services.roles.all()}
    before = await _details(context, group, 0, roles)
    for field, user_type, ids in (
        ("technicianRoles", UserType.TECHNICIAN, wanted.technician_roles),
        ("endUserRoles", UserType.END_USER, wanted.end_user_roles),
    ):
        _check(field, user_type, ids, roles)
    after = replace(
        before.mapping,
        technician_roles=tuple(dict.fromkeys(wanted.technician_roles)),
        end_user_roles=tuple(dict.fromkeys(wanted.end_user_roles)),
    )
    return before, after, roles


def _check(field: str, user_type: UserType, ids: Iterable[str], roles: Mapping[str, Role]) -> None:
    for id_ in ids:
        if id_ not in roles:
            raise Conflicting(Sentence("A role that you chose was deleted meanwhile. Choose again."), "role_missing")
        if roles[id_].user_type is not user_type:
            raise Invalid(
                Sentence('The role "{role}" is for the other type of user.', role=roles[id_].name),
                field,
                "wrong_role_type",
            )


def _difference(before: GroupMapping, after: GroupMapping, roles: Mapping[str, Role]) -> Sentence:
    had, has = set(before.roles), set(after.roles)
    added, removed = (_named(roles[role] for role in ids) for ids in (has - had, had - has))
    return Sentence.joined(
        [
            Sentence("roles added: {roles}", roles=added) if added else NO_DETAIL,
            Sentence("roles removed: {roles}", roles=removed) if removed else NO_DETAIL,
        ]
    )


def _named(roles: Iterable[Role]) -> Sentence:
    return first_of([role.name for role in sorted(roles, key=place)], _NAMED)


def _changed_text(mapping: GroupMapping) -> Sentence:
    if mapping.changed_by:
        return Sentence("This mapping was changed by {name} meanwhile. Read it again.", name=mapping.changed_by)
    return Sentence("This mapping was changed meanwhile. Read it again.")


async def _group(context: Context, provider_id: str, group_id: str) -> Group:
    provider, group = await asyncio.gather(
        get_provider(context, provider_id), context.services.groups.get(provider_id, group_id)
    )
    if group is None:
        raise Missing(Sentence("No group with this id has arrived from {provider}.", provider=provider.name))
    return group


async def _members(context: Context, of: Sequence[Group], most: int) -> list[Members]:
    """The numbers of members; technicians and end users are told apart where there are no more than `most` in all."""
    services = context.services
    found = await asyncio.gather(*(services.groups.members(group.id, COUNTED) for group in of))
    users = [[member.id for member in members if member.type == "User"] for members in found]
    everybody = {id_ for ids in users for id_ in ids}
    if len(everybody) > most:
        return [Members(count=_count(members)) for members in found]
    standings = await services.census.standings(sorted({group.provider for group in of}), everybody)
    return [_told_apart(_count(members), ids, standings) for members, ids in zip(found, users, strict=True)]


def _count(members: Sequence[Member]) -> Count:
    return Count(len(members), len(members) == COUNTED)


def _told_apart(count: Count, ids: Iterable[str], standings: Mapping[str, tuple[UserType, bool]]) -> Members:
    if count.is_more:
        return Members(count=count)
    types = Counter(standings[id_][0] for id_ in ids if id_ in standings)
    return Members(count=count, technicians=types[UserType.TECHNICIAN], end_users=types[UserType.END_USER])


async def _details(context: Context, group: Group, most: int, roles: Mapping[str, Role] | None = None) -> MappedGroup:
    services = context.services
    mapping, (members,) = await asyncio.gather(
        services.mappings.get(group.provider, group.id), _members(context, [group], most)
    )
    known = {role.id: role for role in await services.roles.all()} if roles is None else roles
    return _mapped(group, members, mapping, known)


def _unmapped(group: Group) -> GroupMapping:
    return GroupMapping(provider=group.provider, group=group.id)


def _mapped(group: Group, members: Members, mapping: GroupMapping, roles: Mapping[str, Role]) -> MappedGroup:
    def named(ids: Iterable[str]) -> tuple[Role, ...]:
        return tuple(sorted((roles[id_] for id_ in ids if id_ in roles), key=place))

    return MappedGroup(
        group=group,
        members=members,
        mapping=mapping.without([role for role in mapping.roles if role not in roles]),
        technician_roles=named(mapping.technician_roles),
        end_user_roles=named(mapping.end_user_roles),
    )


def _roles(mapping: GroupMapping) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(mapping.technician_roles), frozenset(mapping.end_user_roles)
