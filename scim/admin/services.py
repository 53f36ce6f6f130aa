"""The ports that administration works with."""

from dataclasses import dataclass

from scim.background import Background
from scim.domain.ports import (
    Activities,
    Clock,
    Groups,
    Identifiers,
    Organizations,
    Providers,
    Tokens,
    TokenVault,
    Users,
)
from scim.domain.ports.accounts import Accounts
from scim.domain.ports.people import AccessTokens, CredentialStore, Profiles, Sessions, UsedProofs


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports, and where the deployment is.

    Attributes:
        public_url: The base of every absolute link, without a slash at its end (R038).
    """

    accounts: Accounts
    activities: Activities
    users: Users
    groups: Groups
    organizations: Organizations
    providers: Providers
    tokens: Tokens
    vault: TokenVault
    profiles: Profiles
    credentials: CredentialStore
    sessions: Sessions
    access_tokens: AccessTokens
    used_proofs: UsedProofs
    clock: Clock
    identifiers: Identifiers
    background: Background
    public_url: str

    @property
    def scim_base_url(self) -> str:
        """What administrators paste into their identity provider (R036, R037)."""
        return f"{self.public_url}/ws/scim/v2"
