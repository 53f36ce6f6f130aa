"""How a provider's provisioning stands, in a word for a badge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scim.domain.providers import Provider
from scim.domain.tokens import Token, TokenState, live


class ScimState(StrEnum):
    """The badge."""

    OFF = "off"
    ON = "on"
    TOKEN_EXPIRING = "tokenExpiring"  # noqa: S105
    """From the first notice on: sixty days before."""
    TOKEN_EXPIRED = "tokenExpired"  # noqa: S105
    NO_TOKEN = "noToken"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioning:
    """See the module.

    Attributes:
        state: The badge.
        expires_at: When the token that lives longest expires, or expired; None without one.
        days_left: Days until then, a begun one counted whole; None when it is over, or there is none.
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
    longest = _longest(tokens, now)
    if longest is None or longest.state is TokenState.REVOKED:
        state = ScimState.NO_TOKEN
    elif not longest.is_live(now):
        state = ScimState.TOKEN_EXPIRED
    else:
        state = ScimState.ON if longest.rung(now) is None else ScimState.TOKEN_EXPIRING
    is_over = state in {ScimState.NO_TOKEN, ScimState.TOKEN_EXPIRED}
    return Provisioning(
        state=state if provider.scim_enabled else ScimState.OFF,
        expires_at=longest.expires_at if longest and state is not ScimState.NO_TOKEN else None,
        days_left=longest.days_left(now) if longest and not is_over else None,
        last_request=max((token.last_used for token in tokens if token.last_used), default=None),
    )


def _longest(tokens: Sequence[Token], now: datetime) -> Token | None:
    """The live token that lives longest, else the newest that ended."""
    ended = [token for token in tokens if token.state is not TokenState.PENDING]
    return max(live(tokens, now), key=lambda token: token.expires_at, default=next(iter(ended), None))
