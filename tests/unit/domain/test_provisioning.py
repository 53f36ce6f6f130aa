"""The badge of a provider's provisioning."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scim.domain.providers import Provider
from scim.domain.provisioning import ScimState, provisioning_of
from scim.domain.tokens import Token, TokenState, TokenUse

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PROVIDER = Provider(id="entra", name="Entra")


def token(days: float, state: TokenState = TokenState.ACTIVE, last_used: datetime | None = None) -> Token:
    return Token(
        id=f"t{days}",
        provider="entra",
        label="",
        created_at=NOW,
        created_by="",
        expires_at=NOW + timedelta(days=days),
        state=state,
        last_four="0000",
        last_use=TokenUse(at=last_used) if last_used else None,
    )


@pytest.mark.parametrize(
    ("tokens", "state", "days_left"),
    [
        ([], ScimState.NO_TOKEN, None),
        ([token(181)], ScimState.ON, 181),
        ([token(60.001)], ScimState.ON, 61),
        ([token(60)], ScimState.TOKEN_EXPIRING, 60),
        ([token(0.5)], ScimState.TOKEN_EXPIRING, 1),
        ([token(0)], ScimState.TOKEN_EXPIRED, None),
        ([token(-1, TokenState.EXPIRED)], ScimState.TOKEN_EXPIRED, None),
        ([token(100, TokenState.EXPIRED)], ScimState.TOKEN_EXPIRED, None),
        ([token(100, TokenState.REVOKED)], ScimState.NO_TOKEN, None),
        # While one token replaces another, the one that lives longer counts; and a dead newer one hides no live one.
        ([token(181), token(3)], ScimState.ON, 181),
        ([token(181, TokenState.REVOKED), token(3)], ScimState.TOKEN_EXPIRING, 3),
        ([token(9, TokenState.REVOKED), token(-1)], ScimState.NO_TOKEN, None),
    ],
)
def test_tokens_make_the_badge(tokens, state, days_left):
    found = provisioning_of(PROVIDER, tokens, NOW)
    assert (found.state, found.days_left) == (state, days_left)
    off = provisioning_of(replace(PROVIDER, scim_enabled=False), tokens, NOW)
    assert (off.state, off.days_left) == (ScimState.OFF, days_left)


def test_the_last_request_is_that_of_any_token():
    tokens = [token(181), token(90, last_used=NOW), token(80, TokenState.REVOKED, last_used=NOW - timedelta(days=9))]
    assert provisioning_of(PROVIDER, tokens, NOW).last_request == NOW
    assert provisioning_of(PROVIDER, tokens[:1], NOW).last_request is None
