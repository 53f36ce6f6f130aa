"""Taking deleted roles, and the mappings of groups that are gone, out of storage.

None of it counts anywhere any more: reading ignores roles and groups that are gone. Safe to run twice at once, and
after missed runs: what changes meanwhile is left to the next run.
"""

import logging
from dataclasses import replace
from datetime import timedelta

from scim.domain.ports import Clock, Groups, VersionConflict
from scim.domain.ports.people import Profiles
from scim.domain.ports.roles import Census, GroupMappings, Roles

logger = logging.getLogger(__name__)

HOLDERS = 500
"""Native holders from whom one run takes a role."""
KEPT = timedelta(minutes=10)
"""How long a deleted role is looked for: longer than a request that still names it can last."""


async def clear_roles(
    *, roles: Roles, mappings: GroupMappings, profiles: Profiles, census: Census, groups: Groups, clock: Clock
) -> None:
    """Clear mappings and profiles."""
    deleted = await roles.deleted()
    named = await _clear_mappings({role.id for role in deleted}, mappings, groups)
    for role in deleted:
        holders, _ = await census.holders(role.id, HOLDERS)
        for account_id in holders:
            await _take(role.id, account_id, profiles)
        if not holders and role.id not in named and clock.now() - role.deleted_at >= KEPT:
            await roles.forget(role.id)
    logger.info("roles_cleared deleted=%d", len(deleted))


async def _clear_mappings(deleted: set[str], mappings: GroupMappings, groups: Groups) -> set[str]:
    """Take out deleted roles, and mappings of groups that are gone; returns the roles that some mapping named."""
    named: set[str] = set()
    for mapping in await mappings.all():
        try:
            if await groups.get(mapping.provider, mapping.group) is None:
                await mappings.remove(mapping)
            elif gone := deleted.intersection(mapping.roles):
                named |= gone
                await mappings.save(mapping.without(gone))
        except VersionConflict:
            named |= deleted.intersection(mapping.roles)
    return named


async def _take(role_id: str, account_id: str, profiles: Profiles) -> None:
    profile = await profiles.get(account_id)
    left = tuple(each for each in profile.roles if each.role != role_id)
    try:
        await profiles.save(replace(profile, roles=left))
    except VersionConflict:
        logger.info("role_left_for_next_run role=%s", role_id)
