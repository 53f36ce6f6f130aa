"""Reading what decides about somebody's roles, for the engine in `scim.domain.roles`.

Roles are worked out when they are asked for, never stored: a changed mapping is one row, whatever the group's size.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scim.admin.services import Services
from scim.domain.authority import Permission
from scim.domain.groups import Group
from scim.domain.mapping import GroupMapping
from scim.domain.people import Profile
from scim.domain.roles import Person, Rules, permissions
from scim.domain.users import User, UserType


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What decides about one account's roles.

    Attributes:
        person: The account.
        rules: The roles there are, and the mappings of the account's groups.
        groups: Those groups, by id.
        profile: Where the Native roles are stored.
    """

    person: Person
    rules: Rules
    groups: Mapping[str, Group]
    profile: Profile


async def circumstances(services: Services, user: User) -> Circumstances:
    """Read them.

    Four storage calls at once (more for each further thousand of groups, mappings or roles), and then one, at the same
    time, for each mapped group of the user.
    """
    profile, group_ids, roles, mappings = await asyncio.gather(
        services.profiles.get(user.id),
        services.users.groups_of(user.id),
        services.roles.all(),
        services.mappings.of(user.provider),
    )
    mine = frozenset(group_ids)
    groups = await existing_groups(services, [each for each in mappings if each.group in mine])
    return Circumstances(
        person=Person(
            account_id=user.id,
            user_type=user.standing.user_type,
            active=user.standing.active,
            native=profile.roles,
            groups=mine,
        ),
        rules=Rules(
            roles={role.id: role for role in roles},
            mappings={each.group: each for each in mappings if each.group in groups},
        ),
        groups=groups,
        profile=profile,
    )


async def existing_groups(services: Services, mappings: Iterable[GroupMapping]) -> dict[str, Group]:
    """The groups of the mappings that give something, one call each; the mapping of a group that is gone is void."""
    wanted = [each for each in mappings if each.roles]
    found = await asyncio.gather(*(services.groups.get(each.provider, each.group) for each in wanted))
    return {group.id: group for group in found if group is not None}


async def granted_permissions(services: Services, user: User) -> frozenset[Permission]:
    """What the roles in force grant.

    No call for those whom no role grants anything: administrators may do all of it, end users and inactive accounts
    nothing.
    """
    if user.administrator or not user.standing.active or user.standing.user_type is UserType.END_USER:
        return frozenset()
    known = await circumstances(services, user)
    return permissions(known.person, known.rules)
