"""Who signs in where, at a provider or here: what its page tells, and what enabling it would change (AMB-30)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from scim.admin.context import Context
from scim.admin.lists import Count
from scim.admin.provider_switches import COUNTED, user_names
from scim.admin.providers import get
from scim.admin.services import Services
from scim.domain.authority import Action
from scim.domain.people import AuthenticationType
from scim.domain.ports import Query
from scim.domain.providers import NATIVE, Provider, domain_key


@dataclass(frozen=True, slots=True)
class ByType:
    """How many accounts have which authentication type.

    Attributes:
        native: Those of the provider that were set to Native.
        sso: All others of the provider, and the native accounts in its e-mail domains that were set to SSO.
    """

    native: int
    sso: int


async def by_type(context: Context, provider: Provider) -> ByType:
    """The accounts that a provider may sign in, by their authentication type.

    Every account has the type of its origin, so only those that an administrator has set otherwise are looked up.
    Storage calls: three; and for those exceptions, see `Census.set_to`.
    """
    services = context.services
    users, native, others = await asyncio.gather(
        services.users.search(provider, Query(count=0)),
        services.census.set_to(provider.id, AuthenticationType.NATIVE),
        _native_by_sso(services, provider),
    )
    rest = max(0, (users.total or 0) - len(native))  # they are read at different moments
    return ByType(native=len(native), sso=rest + others)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnablingImpact:
    """What enabling single sign-on would do. Only active accounts count.

    Attributes:
        sso: Users of the provider who sign in there from then on.
        moved: Those of them who can sign in here today, and cannot any more then.
        administrators: userNames of the system administrators among `moved`, some 20 at most.
        native: Users of the provider who go on signing in here.
        native_names: Their userNames, as many.
        others: Native accounts in its e-mail domains that were set to SSO: they sign in there, too.
        is_possible: Whether a system administrator remains who signs in natively.
    """

    sso: Count
    moved: Count
    administrators: Sequence[str]
    native: Count
    native_names: Sequence[str]
    others: int
    is_possible: bool


async def enabling_impact(context: Context, provider_id: str) -> EnablingImpact:
    """What enabling single sign-on would do; nothing is written.

    Storage calls: those of `provider_switches.sso_impact`, one for each name, and see `Census.set_to`.

    Raises:
        Missing: There is no such provider.
    """
    context.require(Action.MANAGE_PROVIDERS)
    services = context.services
    provider = await get(context, provider_id)
    found, others, is_possible = await asyncio.gather(
        services.census.ways_in(provider_id, COUNTED),
        _native_by_sso(services, provider),
        services.administrator_guard.has_active(),
    )
    moved = [id_ for id_ in found.sso if id_ in found.able]
    administrators, native_names = await asyncio.gather(
        user_names(services, provider_id, [id_ for id_ in moved if id_ in found.administrators]),
        user_names(services, provider_id, found.native),
    )
    return EnablingImpact(
        sso=Count(len(found.sso), found.is_more),
        moved=Count(len(moved), found.is_more),
        administrators=administrators,
        native=Count(len(found.native), found.is_more),
        native_names=native_names,
        others=others,
        is_possible=is_possible,
    )


async def _native_by_sso(services: Services, provider: Provider) -> int:
    """How many native accounts sign in at the provider: of those that were set to SSO, those in its domains."""
    found = await services.census.set_to(NATIVE, AuthenticationType.SSO)
    domains = (domain_key(contact.rpartition("@")[2]) for contact in found.values() if contact)
    return sum(domain in provider.email_domains for domain in domains)
