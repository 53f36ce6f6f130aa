"""Identity providers and the policies that administrators set for each (one deployment has several providers)."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scim.domain.sso import Sso
from scim.schema.comparison import comparison_key
from scim.schema.values import UnknownAttributes

NATIVE = "native"
"""Stands in the place of a provider's id for accounts that are managed in the console."""
MAX_PROVIDERS = 100
"""Providers of one tenant, so that all of them are read by one call."""
QUIET_AFTER = timedelta(minutes=1)
"""From the end of a provider's provisioning to its last write: longer than its token is believed from memory (30 s),
and a request that still believes it may last (25 s)."""

_DOMAIN = re.compile(r"(?=.{3,253}\Z)[\w](?:[\w-]{0,61}[\w])?(?:\.[\w](?:[\w-]{0,61}[\w])?)+")


class ProviderKind(StrEnum):
    """Whose product it is; decides about guides and words, and about nothing else."""

    ENTRA = "entra"
    OKTA = "okta"
    OTHER = "other"


class OrganizationPolicy(StrEnum):
    """What becomes of an end user whose `organizationId` is missing or unknown (AMB-5, AMB-7)."""

    REJECT = "reject"
    """Both are refused."""
    DEFAULT_MISSING = "defaultMissing"
    """A missing one puts the user in the default organization; an unknown one is refused."""
    DEFAULT_UNKNOWN = "defaultUnknown"
    """Both put the user in the default organization."""


class AdoptionPolicy(StrEnum):
    """What becomes of a native account that the provider finds by its userName (AMB-22)."""

    AUTOMATIC = "automatic"
    """It becomes SCIM-managed at the provider's first write, if the domain of its userName is the provider's."""
    ASK = "ask"
    """An administrator decides in the console."""
    NEVER = "never"
    """It stays native; creating a user of that name is a conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies of one provider; the defaults suit Entra ID and Okta.

    Attributes:
        trusts_mfa: Whether whoever signed in at the provider needs no code here. Else an authenticator app is asked
            for, unless the provider's answer says that a second factor was used there. Critical changes take a code
            of the app in any case.
        idp_initiated: Whether a sign-in by SAML may begin at the provider. Nobody can tell then whether the person
            wanted to sign in.
    """

    unknown_attributes: UnknownAttributes = UnknownAttributes.IGNORE
    organization: OrganizationPolicy = OrganizationPolicy.REJECT
    adoption: AdoptionPolicy = AdoptionPolicy.AUTOMATIC
    trusts_mfa: bool = True
    idp_initiated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """That a provider was deleted.

    Attributes:
        at: When.
        by, account_id: By whom: name and id.
        request_id: In which request.
    """

    at: datetime
    by: str
    account_id: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider.

    Attributes:
        id: Its identifier, part of the key of everything that it owns.
        name: What administrators call it.
        kind: See `ProviderKind`.
        created_at, created_by: When it was made, and by whom; None and "" where that was not noted.
        scim_enabled: Whether it may provision.
        scim_since, scim_by: When that was last switched, and by whom; None and "" if never.
        email_domains: The domains that it vouches for, in comparison form (`contoso.com`).
        default_organization: Where the organization policy puts users; None when none is set.
        policies: See `Policies`.
        sso: See `Sso`.
        leaving_since: Since when its users are becoming native accounts, and its groups are going; None when they are
            not, or all of it is done.
        deletion: See `Deletion`; None for one that is there.
        version: Opaque; "" before it is stored.
    """

    id: str
    name: str
    kind: ProviderKind = ProviderKind.OTHER
    created_at: datetime | None = None
    created_by: str = ""
    scim_enabled: bool = True
    scim_since: datetime | None = None
    scim_by: str = ""
    email_domains: frozenset[str] = frozenset()
    default_organization: str | None = None
    policies: Policies = field(default_factory=Policies)
    sso: Sso = field(default_factory=Sso)
    leaving_since: datetime | None = None
    deletion: Deletion | None = None
    version: str = ""

    @property
    def deleted_at(self) -> datetime | None:
        """When it was deleted; None for one that is there."""
        return self.deletion.at if self.deletion else None

    @property
    def has_left(self) -> bool:
        """Whether it was deleted, and owns nobody any more but users who were deleted before it."""
        return self.deletion is not None and self.leaving_since is None

    def is_quiet(self, now: datetime) -> bool:
        """Whether nothing that it was allowed to do before its users began to leave can still be under way."""
        return self.leaving_since is not None and now >= self.leaving_since + QUIET_AFTER

    def switched(self, *, scim_enabled: bool, at: datetime, by: str) -> "Provider":
        """The same with provisioning on or off."""
        return replace(self, scim_enabled=scim_enabled, scim_since=at, scim_by=by)

    def deleted(self, deletion: Deletion) -> "Provider":
        """What remains of it: nothing that provisions or signs in, until its users have left."""
        return replace(self, deletion=deletion, leaving_since=deletion.at, scim_enabled=False, sso=Sso())


def name_key(name: str) -> str:
    """A provider's name as names are compared."""
    return " ".join(comparison_key(name).split())


def domain_key(text: str) -> str | None:
    """An e-mail domain in comparison form; None for what cannot be one."""
    domain = comparison_key(text.strip())
    return domain if _DOMAIN.fullmatch(domain) else None
