"""The connection of single sign-on, as scripts set it up. Its configuration is part of a provider (`providers`)."""

from typing import Annotated

from pydantic import Field

from scim.contracts import texts
from scim.contracts.base import Contract, Moment, PageOf, Tally
from scim.domain.sso import SsoState
from scim.domain.users import UserType


class MetadataImport(Contract):
    """The SAML metadata of the identity provider: its address, or the document itself."""

    url: Annotated[str, Field(max_length=2048, pattern=texts.PLAIN_OR_NONE)] = ""
    """Where the provider publishes it. It is fetched once: import it again when certificates have changed."""
    document: str = ""
    """The XML, as text."""


class SsoAddresses(Contract):
    """What the identity provider is given."""

    identifier: str
    """Identifier (Entity ID) of SAML; our metadata is there."""
    reply_url: str
    """Reply URL (assertion consumer service) of SAML."""
    encryption_certificate: str
    """Where the certificate is that assertions may be encrypted for."""
    redirect_uri: str
    """Redirect URI of OpenID Connect."""
    sign_in_link: str
    """Whoever opens it goes to the provider to sign in: for a tile or a bookmark."""


class SigningCertificate(Contract):
    """A certificate that the provider's answers may be signed with."""

    subject: str
    """Whose it says it is (RFC 4514)."""
    fingerprint: str
    """SHA-256 of its DER encoding, hex."""
    not_after: Moment
    """When it expires: answers that it signed are refused from then on."""
    pem: str


class SigningCertificates(Contract):
    """All of them; none for OpenID Connect, whose keys are read at the issuer."""

    items: tuple[SigningCertificate, ...]


class SsoTest(Contract):
    """Whether the connection was tested."""

    state: SsoState
    may_be_enabled: bool
    """Whether the present configuration has passed a test."""
    tested_at: Moment | None = None
    """When a sign-in through it first worked."""
    tested_by: str = ""
    """The userName that it led to."""
    url: str | None = None
    """Where an administrator who is signed in to the console tests it, in a browser; absent without a connection."""


class Dependent(Contract):
    """Somebody who could not sign in without single sign-on."""

    id: str
    name: str
    user_name: str
    user_type: UserType
    administrator: bool


class Dependents(PageOf[Dependent]):
    """A page of them, by id."""

    count: Tally
    """How many there are in all."""
