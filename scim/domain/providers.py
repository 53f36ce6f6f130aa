"""Identity providers and the policies that administrators set for each (one deployment has several providers)."""

from dataclasses import dataclass, field
from enum import StrEnum

from scim.schema.values import UnknownAttributes

NATIVE = "native"
"""Stands in the place of a provider's id for accounts that are managed in the console."""


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
    """The policies of one provider; the defaults suit Entra ID and Okta."""

    unknown_attributes: UnknownAttributes = UnknownAttributes.IGNORE
    organization: OrganizationPolicy = OrganizationPolicy.REJECT
    adoption: AdoptionPolicy = AdoptionPolicy.AUTOMATIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider.

    Attributes:
        id: Its identifier, part of the key of everything that it owns.
        name: What administrators call it.
        scim_enabled: Whether it may provision.
        email_domains: The domains that it vouches for, in comparison form (`contoso.com`).
        default_organization: Where the organization policy puts users; None when none is set.
        policies: See `Policies`.
    """

    id: str
    name: str
    scim_enabled: bool = True
    email_domains: frozenset[str] = frozenset()
    default_organization: str | None = None
    policies: Policies = field(default_factory=Policies)
