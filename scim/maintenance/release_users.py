"""Making native accounts of the users of providers that were deleted, or that let their users go.

The provider's row says what there is to do (`leaving_since`), so nothing is lost by a crash. Each user moves in one
transaction, conditional on its version; then the groups, which are empty by then, are deleted; then the row is told.
Safe to run twice at once, and after missed runs.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Protocol

from scim.domain import departures
from scim.domain.accounts import RETENTION
from scim.domain.groups import Group
from scim.domain.people import NativeRole
from scim.domain.ports import (
    Activities,
    Clock,
    Groups,
    Position,
    Providers,
    Query,
    Tokens,
    TokenVault,
    Users,
    VersionConflict,
)
from scim.domain.ports.accounts import Accounts
from scim.domain.ports.people import Profiles, VaultSecrets
from scim.domain.ports.roles import GroupMappings, Roles
from scim.domain.providers import Provider
from scim.domain.roles import Person, Rules, sources
from scim.domain.users import User
from scim.errors import Unavailable

logger = logging.getLogger(__name__)

USERS_PER_RUN = 5_000
"""Users of one provider that one run moves: at most six calls each, or a call for each thirty of the user's groups."""
GROUPS_PER_RUN = 1_000
AT_ONCE = 8
_PAGE = 200
_ROLES_AT_ONCE = 50
MAX_KEPT_ROLES = 200
"""Roles from groups that one account keeps natively: more do not fit its row."""
FORGOTTEN_AFTER = RETENTION + timedelta(days=1)
"""How long a deleted provider is known: as long as its deleted users can be restored."""


class Releasing(Protocol):
    """The ports that are worked with."""

    @property
    def providers(self) -> Providers: ...  # noqa: D102 - the name says it
    @property
    def users(self) -> Users: ...  # noqa: D102
    @property
    def groups(self) -> Groups: ...  # noqa: D102
    @property
    def accounts(self) -> Accounts: ...  # noqa: D102
    @property
    def profiles(self) -> Profiles: ...  # noqa: D102
    @property
    def roles(self) -> Roles: ...  # noqa: D102
    @property
    def mappings(self) -> GroupMappings: ...  # noqa: D102
    @property
    def tokens(self) -> Tokens: ...  # noqa: D102
    @property
    def vault(self) -> TokenVault: ...  # noqa: D102
    @property
    def secrets(self) -> VaultSecrets: ...  # noqa: D102
    @property
    def activities(self) -> Activities: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102


async def release_users(ports: Releasing) -> None:
    """Go on with every provider whose users are leaving; forget those that were deleted long ago."""
    now = ports.clock.now()
    for provider in await ports.providers.owners():
        try:
            if provider.is_quiet(now):
                await _Release(ports, provider).run()
            elif provider.deletion and provider.has_left and now >= provider.deletion.at + FORGOTTEN_AFTER:
                await ports.providers.forget(provider)
        except VersionConflict:
            logger.info("provider_changed_meanwhile provider=%s", provider.id)  # the next run goes on
        except Exception:  # one provider must not keep the others waiting
            logger.exception("users_not_released provider=%s", provider.id)


class _Release:
    """One provider, in one run."""

    def __init__(self, ports: Releasing, provider: Provider) -> None:
        self._ports = ports
        self._provider = provider

    async def run(self) -> None:
        """Go on, and tell the provider's row when nothing is left."""
        ports, provider = self._ports, self._provider
        if provider.deletion is not None:
            await ports.activities.record(departures.deletion(provider, provider.deletion))
            await departures.end_tokens(ports.tokens, ports.vault, ports.activities, provider, provider.deletion)
            await departures.forget_client_secret(ports.secrets, provider)
            for request in await ports.accounts.adoption_requests(provider.id):
                await ports.accounts.settle_adoption(provider.id, request.account_id)
        rules = None if provider.deletion else await self._rules()
        moved = await self._all_users(rules)
        if await self._users_left() or not await self._all_groups():
            logger.info("users_released provider=%s moved=%d finished=no", provider.id, moved)
            return
        await ports.providers.update(provider, replace(provider, leaving_since=None))
        logger.info("users_released provider=%s moved=%d finished=yes", provider.id, moved)

    async def _rules(self) -> Rules:
        """What the groups give, which is kept."""
        roles = await self._ports.roles.all()
        mappings = {each.group: each for each in await self._ports.mappings.of(self._provider.id) if each.roles}
        existing = {id_ for id_ in mappings if await self._ports.groups.get(self._provider.id, id_)}
        return Rules(roles={role.id: role for role in roles}, mappings={id_: mappings[id_] for id_ in existing})

    # Users

    async def _all_users(self, rules: Rules | None) -> int:
        moved, position = 0, Position()
        while moved < USERS_PER_RUN:
            page = await self._ports.users.search(self._provider, Query(position=position, count=_PAGE))
            moved += await _each(self._user(user, rules) for user in page.resources)
            if page.next is None:
                break
            position = Position(page.next)
        return moved

    async def _user(self, user: User, rules: Rules | None) -> None:
        kept = await self._keep_roles(user, rules) if rules else 0
        after, activity = departures.native(user, self._provider, self._ports.clock.now(), roles_kept=kept)
        await self._ports.accounts.release(user, after, activity, is_quiet=True)

    async def _keep_roles(self, user: User, rules: Rules) -> int:
        """Give the roles natively that the groups give; returns how many."""
        groups = rules.mappings.keys() & set(await self._ports.users.groups_of(user.id)) if rules.mappings else set()
        if not groups:
            return 0
        profile = await self._ports.profiles.get(user.id)
        person = Person(
            account_id=user.id, user_type=user.standing.user_type, native=profile.roles, groups=frozenset(groups)
        )
        found = {role: each for role, each in sources(person, rules).items() if any(source.mapping for source in each)}
        new = sorted(role for role, each in found.items() if not any(source.native for source in each))
        room = max(0, MAX_KEPT_ROLES - len(profile.roles))
        if len(new) > room:
            logger.warning("roles_not_kept account=%s roles=%d", user.id, len(new) - room)
        for some in batched(new[:room], _ROLES_AT_ONCE, strict=False):
            by, now = f"groups of {self._provider.name}", self._ports.clock.now()
            given = (NativeRole(role=role, added_by=by, added_at=now) for role in some)
            profile = await self._ports.profiles.save(replace(profile, roles=(*profile.roles, *given)))
        return len(found)

    async def _users_left(self) -> bool:
        page = await self._ports.users.search(self._provider, Query(position=Position(), count=1))
        return bool(page.resources) or page.next is not None

    # Groups

    async def _all_groups(self) -> bool:
        """Delete them; returns whether none is left."""
        deleted = 0
        while True:
            page = await self._ports.groups.search(self._provider, Query(position=Position(), count=_PAGE))
            if not page.resources and page.next is None:
                return True
            done = await _each(self._group(group) for group in page.resources)
            deleted += done
            if not done or deleted >= GROUPS_PER_RUN:
                return False

    async def _group(self, group: Group) -> None:
        activity = departures.group_removal(group, self._provider, self._ports.clock.now())
        await self._ports.groups.delete(group, activity)


async def _each(work: Iterable[Awaitable[None]]) -> int:
    """Do all of it, some at once; returns how much was done. What changed meanwhile is left to the next run."""
    done = 0
    for some in batched(work, AT_ONCE, strict=False):
        for outcome in await asyncio.gather(*some, return_exceptions=True):
            if outcome is None:
                done += 1
            elif isinstance(outcome, Unavailable) or not isinstance(outcome, Exception):
                raise outcome
            elif not isinstance(outcome, VersionConflict):
                logger.error("not_released", exc_info=outcome)
    return done
