"""What the console manages of people: their settings, and how they prove who they are.

SCIM never writes any of it, and none of it is in a SCIM document: an identity provider cannot read it, clear it, or
take it over (R006-R008).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from scim.domain.providers import NATIVE

ACCESS_TOKEN_PREFIX = "rcp"  # noqa: S105 - the beginning of the text of personal access tokens
MAX_ACCESS_TOKEN_LIFE = timedelta(days=90)
MAX_ACCESS_TOKENS = 20
"""Live ones of one person."""


class AuthenticationType(StrEnum):
    """How an account signs in once single sign-on is enabled for its provider (AMB-30)."""

    NATIVE = "native"
    SSO = "sso"


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeRole:
    """A role that an administrator gave.

    Attributes:
        role: Its id.
        added_by: Whoever gave it, by name.
        added_at: When.
    """

    role: str
    added_by: str
    added_at: datetime


LATEST_IDLE_WARNING_MINUTES = 28
"""Two minutes before a session ends by itself: a later warning would come too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the console manages of an account (AMB-10); an account without a stored one has the defaults.

    Attributes:
        account_id: The account.
        phone: "" for none.
        language: A language tag; "" for the browser's.
        time_zone: An IANA name; "" for the browser's.
        idle_warning_minutes: After how long without a click the console warns; `LATEST_IDLE_WARNING_MINUTES` at most.
        notifications: Whether notices go to the account's e-mail address.
        roles: Native ones.
        authentication_type: What an administrator has set; None for the default, see `authentication_type_of`.
        sessions_end: Sessions that began before this moment are over.
        version: Opaque; "" when nothing is stored.
    """

    account_id: str
    phone: str = ""
    language: str = ""
    time_zone: str = ""
    idle_warning_minutes: int = LATEST_IDLE_WARNING_MINUTES
    notifications: bool = True
    roles: tuple[NativeRole, ...] = ()
    authentication_type: AuthenticationType | None = None
    sessions_end: datetime | None = None
    version: str = ""


def authentication_type_of(profile: Profile, provider: str) -> AuthenticationType:
    """How an account signs in: as it was set, else where it comes from (AMB-30).

    Args:
        profile: The account's.
        provider: The id of the provider that manages it, `NATIVE` for none.
    """
    if profile.authentication_type is not None:
        return profile.authentication_type
    return AuthenticationType.NATIVE if provider == NATIVE else AuthenticationType.SSO


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How an account signs in natively.

    Attributes:
        account_id: The account.
        password_hash: Argon2id, in the format of the reference implementation; "" for none.
        password_changed_at: When it was set.
        totp_secret: The secret of the authenticator app, sealed; "" when none is enrolled.
        totp_step: The time step of the last code that was accepted: that one and earlier ones are used (RFC 6238 §5.2).
        failures: Wrong passwords and codes since the last success.
        locked_until: Until then nothing is tried.
        version: Opaque; "" when nothing is stored.
    """

    account_id: str
    password_hash: str = field(default="", repr=False)
    password_changed_at: datetime | None = None
    totp_secret: str = field(default="", repr=False)
    totp_step: int = -1
    failures: int = 0
    locked_until: datetime | None = None
    version: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the account can sign in natively: it has a password and an authenticator app."""
        return bool(self.password_hash) and bool(self.totp_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that goes on.

    Attributes:
        account_id: Whose.
        id: The digest of the secret in the cookie.
        created_at: When it began.
        verified_at: When the person last proved who they are.
        last_seen: When it was last used, to within a minute.
        agent: The browser, as it names itself; cut.
        provider: The id of the identity provider through which it began: it lasts no longer than single sign-on of
            that; "" for a native one.
    """

    account_id: str
    id: str
    created_at: datetime
    verified_at: datetime
    last_seen: datetime
    agent: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A personal access token: what a script signs in with, in the name of an administrator.

    Attributes:
        id: The `<id>` of its text.
        account_id: Whose.
        label: What its owner calls it.
        digest: Hex SHA-256 of the text.
        created_at, expires_at, last_used: As their names say; the last to within five minutes.
        last_four: The last four characters of the secret.
    """

    id: str
    account_id: str
    label: str
    digest: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    last_four: str
    last_used: datetime | None = None
