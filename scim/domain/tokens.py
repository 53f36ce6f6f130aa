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
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

PREFIX = "rc"
LIFETIME_MONTHS = 6
MAX_LIVE_TOKENS = 2
"""Live tokens of one provider: the one in use and the one that replaces it (AMB-16)."""


class TokenState(StrEnum):
    """What an administrator or the expiry has made of a token."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The record of a token, without anything from which its text could be had.

    Attributes:
        id: The `<id>` of its text.
        provider: The provider that it authenticates.
        label: What administrators call it.
        created_at, created_by: When and by whom it was generated.
        expires_at: From this moment on it is expired.
        state: See `TokenState`.
        last_four: The last four characters of the secret, to recognise it by.
        last_used: When a request last came with it, to within five minutes.
    """

    id: str
    provider: str
    label: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    state: TokenState = TokenState.ACTIVE
    last_four: str
    last_used: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether its life is over; at `expires_at` exactly it is."""
        return self.state is TokenState.EXPIRED or now >= self.expires_at


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
