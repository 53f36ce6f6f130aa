"""The system dashboard: what waits for somebody, besides what `banners` says, and how much there is of everything.

What would take a look at every account is not here: this page is opened many times a day. End users without an
organization need no place: none is accepted (AMB-5, AMB-7).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scim.admin.context import Context
from scim.admin.lists import Count
from scim.admin.services import Services
from scim.domain.accounts import NATIVE_POLICIES
from scim.domain.authority import Action
from scim.domain.ports import Query
from scim.domain.providers import NATIVE, Provider
from scim.domain.tokens import live
from scim.schema.comparison import comparison_key

LOOKED_AT = 20
"""Requests of one adoption queue whose accounts are looked at."""


class AttentionKind(StrEnum):
    """What it is about, the most urgent first."""

    SCIM_OFF = "scimOff"
    """Provisioning was on, and is off: people who leave keep their access."""
    ADOPTIONS = "adoptions"
    """Native accounts that the provider would manage wait for a decision (AMB-22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Something that waits for somebody.

    Attributes:
        kind: See there.
        provider: The provider concerned.
        count: The provider's users who can be edited here meanwhile, or the accounts in its adoption queue.
    """

    kind: AttentionKind
    provider: Provider
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the dashboard shows of identity providers.

    Attributes:
        providers: By name.
        attention: What waits, the most urgent first.
        scim_users, native_users: How many accounts there are, by who manages them.
        groups: How many there are of all providers.
        has_live_token: Whether some provider has one.
        has_organizations: Whether there is an organization.
    """

    providers: Sequence[Provider]
    attention: Sequence[Attention]
    scim_users: int
    native_users: int
    groups: int
    has_live_token: bool
    has_organizations: bool


async def board(context: Context) -> Board | None:
    """The dashboard of this person; None for those who may not see providers.

    Storage calls: four, and two for each provider; for those who may see accounts, one more for each provider, and
    one for each of the `LOOKED_AT` first requests of an adoption queue.
    """
    if not context.principal.may(Action.VIEW_PROVIDERS):
        return None
    services = context.services
    found, unsettled = await asyncio.gather(services.providers.all(), services.tokens.unsettled())
    providers = sorted(found, key=lambda each: (comparison_key(each.name), each.id))
    waited_for = providers if context.principal.may(Action.VIEW_ACCOUNTS) else []
    native, (organizations, _), users, groups, queues = await asyncio.gather(
        _users(services, NATIVE_POLICIES),
        services.organizations.page("", "", 1),
        asyncio.gather(*(_users(services, each) for each in providers)),
        asyncio.gather(*(_groups(services, each) for each in providers)),
        asyncio.gather(*(_queue(services, each) for each in waited_for)),
    )
    known = {each.id for each in providers}
    off = [
        Attention(kind=AttentionKind.SCIM_OFF, provider=each, count=Count(number))
        for each, number in zip(providers, users, strict=True)
        if each.scim_since is not None and not each.scim_enabled and number
    ]
    return Board(
        providers=providers,
        attention=[*off, *(each for each in queues if each.count.number)],
        scim_users=sum(users),
        native_users=native,
        groups=sum(groups),
        has_live_token=any(token.provider in known for token in live(unsettled, context.now)),
        has_organizations=bool(organizations),
    )


async def _users(services: Services, provider: Provider) -> int:
    return (await services.users.search(provider, Query(count=0))).total or 0


async def _groups(services: Services, provider: Provider) -> int:
    return (await services.groups.search(provider, Query(count=0))).total or 0


async def _queue(services: Services, provider: Provider) -> Attention:
    """The accounts that wait: a request can be settled without having left the queue, so the accounts are looked at."""
    requests = [each for each in await services.accounts.adoption_requests(provider.id) if each.rejected_at is None]
    first = requests[:LOOKED_AT]
    users = await asyncio.gather(*(services.users.get(NATIVE, each.account_id) for each in first))
    waiting = Count(sum(user is not None for user in users), is_more=len(requests) > len(first))
    return Attention(kind=AttentionKind.ADOPTIONS, provider=provider, count=waiting)
