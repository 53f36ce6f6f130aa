"""Getting to know issuers: what they say of themselves, and their keys; remembered for an hour."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scim.domain.ports import Clock
from scim.domain.sso import ConfigurationRefused
from scim.sentences import Sentence
from scim.sso.fetching import Fetcher, FetchRefused
from scim.sso.oidc.documents import read_object
from scim.sso.oidc.keys import PublicKey, SignedToken, keys_of
from scim.sso.oidc.servers import IssuerRefused, Server, not_an_issuer, server_of

REMEMBERED = timedelta(hours=1)
REREAD_AFTER = timedelta(minutes=1)
"""How often keys are read again at most, because a token names one that is not known (roll-over)."""
RETRIED_AFTER = timedelta(seconds=10)
"""How long an issuer that could not be asked is not asked again: who has waited for that does not wait anew."""
MAX_ISSUERS = 200
"""Issuers that are remembered: twice as many as there are providers."""
_DISCOVERY_BYTES = 256 * 1024
_KEYS_BYTES = 512 * 1024
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of an issuer, and when they were read."""

    all: tuple[PublicKey, ...]
    at: datetime

    def fitting(self, token: SignedToken) -> PublicKey | None:
        """The key that a token names. It may name none where only one key can be meant (OpenID Connect Core §10.1)."""
        fit = [key for key in self.all if token.algorithm in key.algorithms]
        named = [key for key in fit if key.id == token.key_id] if token.key_id else fit
        return named[0] if len(named) == 1 else None


@dataclass(slots=True)
class _Known:
    """What is remembered of an issuer."""

    server: Server | None = None
    at: datetime | None = None
    keys: Keys | None = None
    reread_at: datetime | None = None
    failure: ConfigurationRefused | None = None
    failed_at: datetime | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Issuers:
    """The issuers that people sign in at. Whoever asks at the same time waits for one fetch."""

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def server(self, issuer: str) -> Server:
        """What an issuer says of itself (OpenID Connect Discovery 1.0 §4).

        Raises:
            IssuerRefused: It cannot be used.
            FetchRefused: It cannot be asked.
        """
        known = self._of(issuer)
        async with known.reading:
            if known.server is None or self._is_old(known.at):
                with self._failing_once(known):
                    known.server = server_of(issuer, await self._discover(issuer))
                known.at, known.keys = self._clock.now(), None
            return known.server

    async def key(self, server: Server, token: SignedToken) -> PublicKey | None:
        """The key of an issuer that a token names; None if it has no such key.

        Raises:
            IssuerRefused: Its key set has no key, or is none.
            FetchRefused: It cannot be asked.
        """
        known = self._of(server.issuer)
        async with known.reading:
            keys = known.keys
            if keys is None or self._is_old(keys.at):
                with self._failing_once(known):
                    keys = known.keys = await self._read_keys(server)
            elif keys.fitting(token) is None and self._may_reread(known, keys):
                known.reread_at = self._clock.now()  # also a reading that fails is one
                keys = known.keys = await self._read_keys(server)
            return keys.fitting(token)

    @contextmanager
    def _failing_once(self, known: _Known) -> Iterator[None]:
        """Around a fetch: for a while, its failure is also that of whoever would fetch the same."""
        if known.failure and known.failed_at and self._clock.now() < known.failed_at + RETRIED_AFTER:
            raise type(known.failure)(known.failure.detail, known.failure.code)
        try:
            yield
        except ConfigurationRefused as failure:
            known.failure, known.failed_at = failure, self._clock.now()
            raise
        known.failure = None

    def _of(self, issuer: str) -> _Known:
        known = self._known.setdefault(issuer, _Known())
        self._known.move_to_end(issuer)
        while len(self._known) > MAX_ISSUERS:
            self._known.popitem(last=False)
        return known

    def _is_old(self, at: datetime | None) -> bool:
        return at is None or self._clock.now() >= at + REMEMBERED

    def _may_reread(self, known: _Known, keys: Keys) -> bool:
        return self._clock.now() >= max(keys.at, known.reread_at or keys.at) + REREAD_AFTER

    async def _discover(self, issuer: str) -> Mapping[str, Any]:
        try:
            body = await self._fetcher.fetch(issuer.rstrip("/") + _WELL_KNOWN, limit=_DISCOVERY_BYTES)
        except FetchRefused as refusal:
            if refusal.code == "wrong_status":
                raise not_an_issuer() from None
            raise
        document = read_object(body)
        if document is None:
            raise not_an_issuer()
        return document

    async def _read_keys(self, server: Server) -> Keys:
        document = read_object(await self._fetcher.fetch(server.jwks_uri, limit=_KEYS_BYTES))
        found = keys_of(document) if document is not None else ()
        if not found:
            raise IssuerRefused(
                Sentence("This issuer publishes no key for RS256, ES256 or PS256 that ID tokens could be signed with."),
                "no_keys",
            )
        return Keys(all=found, at=self._clock.now())
