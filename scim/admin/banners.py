"""The line above every page that says what needs somebody's attention, most urgent first."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scim.admin.context import Context
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.tokens import Token, TokenState, live, newest_first, rotation_of
from scim.sentences import Sentence


class BannerKind(StrEnum):
    """What a banner is about, the most urgent first."""

    TOKEN_EXPIRED = "tokenExpired"  # noqa: S105
    TOKEN_EXPIRING = "tokenExpiring"  # noqa: S105


_URGENCY = tuple(BannerKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """A line.

    Attributes:
        kind: See `BannerKind`.
        detail: The sentence.
        provider: The provider concerned.
        token: The token concerned.
        days_left: Until the token expires, a begun day counted whole; 0 when it has.
    """

    kind: BannerKind
    detail: str
    provider: Provider
    token: Token
    days_left: int


async def banners(context: Context) -> Sequence[Banner]:
    """The banners for this person: none for those who may not see providers. A storage call, and one a provider.

    Only providers that provision are spoken of, and of a rotation only the token that the provider still uses.
    """
    if not context.principal.may(Action.VIEW_PROVIDERS):
        return ()
    providers = [provider for provider in await context.services.providers.all() if provider.scim_enabled]
    of_each = await asyncio.gather(*(context.services.tokens.of(provider.id) for provider in providers))
    found = [_about(provider, tokens, context.now) for provider, tokens in zip(providers, of_each, strict=True)]
    return sorted(filter(None, found), key=lambda banner: (_URGENCY.index(banner.kind), banner.token.expires_at))


def _about(provider: Provider, tokens: Sequence[Token], now: datetime) -> Banner | None:
    living = live(tokens, now)
    rotation = rotation_of(tokens, now)
    if living:
        token = rotation.old if rotation and not rotation.has_switched else living[0]
        return _expiring(provider, token, now)
    issued = [token for token in newest_first(tokens) if token.state is not TokenState.PENDING]
    if issued and issued[0].is_expired(now) and issued[0].state is not TokenState.REVOKED:
        return _expired(provider, issued[0])
    return None


def _expiring(provider: Provider, token: Token, now: datetime) -> Banner | None:
    if token.rung(now) is None:
        return None
    days = token.days_left(now)
    return Banner(
        kind=BannerKind.TOKEN_EXPIRING,
        detail=Sentence.counted(
            'The SCIM token {token} of "{provider}" expires on {day} ({number} day). Rotate it.',
            'The SCIM token {token} of "{provider}" expires on {day} ({number} days). Rotate it.',
            days,
            token=token.name,
            provider=provider.name,
            day=token.expires_at,
        ),
        provider=provider,
        token=token,
        days_left=days,
    )


def _expired(provider: Provider, token: Token) -> Banner:
    return Banner(
        kind=BannerKind.TOKEN_EXPIRED,
        detail=Sentence(
            'The SCIM token {token} of "{provider}" expired on {day}. Your identity provider gets 401 '
            "and no change arrives. Generate a new token.",
            token=token.name,
            provider=provider.name,
            day=token.expires_at,
        ),
        provider=provider,
        token=token,
        days_left=0,
    )
