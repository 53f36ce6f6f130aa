"""How tokens end, whoever ends them: administrators and timers alike.

The record comes first: from then on every instance that reads it refuses the token, at the latest when what it
remembers is over (30 s), even if the vault is down. The activity and the vault's secret follow. A crash between leaves
an end that is not complete: whoever repeats the request, and a timer in any case, completes it, and what is repeated
changes nothing.
"""

from dataclasses import dataclass, replace

from scim.domain import token_activities
from scim.domain.ports import Activities, Tokens, TokenVault, VersionConflict
from scim.domain.tokens import Ending, Token, TokenState
from scim.errors import Unavailable

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class TokenCloser:
    """Ends tokens."""

    tokens: Tokens
    vault: TokenVault
    activities: Activities

    async def close(self, token: Token, ending: Ending) -> Token:
        """End a token that has not ended.

        Raises:
            VersionConflict: Its record changed since it was read; nothing was done.
            Unavailable: The outcome is unknown, or the end is not complete: see `complete`.
        """
        return await self.complete(await self.tokens.update(token, token.ended(ending)))

    async def mark(self, token: Token, ending: Ending) -> Token:
        """Write the end of a token into its record, also when that changes meanwhile; whose end comes first, counts.

        Raises:
            Unavailable: The outcome is unknown, or the record changed again and again.
        """
        for _ in range(_ATTEMPTS):
            if token.ending is not None:
                return token
            try:
                return await self.tokens.update(token, token.ended(ending))
            except VersionConflict:  # a use was noted, or somebody else ended it
                token = await self.tokens.get(token.id) or token
        raise Unavailable

    async def close_all(self, provider_id: str, ending: Ending) -> None:
        """End every token of a provider that can still be used, and complete the ends of the others.

        Raises:
            Unavailable: Not all are ended; repeating it goes on from there.
        """
        for token in await self.tokens.of(provider_id):
            is_over = token.is_expired(ending.at) and token.state is not TokenState.PENDING
            await self.complete(token if is_over else await self.mark(token, ending))

    async def complete(self, token: Token) -> Token:
        """Do what is left to be done for a token that ended; nothing for others.

        Raises:
            Unavailable: Not all of it was done. The token is refused all the same.
        """
        if token.ending is None or token.ending.is_complete:
            return token
        await self.activities.record(token_activities.removed(token, token.ending))
        await self.vault.set_enabled(token.id, enabled=False)
        try:
            return await self.tokens.update(token, replace(token, ending=replace(token.ending, is_complete=True)))
        except VersionConflict:  # another completed it, or a late use was noted and the next run marks it
            return token
