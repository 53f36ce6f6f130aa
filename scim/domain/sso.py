"""Single sign-on of an identity provider: its configuration, and the way from untested to enabled (R120, R128).

not tested ──test passed──► ready ──enable──► enabled ──disable──► disabled ──enable──► enabled
     ▲                                                                 │
     └────────────────── another configuration ◄───────────────────────┘

What changes while it is enabled (certificates, the client secret) is in force at once, and no longer tested: after it
was disabled, a test has to pass before it is enabled again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from scim.sentences import Sentence


class SsoState(StrEnum):
    """Where a provider's single sign-on stands. Until it is enabled nothing changes for anybody (AMB-30)."""

    NOT_TESTED = "notTested"
    """No sign-in through the present configuration has worked yet."""
    READY = "ready"
    """One has, and it was never enabled."""
    ENABLED = "enabled"
    DISABLED = "disabled"
    """It was enabled. Whether its configuration is still the one that was tested, `Sso.tested_at` says."""


class SsoProtocol(StrEnum):
    """How sign-ins travel."""

    SAML = "saml2"
    """SAML 2.0, web browser SSO profile."""
    OIDC = "oidc"
    """OpenID Connect, authorization code with PKCE."""


MAX_CERTIFICATES = 5
"""With which one provider may sign: the present one, and those that are to replace it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlConfiguration:
    """What a provider said about its sign-in by SAML.

    Attributes:
        entity_id: What the provider calls itself (SAML metadata, `entityID`).
        sign_on_url: Where people are sent to sign in.
        certificates: With which it signs, as text; several while one replaces another.
        metadata: The document that all this was taken from, as it was given; "" for none.
    """

    protocol: ClassVar[SsoProtocol] = SsoProtocol.SAML

    entity_id: str
    sign_on_url: str
    certificates: tuple[str, ...]
    metadata: str = ""

    def is_same_connection(self, other: "SsoConfiguration") -> bool:
        """Whether people would sign in at the same place; certificates may have been exchanged (roll-over)."""
        return isinstance(other, SamlConfiguration) and (self.entity_id, self.sign_on_url) == (
            other.entity_id,
            other.sign_on_url,
        )


class NameClaim(StrEnum):
    """A claim that accounts may be matched by: of an organization's own provider, people cannot choose it themselves.

    `email` counts only where the provider does not say that it is unverified. `name` and `nickname` are missing,
    because people may write them into their own profile.
    """

    PREFERRED_USERNAME = "preferred_username"
    """The user principal name in Entra ID, the login in Okta."""
    UPN = "upn"
    """An optional claim of Entra ID, and the user principal name of guests, too."""
    EMAIL = "email"
    SUBJECT = "sub"
    """The one that never changes; it fits where the provider's userNames are its subjects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcConfiguration:
    """What a provider said about its sign-in by OpenID Connect. The rest is discovered at the issuer.

    Attributes:
        issuer: What the provider calls itself, exactly (OpenID Connect Discovery 1.0 §3, `issuer`).
        client_id: What it calls Rollcall.
        secret_version: Which version of the secret `client_secret_name` is the client secret; "" before it is kept.
        name_claims: The claims that stand for the userName: the first that there is, counts (AMB-20).
    """

    protocol: ClassVar[SsoProtocol] = SsoProtocol.OIDC

    DEFAULT_NAME_CLAIMS: ClassVar = (NameClaim.PREFERRED_USERNAME, NameClaim.UPN, NameClaim.EMAIL)

    issuer: str
    client_id: str
    secret_version: str = ""
    name_claims: tuple[NameClaim, ...] = DEFAULT_NAME_CLAIMS

    def is_same_client(self, other: "SsoConfiguration | None") -> bool:
        """Whether the same secret may be sent to the same place."""
        return isinstance(other, OidcConfiguration) and (self.issuer, self.client_id) == (
            other.issuer,
            other.client_id,
        )

    def is_same_connection(self, other: "SsoConfiguration") -> bool:
        """Whether people would sign in at the same place and as the same; the secret may have been exchanged."""
        return (
            isinstance(other, OidcConfiguration)
            and self.is_same_client(other)
            and self.name_claims == other.name_claims
        )


type SsoConfiguration = SamlConfiguration | OidcConfiguration
"""By protocol: how people sign in at a provider."""


def client_secret_name(provider_id: str) -> str:
    """What the client secret of a provider is called in Key Vault."""
    return f"sso-client-secret-{provider_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sso:
    """The state of single sign-on.

    Attributes:
        state: See there.
        is_configured: Whether there is a configuration.
        tested_at, tested_by: When a sign-in through the present configuration first worked, and whose it was.
        since, by: When it was last enabled or disabled, and by whom.
    """

    state: SsoState = SsoState.NOT_TESTED
    is_configured: bool = False
    tested_at: datetime | None = None
    tested_by: str = ""
    since: datetime | None = None
    by: str = ""

    @property
    def may_be_enabled(self) -> bool:
        """Whether the present configuration has passed a test."""
        return self.state is SsoState.READY or (self.state is SsoState.DISABLED and self.tested_at is not None)

    def configured(self) -> "Sso":
        """With another configuration, which is to be tested. One that is enabled goes on: see `is_same_connection`."""
        state = SsoState.ENABLED if self.state is SsoState.ENABLED else SsoState.NOT_TESTED
        return replace(self, state=state, is_configured=True, tested_at=None, tested_by="")

    def tested(self, at: datetime, by: str) -> "Sso":
        """After a test that passed; a second one changes nothing."""
        if self.may_be_enabled or self.state is SsoState.ENABLED:
            return self
        state = SsoState.DISABLED if self.state is SsoState.DISABLED else SsoState.READY
        return replace(self, state=state, tested_at=at, tested_by=by)

    def switched(self, state: SsoState, at: datetime, by: str) -> "Sso":
        """Enabled or disabled."""
        return replace(self, state=state, since=at, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """A sign-in that was sent to an identity provider, and what its answer has to fit.

    Attributes:
        id: Ours, random: SAML's request ID (`InResponseTo` names it), OpenID Connect's `state`.
        nonce: OpenID Connect's, random; "" for SAML.
        verifier: Of PKCE, random; "" for SAML.
        at: When it was sent.
    """

    id: str
    nonce: str = ""
    verifier: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who an identity provider says has signed in; all of it is verified.

    Attributes:
        name: SAML's NameID, or the claim of OpenID Connect that stands for it; what the account is matched by.
        attributes: All that was said of the person: by name, the values as they came.
        has_mfa: Whether the provider says that a second factor was asked for.
        answer_id: SAML's assertion ID, or OpenID Connect's session-independent id of the answer: each is good once.
        ends: Until when a repetition of it would be taken for good, and so has to be remembered.
        request_id: Of our request that it answers; "" for a sign-in that the provider began.
    """

    name: str
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_mfa: bool = False
    answer_id: str
    ends: datetime
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One that answers may be signed with, or assertions encrypted for.

    Attributes:
        pem: As text, as it is stored.
        subject: Whose it says it is (RFC 4514), for people to read.
        fingerprint: SHA-256 of its DER encoding, hex: by that people tell two of one subject apart.
        not_after: When it expires.
    """

    pem: str
    subject: str
    fingerprint: str
    not_after: datetime


class SignOnRefused(Exception):
    """Something of an identity provider is not taken.

    Args:
        detail: Says in one sentence what is wrong, and where it is mended; of what was given, only what is said below.
        code: Machine-readable, e.g. `wrong_audience`.
    """

    def __init__(self, detail: Sentence, code: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


class ConfigurationRefused(SignOnRefused):
    """What an administrator gave, or had fetched, cannot be signed in with; dates, numbers and hosts are told of it."""


class AnswerRefused(SignOnRefused):
    """What came from an identity provider does not let anybody in; nothing of it is told."""
