"""How many people have a role through groups that are mapped to it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from scim.admin.context import Context
from scim.admin.lists import Count
from scim.admin.roles import RoleUse
from scim.domain.authority import Action
from scim.domain.users import UserType

COUNTED = 1_000
"""Members that are looked at of each group: one call."""
TOLD_APART = 10_000
"""Members of all groups together that are looked at to tell technicians and end users apart."""


async def through_groups(context: Context, uses: Sequence[RoleUse]) -> list[Count | None]:
    """For each of the roles, how many people of its type are in groups that are mapped to it; None for too many.

    One storage call for each group, and those of `Census.standings` for `TOLD_APART` people at most.
    """
    context.require(Action.VIEW_ROLES)
    services = context.services
    mappings = {mapping.group: mapping for use in uses for mapping in use.mappings}
    found = await asyncio.gather(*(services.groups.members(group, COUNTED) for group in mappings))
    members = {
        group: {member.id for member in each if member.type == "User"}
        for group, each in zip(mappings, found, strict=True)
    }
    full = {group for group, each in zip(mappings, found, strict=True) if len(each) == COUNTED}
    everybody = {id_ for ids in members.values() for id_ in ids}
    if len(everybody) > TOLD_APART:
        return [None if use.mappings else Count(0) for use in uses]
    owners = sorted({mapping.provider for mapping in mappings.values()})
    standings = await services.census.standings(owners, everybody) if everybody else {}
    return [_count(use, members, full, standings) for use in uses]


def _count(
    use: RoleUse,
    members: Mapping[str, set[str]],
    full: Collection[str],
    standings: Mapping[str, tuple[UserType, bool]],
) -> Count:
    groups = [mapping.group for mapping in use.mappings if use.role.id in mapping.roles_for(use.role.user_type)]
    people = {id_ for group in groups for id_ in members[group]}
    fitting = [id_ for id_ in people if id_ in standings and standings[id_][0] is use.role.user_type]
    return Count(len(fitting), any(group in full for group in groups))
