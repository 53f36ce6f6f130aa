"""How a provider's provisioning stands, in a word for a badge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scim.domain.providers import Provider
from scim.domain.tokens import Token, TokenState

EXPIRING = timedelta(days=60)
"""How long before its end a token is shown as expiring: from the first notice on."""


class ScimState(StrEnum):
    """The badge."""

    OFF = "off"
    ON = "on"
    TOKEN_EXPIRING = "tokenExpiring"  # noqa: S105
    TOKEN_EXPIRED = "tokenExpired"  # noqa: S105
    NO_TOKEN = "noToken"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioning:
    """See the module.

    Attributes:
        state: The badge.
        expires_at: When the token that lives longest expires, or expired; None without one.
        days_left: Whole days until then; None when it is over, or there is none.
        last_request: When a token of the provider was last used, to within five minutes.
    """

    state: ScimState
    expires_at: datetime | None = None
    days_left: int | None = None
    last_request: datetime | None = None


def provisioning_of(provider: Provider, tokens: Sequence[Token], now: datetime) -> Provisioning:
    """How a provider's provisioning stands.

    Args:
        provider: The provider.
        tokens: All its tokens, newest first.
        now: The moment.
    """
    last_request = max((token.last_used for token in tokens if token.last_used), default=None)
    expires_at = _end(tokens, now)
    if expires_at is None:
        state = ScimState.NO_TOKEN
    elif expires_at <= now:
        state = ScimState.TOKEN_EXPIRED
    else:
        state = ScimState.TOKEN_EXPIRING if expires_at - now <= EXPIRING else ScimState.ON
    return Provisioning(
        state=state if provider.scim_enabled else ScimState.OFF,
        expires_at=expires_at,
        days_left=(expires_at - now).days if expires_at and expires_at > now else None,
        last_request=last_request,
    )


def _end(tokens: Sequence[Token], now: datetime) -> datetime | None:
    """When the last live token expires; else when the newest one expired, unless it was revoked."""
    live = [token for token in tokens if token.state is TokenState.ACTIVE and not token.is_expired(now)]
    if live:
        return max(token.expires_at for token in live)
    newest = next(iter(tokens), None)
    return None if newest is None or newest.state is TokenState.REVOKED else min(newest.expires_at, now)
