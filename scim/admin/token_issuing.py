"""Generating provisioning tokens."""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace

from scim.domain import token_activities
from scim.domain.activities import Actor
from scim.domain.ports import Activities, Clock, Tokens, TokenVault
from scim.domain.token_closing import TokenCloser
from scim.domain.tokens import Ending, EndReason, Token, TokenState, expiry_of, generate_token
from scim.errors import Unavailable
from scim.sentences import Sentence

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token, with its text: the only time that it is to be had. Its `repr` does not show it."""

    token: Token
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """Generates tokens (R029-R033)."""

    tokens: Tokens
    vault: TokenVault
    activities: Activities
    clock: Clock

    async def issue(self, provider_id: str, label: str, actor: Actor) -> IssuedToken:
        """A new token for a provider.

        The vault has the digest, switched off, before the record says that a token is under way; the secret is switched
        on, and the record says so, last. A failure in between withdraws it; after a crash it holds its slot for two
        minutes, and a timer withdraws it. Nothing that fails leaves a token that anybody has the text of.

        Raises:
            TooManyTokens: The provider has two that are live or under way.
            VersionConflict: Another one was generated at the same moment.
            Unavailable: Nothing changed.
        """
        text, now = generate_token(), self.clock.now().replace(microsecond=0)
        pending = Token(
            id=text.id,
            provider=provider_id,
            label=label,
            created_at=now,
            created_by=actor.id,
            created_by_name=actor.name,
            expires_at=expiry_of(now),
            state=TokenState.PENDING,
            last_four=text.last_four,
        )
        await _by_vault(self.vault.put(pending.id, text.digest, pending.expires_at, enabled=False))
        pending = await self.tokens.create(pending)
        try:
            await self.activities.record(token_activities.created(pending, actor))
            await _by_vault(self.vault.set_enabled(pending.id, enabled=True))
            token = await self.tokens.update(pending, replace(pending, state=TokenState.ACTIVE))
        except Exception:
            await self._withdraw(pending.id, actor)
            raise
        return IssuedToken(token, text.text)

    async def _withdraw(self, token_id: str, actor: Actor) -> None:
        try:
            token = await self.tokens.get(token_id)
            if token is not None and token.ending is None:
                closer = TokenCloser(self.tokens, self.vault, self.activities)
                await closer.close(token, Ending(at=self.clock.now(), reason=EndReason.NOT_ISSUED, actor=actor))
        except Exception:  # whatever it is, the timer does it later
            logger.warning("token_not_withdrawn id=%s", token_id, exc_info=True)


async def _by_vault(call: Awaitable[None]) -> None:
    try:
        await call
    except Unavailable as error:
        raise Unavailable(
            Sentence("The token could not be created (Key Vault did not answer). Nothing changed. Try again."),
            error.retry_after_seconds,
        ) from error
