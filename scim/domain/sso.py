"""Single sign-on of an identity provider: its configuration, and the way from untested to enabled (R120, R128).

not tested ──test passed──► ready ──enable──► enabled ──disable──► disabled ──enable──► enabled
     ▲                                                                 │
     └────────────────── another configuration ◄───────────────────────┘
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class SsoState(StrEnum):
    """Where a provider's single sign-on stands. Until it is enabled nothing changes for anybody (AMB-30)."""

    NOT_TESTED = "notTested"
    """No sign-in through the present configuration has worked yet."""
    READY = "ready"
    """One has, and it was never enabled."""
    ENABLED = "enabled"
    DISABLED = "disabled"
    """It was enabled, and its configuration is still the one that was tested."""


class SsoProtocol(StrEnum):
    """How sign-ins travel."""

    SAML = "saml2"


@dataclass(frozen=True, slots=True, kw_only=True)
class SsoConfiguration:
    """What a provider said about its sign-in.

    Attributes:
        protocol: See there.
        entity_id: What the provider calls itself (SAML metadata, `entityID`).
        sign_on_url: Where people are sent to sign in.
        certificates: With which it signs, as text; several while one replaces another.
        metadata: The document that all this was taken from, as it was given; "" for none.
    """

    protocol: SsoProtocol = SsoProtocol.SAML
    entity_id: str
    sign_on_url: str
    certificates: tuple[str, ...]
    metadata: str = ""

    def is_same_connection(self, other: "SsoConfiguration") -> bool:
        """Whether people would sign in at the same place; certificates may have been exchanged (roll-over)."""
        return (self.protocol, self.entity_id, self.sign_on_url) == (other.protocol, other.entity_id, other.sign_on_url)


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
        return self.state in {SsoState.READY, SsoState.DISABLED}

    def configured(self) -> "Sso":
        """With another configuration, which is to be tested. One that is enabled goes on: see `is_same_connection`."""
        if self.state is SsoState.ENABLED:
            return self
        return replace(self, state=SsoState.NOT_TESTED, is_configured=True, tested_at=None, tested_by="")

    def tested(self, at: datetime, by: str) -> "Sso":
        """After a test that passed; a second one changes nothing."""
        if self.state is not SsoState.NOT_TESTED:
            return self
        return replace(self, state=SsoState.READY, tested_at=at, tested_by=by)

    def switched(self, state: SsoState, at: datetime, by: str) -> "Sso":
        """Enabled or disabled."""
        return replace(self, state=state, since=at, by=by)
