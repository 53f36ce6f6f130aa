"""The line above every page that says what needs somebody's attention, most urgent first.

Every page asks for it, so it is made from two reads, which run beside those of the page. Nothing is kept between
requests: somebody who has just generated a token must not be told that there is none.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scim.admin.context import Context
from scim.domain.authority import Action
from scim.domain.ports import Query
from scim.domain.providers import Provider
from scim.domain.sso import SsoState
from scim.domain.tokens import Token, TokenState, in_use, last_issued
from scim.sentences import Sentence


class BannerKind(StrEnum):
    """What a banner is about, the most urgent first."""

    TOKEN_EXPIRED = "tokenExpired"  # noqa: S105
    TOKEN_EXPIRING = "tokenExpiring"  # noqa: S105
    NO_TOKEN = "noToken"  # noqa: S105
    """Provisioning is on, and no token was generated, or the last one was revoked."""
    SSO_DISABLED = "ssoDisabled"
    """People whom the provider manages cannot sign in through it."""


_URGENCY = tuple(BannerKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """A line.

    Attributes:
        kind: See `BannerKind`.
        detail: The sentence.
        provider: The provider concerned.
        token: The token concerned; None when it is about none.
        days_left: Until the token expires, a begun day counted whole; 0 when it has; None without a token.
    """

    kind: BannerKind
    detail: str
    provider: Provider
    token: Token | None = None
    days_left: int | None = None


async def banners(context: Context) -> Sequence[Banner]:
    """The banners for this person: none for those who may not see providers.

    Two storage calls, and one for each provider that provisions without a live token, and for each whose single
    sign-on is disabled. Of a rotation, the token that the provider still uses is spoken of.
    """
    if not context.principal.may(Action.VIEW_PROVIDERS):
        return ()
    services = context.services
    providers, unsettled = await asyncio.gather(services.providers.all(), services.tokens.unsettled())
    tokens: dict[str, list[Token]] = defaultdict(list)
    for token in unsettled:
        tokens[token.provider].append(token)
    about = [
        *(_about_token(context, each, tokens[each.id]) for each in providers if each.scim_enabled),
        *(_about_sso(context, each) for each in providers if each.sso.state is SsoState.DISABLED),
    ]
    found = [banner for banner in await asyncio.gather(*about) if banner is not None]
    return sorted(found, key=_urgency)


def _urgency(banner: Banner) -> tuple[int, float, str]:
    expiry = banner.token.expires_at.timestamp() if banner.token else 0
    return _URGENCY.index(banner.kind), expiry, banner.provider.name


async def _about_token(context: Context, provider: Provider, unsettled: Sequence[Token]) -> Banner | None:
    token = in_use(unsettled, context.now)
    if token is not None:
        return _expiring(provider, token, context.now)
    token = last_issued(await context.services.tokens.of(provider.id))
    if token is None or token.state is TokenState.REVOKED:
        return _missing(provider)
    return _expired(provider, token)


async def _about_sso(context: Context, provider: Provider) -> Banner | None:
    number = (await context.services.users.search(provider, Query(count=0))).total or 0
    if not number:
        return None
    detail = Sentence.counted(
        'Single sign-on through "{provider}" is disabled. {number} person whom it manages cannot sign in with it.',
        'Single sign-on through "{provider}" is disabled. {number} people whom it manages cannot sign in with it.',
        number,
        provider=provider.name,
    )
    return Banner(kind=BannerKind.SSO_DISABLED, detail=detail, provider=provider)


def _expiring(provider: Provider, token: Token, now: datetime) -> Banner | None:
    if token.rung(now) is None:
        return None
    days = token.days_left(now)
    detail = Sentence.counted(
        'The SCIM token {token} of "{provider}" expires on {day} ({number} day). Rotate it.',
        'The SCIM token {token} of "{provider}" expires on {day} ({number} days). Rotate it.',
        days,
        token=token.name,
        provider=provider.name,
        day=token.expires_at,
    )
    return Banner(kind=BannerKind.TOKEN_EXPIRING, detail=detail, provider=provider, token=token, days_left=days)


def _expired(provider: Provider, token: Token) -> Banner:
    detail = Sentence(
        'The SCIM token {token} of "{provider}" expired on {day}. '
        "Your identity provider gets 401 and no change arrives. Generate a new token.",
        token=token.name,
        provider=provider.name,
        day=token.expires_at,
    )
    return Banner(kind=BannerKind.TOKEN_EXPIRED, detail=detail, provider=provider, token=token, days_left=0)


def _missing(provider: Provider) -> Banner:
    detail = Sentence(
        'SCIM provisioning of "{provider}" is on, and it has no token. Generate one so your IdP can connect.',
        provider=provider.name,
    )
    return Banner(kind=BannerKind.NO_TOKEN, detail=detail, provider=provider)
