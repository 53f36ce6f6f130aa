"""Provisioning tokens. See `scim.domain.ports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from scim.domain.tokens import Token, TokenUse


class Tokens(Protocol):
    """Records of provisioning tokens; their digests are in the vault. Contract suite: `tests/contract/test_tokens.py`.

    Promises: a provider never has more than two tokens that are live or under way, whoever generates at once; a change
    is applied only to what was read. Lists leave out a record that cannot be read, and log it.
    """

    async def get(self, token_id: str) -> Token | None:
        """The record, or None."""
        ...

    async def of(self, provider_id: str) -> Sequence[Token]:
        """The provider's tokens, newest first, those that ended and those under way included."""
        ...

    async def unsettled(self) -> Sequence[Token]:
        """Those of all providers for which anything is left to be done: `Token.is_settled` is false."""
        ...

    async def create(self, token: Token) -> Token:
        """Store the record of a new token; returns it with its version.

        Raises:
            TooManyTokens: The provider has two that are live or under way.
            VersionConflict: Another one of this provider was generated at the same moment.
        """
        ...

    async def update(self, before: Token, after: Token) -> Token:
        """Replace `before` by `after`, which has the same id; returns it with its new version.

        Raises:
            VersionConflict: It is no longer at `before.version`.
        """
        ...

    async def record_use(self, token_id: str, use: TokenUse) -> None:
        """Note that the token was last used; a missing record is ignored."""
        ...


class TokenVault(Protocol):
    """Digests of provisioning tokens, in Key Vault. Contract suite: `tests/contract/test_token_vault.py`."""

    async def digest(self, token_id: str) -> str | None:
        """The hex SHA-256 digest of the token, or None when there is no enabled secret for it."""
        ...

    async def put(self, token_id: str, digest: str, expires: datetime, *, enabled: bool) -> None:
        """Write the digest, which says itself when it expires."""
        ...

    async def set_enabled(self, token_id: str, *, enabled: bool) -> None:
        """Switch the secret on or off; a missing one is ignored."""
        ...
