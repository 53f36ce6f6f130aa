"""Identity providers."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from scim.admin.provider_switches import UsersWithoutScim
from scim.admin.providers import ProviderChange
from scim.contracts import texts
from scim.contracts.base import Contract, Moment, Name, OrganizationId, Parameters, Tally, optional
from scim.domain.providers import AdoptionPolicy, OrganizationPolicy, ProviderKind
from scim.domain.provisioning import ScimState
from scim.domain.sso import (
    MAX_CERTIFICATES,
    NameClaim,
    OidcConfiguration,
    SamlConfiguration,
    SsoConfiguration,
    SsoProtocol,
    SsoState,
)
from scim.schema.values import UnknownAttributes

EmailDomain = Annotated[str, Field(min_length=3, max_length=253, pattern=texts.PLAIN)]
"""An e-mail domain: `contoso.com`."""
EmailDomains = Annotated[tuple[EmailDomain, ...], Field(max_length=100)]
Certificate = Annotated[str, Field(min_length=1, max_length=8192, pattern=texts.CERTIFICATE)]
"""A certificate as PEM, or its base64 alone."""


class SamlSettings(Contract):
    """The configuration of single sign-on by SAML 2.0."""

    protocol: Literal[SsoProtocol.SAML] = SsoProtocol.SAML
    entity_id: Annotated[str, Field(min_length=1, max_length=1024, pattern=texts.PLAIN)]
    """What the provider calls itself: `entityID` in SAML metadata."""
    sign_on_url: Annotated[str, Field(max_length=2048, pattern=texts.HTTPS_URL)]
    certificates: Annotated[tuple[Certificate, ...], Field(min_length=1, max_length=MAX_CERTIFICATES)]
    """With which it signs."""
    metadata: Annotated[str, Field(max_length=200_000)] = ""
    """The metadata document that all this was taken from, as it was given."""

    def configuration(self) -> SamlConfiguration:
        """For the use case."""
        return SamlConfiguration(**self.model_dump(by_alias=False, exclude={"protocol"}))


class OidcSettings(Contract):
    """The configuration of single sign-on by OpenID Connect. The rest is discovered at the issuer."""

    protocol: Literal[SsoProtocol.OIDC]
    issuer: Annotated[str, Field(max_length=1024, pattern=texts.ISSUER)]
    """What the provider calls itself, exactly: `issuer` in its discovery document."""
    client_id: Annotated[str, Field(min_length=1, max_length=255, pattern=texts.PLAIN)]
    """What the provider calls Rollcall."""
    client_secret: Annotated[str, Field(min_length=1, max_length=1024, pattern=texts.PLAIN)] | None = Field(
        default=None, exclude=True
    )
    """It is kept in Key Vault and never returned. When it is absent, the present one stays; another issuer or client
    ID takes a new one."""
    name_claims: Annotated[tuple[NameClaim, ...], Field(min_length=1, max_length=len(NameClaim))] = (
        OidcConfiguration.DEFAULT_NAME_CLAIMS
    )
    """The claims that stand for the userName: the first that there is, counts."""

    def configuration(self) -> OidcConfiguration:
        """For the use case, which adds the secret."""
        return OidcConfiguration(issuer=self.issuer, client_id=self.client_id, name_claims=self.name_claims)


def _protocol(settings: Any) -> str:
    """SAML, where nothing is said."""
    if isinstance(settings, dict):
        return str(settings.get("protocol", SsoProtocol.SAML))
    return str(getattr(settings, "protocol", SsoProtocol.SAML))


SsoSettings = Annotated[
    Annotated[SamlSettings, Tag(SsoProtocol.SAML.value)] | Annotated[OidcSettings, Tag(SsoProtocol.OIDC.value)],
    Discriminator(_protocol),
]
"""The configuration of single sign-on, by protocol."""


def sso_settings(configuration: SsoConfiguration) -> SamlSettings | OidcSettings:
    """What is told of a configuration. It is not judged again: metadata may say what nobody may type.

    Metadata may have more certificates, and in local runs addresses of this machine.
    """
    told = {each.name: getattr(configuration, each.name) for each in fields(configuration)}
    match configuration:
        case SamlConfiguration():
            return SamlSettings.model_construct(**told)
        case OidcConfiguration():
            return OidcSettings.model_construct(protocol=SsoProtocol.OIDC, **told)


class Policies(Contract):
    """What becomes of what the provider sends."""

    unknown_attributes: UnknownAttributes
    organization: OrganizationPolicy
    adoption: AdoptionPolicy
    trusts_mfa: bool
    """Whether a sign-in there takes no code here, whatever the provider says of a second factor."""
    idp_initiated: bool
    """Whether sign-ins by SAML may begin at the provider."""


class WantedPolicies(Contract):
    """Policies to set; those that are absent stay."""

    unknown_attributes: UnknownAttributes = optional()
    organization: OrganizationPolicy = optional()
    adoption: AdoptionPolicy = optional()
    trusts_mfa: bool = optional()
    idp_initiated: bool = optional()


class NewProvider(Contract):
    """What a new provider is to be. It is made with SSO and SCIM switched off."""

    name: Name
    kind: ProviderKind = ProviderKind.ENTRA
    email_domains: EmailDomains = ()
    """The domains that it vouches for: whose people sign in there, and whose native accounts it may adopt."""
    policies: WantedPolicies = Field(default_factory=WantedPolicies)
    default_organization: OrganizationId | None = None
    """The ID of the organization where the organization policy puts end users."""
    sso: SsoSettings | None = None


class ProviderEdit(Contract):
    """What to change; what is absent stays."""

    name: Name = optional()
    kind: ProviderKind = optional()
    email_domains: EmailDomains = optional()
    policies: WantedPolicies = Field(default_factory=WantedPolicies)
    default_organization: OrganizationId | None = None
    """`null` for none."""
    sso: SsoSettings = optional()
    """The whole configuration, the client secret aside. Another connection, or a change while SSO is off, has to be
    tested."""


def provider_change(wanted: NewProvider | ProviderEdit) -> ProviderChange:
    """The same, for the use case: a default organization that is named as none is taken away."""
    default = wanted.default_organization
    if default is None and "default_organization" in wanted.model_fields_set:
        default = ""
    return ProviderChange(
        name=wanted.name,
        kind=wanted.kind,
        email_domains=wanted.email_domains,
        unknown_attributes=wanted.policies.unknown_attributes,
        organization=wanted.policies.organization,
        adoption=wanted.policies.adoption,
        trusts_mfa=wanted.policies.trusts_mfa,
        idp_initiated=wanted.policies.idp_initiated,
        default_organization=default,
        configuration=wanted.sso.configuration() if wanted.sso else None,
        client_secret=wanted.sso.client_secret if isinstance(wanted.sso, OidcSettings) else None,
    )


class SsoDetails(Contract):
    """How single sign-on stands."""

    state: SsoState
    since: Moment | None = None
    """When it was last enabled or disabled."""
    by: str = ""
    tested_at: Moment | None = None
    tested_by: str = ""
    configuration: SsoSettings | None = None
    """On the page of a provider only; absent before there is one."""


class ScimDetails(Contract):
    """How provisioning stands."""

    enabled: bool
    state: ScimState
    """The badge: off, on, or what is the matter with the token."""
    days_left: int | None = None
    """Days until the token expires."""
    expires_at: Moment | None = None
    last_request: Moment | None = None
    """To within five minutes."""
    since: Moment | None = None
    """When it was last switched; absent if never."""
    by: str = ""
    users: int | None = None
    """How many it manages; on the page of a provider only."""
    groups: int | None = None
    becoming_native: bool = False
    """Whether its users are becoming native accounts now; provisioning cannot be enabled meanwhile."""
    url: str
    """What the identity provider is given as the tenant URL (R036)."""


class ProviderSummary(Contract):
    """A provider in the list."""

    id: str
    name: str
    kind: ProviderKind
    email_domains: tuple[str, ...]
    created_at: Moment | None = None
    created_by: str = ""
    sso: SsoDetails
    scim: ScimDetails


class ProviderDetails(ProviderSummary):
    """A provider."""

    policies: Policies
    default_organization: str | None = None


class Providers(Contract):
    """All providers, by name."""

    items: tuple[ProviderSummary, ...]


class ProviderFilter(Parameters):
    """Which providers are wanted."""

    search: Annotated[str, Field(max_length=253)] = ""
    """A part of the name or of an e-mail domain."""
    sso: tuple[SsoState, ...] = ()
    scim: tuple[ScimState, ...] = ()


class SsoImpact(Contract):
    """What disabling SSO would do."""

    locked_out: Tally
    """Active people who sign in only through this provider and have no native sign-in."""
    administrators: tuple[str, ...]
    """userNames of the system administrators among them, 20 at most."""
    scim_enabled: bool
    """Whether provisioning stays on, unless it is disabled, too."""
    is_possible: bool
    """False when no active system administrator could sign in natively then."""


class DisableSso(Contract):
    """How to disable SSO."""

    disable_scim: bool = False
    """Also switch provisioning off; else people who leave are still made inactive."""


class DisableScim(Contract):
    """How to disable provisioning."""

    users: UsersWithoutScim = UsersWithoutScim.KEEP_EDITABLE


class DeletionImpact(Contract):
    """What the deletion would do."""

    users: int
    """They become Native."""
    groups: int
    """They go."""
    role_assignments: Tally
    """Roles that people have from these groups; they are removed."""
    live_tokens: bool
    """Whether a token stops working."""


class Confirmation(Parameters):
    """What confirms the deletion."""

    name: Annotated[str, Field(min_length=1, max_length=150)]
    """The name of the provider, as a person typed it."""
