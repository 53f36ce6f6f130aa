"""Generating provisioning tokens."""

from dataclasses import dataclass

from scim.domain.activities import Activity, Actor, Status
from scim.domain.ports import Activities, Clock, Identifiers, Tokens, TokenVault
from scim.domain.tokens import Token, TokenText, expiry_of, generate_token


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """Generates tokens (R029-R033)."""

    tokens: Tokens
    vault: TokenVault
    activities: Activities
    clock: Clock
    identifiers: Identifiers

    async def issue(self, provider_id: str, label: str, actor: Actor) -> TokenText:
        """A new token for a provider; this is the only time that its text is to be had.

        The vault has the digest, switched off, before the record says that the token exists, and is switched on last:
        whatever fails between leaves nothing that opens a door.

        Raises:
            TooManyTokens: The provider has two live ones.
        """
        text, now = generate_token(), self.clock.now()
        token = Token(
            id=text.id,
            provider=provider_id,
            label=label,
            created_at=now,
            created_by=actor.id,
            expires_at=expiry_of(now),
            last_four=text.last_four,
        )
        await self.vault.put(token.id, text.digest, token.expires_at, enabled=False)
        await self.tokens.create(token)
        await self.vault.set_enabled(token.id, enabled=True)
        await self.activities.record(
            Activity(
                id=self.identifiers.new(),
                time=now,
                status=Status.TOKEN_CREATED,
                provider=provider_id,
                actor=actor,
                subject_kind="token",
                subject_id=token.id,
                subject_name=f"••••{token.last_four}",
            )
        )
        return text
