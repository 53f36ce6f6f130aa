"""Provisioning tokens: their text, their life.

A token reads `rc_<id>_<secret>_<checksum>`: a fixed prefix by which scanners of leaked secrets find it, an id by which
its record is found, 256 random bits, and a checksum by which a typo is refused without a look into storage.
Only the SHA-256 digest of the whole text is kept.
"""

import calendar
import hashlib
import hmac
import secrets
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scim.domain.activities import Actor

PREFIX = "rc"
LIFETIME_MONTHS = 6
MAX_LIVE_TOKENS = 2
"""Live tokens of one provider: the one in use and the one that replaces it (AMB-16)."""
PENDING_AT_MOST = timedelta(minutes=2)
"""How long a generation can be under way: longer than a request lasts. After that it has failed."""
RUNGS = (1, 7, 14, 30, 60)
"""Days before its expiry at which a token is told to be expiring, once each."""
QUIET = timedelta(days=7)
"""How long a token that was replaced goes unused before it is revoked by itself."""


class TokenState(StrEnum):
    """What an administrator or the expiry has made of a token."""

    PENDING = "pending"
    """Its generation is under way: nobody has its text yet. It works for nobody."""
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"


class EndReason(StrEnum):
    """Why a token ended."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    ROTATED = "rotated"
    """Another took its place, and an administrator, or a week without use, finished the rotation."""
    ROTATION_CANCELLED = "rotationCancelled"
    PROVIDER_DELETED = "providerDeleted"
    NOT_ISSUED = "notIssued"
    """Its generation failed half-way: nobody ever had its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a token.

    Attributes:
        at: When.
        reason: See `EndReason`.
        actor: Who ended it.
        is_complete: Whether its activity is written and its secret in the vault is switched off.
    """

    at: datetime
    reason: EndReason
    actor: Actor
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class TokenUse:
    """A request that came with a token.

    Attributes:
        at: When.
        address: Where it came from, as the platform in front of the app saw it; "" when it did not say.
        agent: How the client named itself, cut; "" when it did not, as Entra ID does not.
    """

    at: datetime
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The record of a token, without anything from which its text could be had.

    Attributes:
        id: The `<id>` of its text.
        provider: The provider that it authenticates.
        label: What administrators call it.
        created_at, created_by: When and by whom (an account's id) it was generated.
        created_by_name: What that person was called.
        expires_at: From this moment on it is expired; a whole second, as the vault counts no fractions.
        state: See `TokenState`.
        last_four: The last four characters of the secret, to recognise it by.
        last_use: The last request that came with it, to within five minutes.
        ending: How it ended; None while it has not.
        warned: The lowest of `RUNGS` that was told; None before the first.
        version: Of the record that was read; "" for a new one.
    """

    id: str
    provider: str
    label: str
    created_at: datetime
    created_by: str
    created_by_name: str = ""
    expires_at: datetime
    state: TokenState = TokenState.ACTIVE
    last_four: str
    last_use: TokenUse | None = None
    ending: Ending | None = None
    warned: int | None = None
    version: str = ""

    @property
    def name(self) -> str:
        """What administrators recognise it by."""
        return f"••••{self.last_four}"

    @property
    def last_used(self) -> datetime | None:
        """When a request last came with it; None when none ever did."""
        return self.last_use.at if self.last_use else None

    @property
    def is_settled(self) -> bool:
        """Whether it ended, and nothing is left to be done for it."""
        return self.ending is not None and self.ending.is_complete

    @property
    def was_withdrawn(self) -> bool:
        """Whether nobody has its text: its generation is under way, or failed."""
        failed = self.ending is not None and self.ending.reason is EndReason.NOT_ISSUED
        return failed or self.state is TokenState.PENDING

    def is_expired(self, now: datetime) -> bool:
        """Whether its life is over; at `expires_at` exactly it is."""
        return self.state is TokenState.EXPIRED or now >= self.expires_at

    def is_live(self, now: datetime) -> bool:
        """Whether requests with it are accepted, as far as the token is concerned."""
        return self.state is TokenState.ACTIVE and now < self.expires_at

    def is_under_way(self, now: datetime) -> bool:
        """Whether it is being generated at this moment."""
        return self.state is TokenState.PENDING and now - self.created_at < PENDING_AT_MOST

    def days_left(self, now: datetime) -> int:
        """Days until it expires, a begun one counted whole; 0 when it is expired."""
        return max(0, -((now - self.expires_at) // timedelta(days=1)))

    def rung(self, now: datetime) -> int | None:
        """The lowest of `RUNGS` that it has reached; None while more than sixty days are left."""
        return next((days for days in RUNGS if self.expires_at - now <= timedelta(days=days)), None)

    def ended(self, ending: Ending) -> "Token":
        """The same token with its end."""
        state = TokenState.EXPIRED if ending.reason is EndReason.EXPIRED else TokenState.REVOKED
        return replace(self, state=state, ending=ending)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Two live tokens of one provider: the new one takes the place of the old."""

    old: Token
    new: Token

    @property
    def has_switched(self) -> bool:
        """Whether the provider's last request came with the new token.

        Not merely whether the new one was ever used: Entra ID tests a token with a request before it is saved.
        """
        before, since = self.old.last_used, self.new.last_used
        return since is not None and (before is None or before <= since)

    def is_over(self, now: datetime) -> bool:
        """Whether the provider has switched, and has not used the old token for a week."""
        quiet_since = max(self.old.last_used or self.old.created_at, self.new.created_at)
        return self.has_switched and now - quiet_since >= QUIET


def live(tokens: Sequence[Token], now: datetime) -> list[Token]:
    """Those that are, newest first."""
    return newest_first(token for token in tokens if token.is_live(now))


def newest_first(tokens: Iterable[Token]) -> list[Token]:
    """In the order of lists."""
    return sorted(tokens, key=lambda token: (token.created_at, token.id), reverse=True)


def rotation_of(tokens: Sequence[Token], now: datetime) -> Rotation | None:
    """The rotation that is running among the tokens of one provider."""
    match live(tokens, now):
        case [new, old]:
            return Rotation(old, new)
    return None


def in_use(tokens: Sequence[Token], now: datetime) -> Token | None:
    """The live token of one provider that matters: of a rotation the old one until the provider has switched."""
    rotation = rotation_of(tokens, now)
    if rotation is not None and not rotation.has_switched:
        return rotation.old
    return next(iter(live(tokens, now)), None)


def last_issued(tokens: Iterable[Token]) -> Token | None:
    """The newest token that anybody ever had the text of, live or not."""
    return next((token for token in newest_first(tokens) if not token.was_withdrawn), None)


@dataclass(frozen=True, slots=True)
class TokenText:
    """The text of a token as a client presents it. Its `repr` shows only the id."""

    id: str
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the text: what is stored and compared."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def last_four(self) -> str:
        """The last four characters of the secret."""
        return self.text.rsplit("_", 1)[0][-4:]

    def matches(self, digest: str) -> bool:
        """Whether the digest is this token's, in constant time. An empty digest never matches."""
        return bool(digest) and hmac.compare_digest(self.digest, digest)


def generate_token(prefix: str = PREFIX) -> TokenText:
    """A new token."""
    token_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    body = f"{prefix}_{token_id}_{secret}"
    return TokenText(token_id, f"{body}_{_checksum(body)}")


def parse_token(text: str, prefix: str = PREFIX) -> TokenText | None:
    """The token that a client presented, or None when the text cannot be one: wrong form or wrong checksum."""
    body, _, checksum = text.rpartition("_")
    parts = body.split("_")
    if len(text) > 200 or len(parts) != 3 or parts[0] != prefix or not all(parts):  # noqa: PLR2004 - prefix, id, secret
        return None
    if not text.isascii() or not parts[1].isalnum() or _checksum(body) != checksum:
        return None
    return TokenText(parts[1], text)


def expiry_of(created_at: datetime) -> datetime:
    """Six calendar months later, at the same time of day in UTC, clamped to the end of the month (R033, AMB-17)."""
    months = created_at.month - 1 + LIFETIME_MONTHS
    year, month = created_at.year + months // 12, months % 12 + 1
    day = min(created_at.day, calendar.monthrange(year, month)[1])
    return created_at.replace(year=year, month=month, day=day)


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
