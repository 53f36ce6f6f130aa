"""From a bearer token to the provider that calls.

A verdict's ingredients are remembered for thirty seconds at most, on each instance; state and expiry are judged anew
at every request. A token that is revoked elsewhere therefore works for thirty seconds at most, and one that expires
not a moment longer. When storage or the vault cannot be reached the answer is 503, never 401: an identity provider
takes a 401 for a lasting fault, and stops. For a token that ended the vault is not asked: it is refused in any case,
and the end of its secret, which the record has, is enough to be told why.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from scim.background import Background
from scim.domain.ports import Clock, Providers, Tokens, TokenVault
from scim.domain.providers import Provider
from scim.domain.resources import timestamp
from scim.domain.tokens import Token, TokenState, TokenText, TokenUse, parse_token
from scim.errors import Forbidden, Unauthorized, Unavailable
from scim.operations.context import Caller
from scim.protocol.authentication import UNKNOWN_ORIGIN, Origin, bearer_token

FRESH = timedelta(seconds=30)
USE_NOTED_EVERY = timedelta(minutes=5)
LOOKUP_SECONDS = 4.0
"""Longest look for an unremembered token."""
_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What storage and vault said of a token."""

    token: Token
    digest: str
    """Empty, which no token matches, for one that ended."""
    provider: Provider
    until: datetime

    def is_of(self, presented: TokenText) -> bool:
        """Whether the presented token is this one."""
        if self.token.state is not TokenState.ACTIVE:
            return presented.last_four == self.token.last_four
        return presented.matches(self.digest)


class Authenticator:
    """Recognises tokens."""

    def __init__(
        self, tokens: Tokens, providers: Providers, vault: TokenVault, clock: Clock, background: Background
    ) -> None:
        self._tokens = tokens
        self._providers = providers
        self._vault = vault
        self._clock = clock
        self._background = background
        self._known: dict[str, _Known] = {}
        self._lookups: dict[str, asyncio.Task[_Known | None]] = {}
        self._noted: dict[str, datetime] = {}

    async def authenticate(self, header: str | None, origin: Origin = UNKNOWN_ORIGIN) -> Caller:
        """The caller behind an `Authorization` header.

        Args:
            header: The header; None without one.
            origin: Where the request comes from, to be noted as the token's last use.

        Raises:
            Unauthorized: No token, or none that is known and alive.
            Forbidden: The provider's SCIM provisioning is switched off.
            Unavailable: It could not be found out.
        """
        presented = parse_token(bearer_token(header) or "")
        if presented is None:
            raise _unrecognised()
        known = await self._find(presented.id)
        if known is None or not known.is_of(presented):
            raise _unrecognised()
        self._check_alive(known.token)
        if not known.provider.scim_enabled:
            raise Forbidden("SCIM provisioning is disabled for this provider. Enable it in the console.")
        self._note_use(presented, origin)
        return Caller(known.provider, known.token.id)

    def _check_alive(self, token: Token) -> None:
        if token.state is TokenState.REVOKED:
            raise Unauthorized("The SCIM token was revoked. Generate a new one in the console.")
        if token.is_expired(self._clock.now()):
            expired = timestamp(token.expires_at)
            raise Unauthorized(f"The SCIM token expired on {expired}. Generate a new one in the console.")

    async def _find(self, token_id: str) -> _Known | None:
        known = self._known.get(token_id)
        if known is not None and self._clock.now() < known.until:
            return known
        lookup = self._lookups.get(token_id)
        if lookup is None:  # requests that come together share one look
            lookup = asyncio.get_running_loop().create_task(self._look_up(token_id))
            self._lookups[token_id] = lookup
            lookup.add_done_callback(lambda _: self._lookups.pop(token_id, None))
        return await asyncio.shield(lookup)

    async def _look_up(self, token_id: str) -> _Known | None:
        started = self._clock.now()
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                known = await self._read(token_id, started + FRESH)
        except TimeoutError as error:
            raise Unavailable from error
        self._known.pop(token_id, None)
        if known is not None:
            self._known[token_id] = known
            while len(self._known) > _REMEMBERED:
                self._known.pop(next(iter(self._known)))
        return known

    async def _read(self, token_id: str, until: datetime) -> _Known | None:
        token = await self._tokens.get(token_id)
        if token is None or token.state is TokenState.PENDING:
            return None
        digest, provider = await asyncio.gather(self._digest(token), self._providers.get(token.provider))
        if digest is None or provider is None:
            return None
        return _Known(token, digest, provider, until)

    async def _digest(self, token: Token) -> str | None:
        return await self._vault.digest(token.id) if token.state is TokenState.ACTIVE else ""

    def _note_use(self, presented: TokenText, origin: Origin) -> None:
        now = self._clock.now()
        noted = self._noted.get(presented.id)
        if noted is None or now - noted >= USE_NOTED_EVERY:
            self._noted[presented.id] = now
            use = TokenUse(now, origin.address, origin.agent)
            self._background.run(self._tokens.record_use(presented.id, use), "token_use_not_noted")


def _unrecognised() -> Unauthorized:
    return Unauthorized("Bearer token missing or not recognised.")
