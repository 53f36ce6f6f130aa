"""The ports that administration works with."""

from dataclasses import dataclass
from datetime import timedelta

from scim.admin.passwords import Passwords
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
from scim.domain.ports.accounts import Accounts, AdministratorGuard
from scim.domain.ports.activities import ActivityLog
from scim.domain.ports.idempotency import IdempotencyKeys
from scim.domain.ports.people import (
    AccessTokens,
    Attempts,
    CredentialStore,
    Profiles,
    Sealer,
    Sessions,
    UsedProofs,
    VaultSecrets,
)
from scim.domain.ports.roles import Census, GroupMappings, Roles
from scim.domain.ports.sso import SingleSignOn


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports, and where the deployment is.

    Attributes:
        activity_retention: How long activities are kept at least.
        public_url: The base of every absolute link, without a slash at its end (R038).
    """

    accounts: Accounts
    administrator_guard: AdministratorGuard
    activities: Activities
    activity_log: ActivityLog
    users: Users
    groups: Groups
    organizations: Organizations
    providers: Providers
    roles: Roles
    mappings: GroupMappings
    census: Census
    tokens: Tokens
    vault: TokenVault
    profiles: Profiles
    credentials: CredentialStore
    sessions: Sessions
    access_tokens: AccessTokens
    used_proofs: UsedProofs
    idempotency_keys: IdempotencyKeys
    attempts: Attempts
    secrets: VaultSecrets
    sealer: Sealer
    sso: SingleSignOn
    passwords: Passwords
    clock: Clock
    identifiers: Identifiers
    background: Background
    activity_retention: timedelta
    public_url: str

    @property
    def scim_base_url(self) -> str:
        """What administrators paste into their identity provider (R036, R037)."""
        return f"{self.public_url}/ws/scim/v2"
