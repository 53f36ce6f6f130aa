"""How a provider's provisioning stands, and what switching it would mean: what its card and its window show.

The switches themselves are in `provider_switches`, the tokens in `tokens`.
"""

import asyncio
from dataclasses import dataclass

from scim.admin.context import Context
from scim.admin.lists import Count
from scim.admin.providers import get
from scim.domain.activity_log import ActivityFilter
from scim.domain.authority import Action
from scim.domain.ports import Query
from scim.domain.providers import Provider
from scim.domain.provisioning import Provisioning, provisioning_of
from scim.domain.tokens import Rotation, Token, in_use, last_issued, live, rotation_of

MOST_CHANGES = 1_000
"""Changes made by people that are looked through for whom they were made to."""
MOST_READ = 5_000
"""Rows of the log that are read for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A provider's provisioning in short.

    Attributes:
        provider: The provider.
        provisioning: The badge, and what it is about.
        token: The live token that it uses; without one, the last one that there was; None when there never was any.
        rotation: The one that is running; None without one.
        users, groups: How many it manages.
    """

    provider: Provider
    provisioning: Provisioning
    token: Token | None
    rotation: Rotation | None
    users: int
    groups: int


async def overview(context: Context, provider: Provider) -> Overview:
    """The provisioning of a provider that was just read. Three storage calls."""
    context.require(Action.VIEW_PROVIDERS)
    services = context.services
    tokens, users, groups = await asyncio.gather(
        services.tokens.of(provider.id),
        services.users.search(provider, Query(count=0)),
        services.groups.search(provider, Query(count=0)),
    )
    return Overview(
        provider=provider,
        provisioning=provisioning_of(provider, tokens, context.now),
        token=in_use(tokens, context.now) or last_issued(tokens),
        rotation=rotation_of(tokens, context.now),
        users=users.total or 0,
        groups=groups.total or 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchImpact:
    """What switching provisioning would touch.

    Attributes:
        provider: The provider.
        users: How many it manages.
        tokens: How many live ones it has: none works while provisioning is off, and all do once it is on.
        edited: Those of them who were changed here while it was off, and whom its next cycle overwrites; none while
            it is on, or when it never was.
    """

    provider: Provider
    users: int
    tokens: int
    edited: Count


async def switch_impact(context: Context, provider_id: str) -> SwitchImpact:
    """What switching provisioning of a provider would touch; nothing is written.

    Storage calls: three, and those of a page of the log when provisioning is off.

    Raises:
        Missing: There is no such provider.
    """
    context.require(Action.MANAGE_PROVIDERS)
    provider = await get(context, provider_id)
    found, tokens, edited = await asyncio.gather(
        context.services.users.search(provider, Query(count=0)),
        context.services.tokens.of(provider.id),
        _edited(context, provider),
    )
    return SwitchImpact(provider=provider, users=found.total or 0, tokens=len(live(tokens, context.now)), edited=edited)


async def _edited(context: Context, provider: Provider) -> Count:
    if provider.scim_enabled or provider.scim_since is None:
        return Count(0)
    wanted = ActivityFilter(provider=provider.id, after=provider.scim_since)
    page = await context.services.activity_log.page(wanted, "", MOST_CHANGES, MOST_READ)
    people = {
        each.subject_id for each in page.activities if each.subject_kind == "user" and each.actor.kind == "account"
    }
    return Count(len(people), is_more=page.next is not None)
