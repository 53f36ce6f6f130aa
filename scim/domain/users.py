"""Users: what is stored of them, and what Rollcall makes of the attributes that an identity provider sends.

A user's document is kept as it was sent. Its *standing* — kind, organization, state, contact address — is computed
from the document and the provider's policies at every write, kept in columns of its own, and never echoed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from scim.domain.providers import NATIVE, AdoptionPolicy, OrganizationPolicy, Provider
from scim.domain.resources import Resource, document_text
from scim.errors import InvalidValue
from scim.schema.attributes import Document
from scim.schema.comparison import comparison_key
from scim.schema.urns import CORE_USER, NINJAONE_USER

ALL_ORGANIZATIONS = "All"
"""The organization of a global end user, in any letter case on the wire (R065)."""
MAX_ADDRESS = 320
"""Characters of an address for mail: 64, an `@`, 255 (RFC 5321 §4.5.3.1). A longer one is kept, and is no contact."""


class UserType(StrEnum):
    """The two kinds of user (R067-R071)."""

    END_USER = "endUser"
    TECHNICIAN = "technician"


_USER_TYPES = {comparison_key(kind): kind for kind in UserType}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a user's attributes amount to.

    Attributes:
        user_type: End user or technician.
        organization: An organization's id, `ALL_ORGANIZATIONS`, or None for technicians.
        active: Whether the user may sign in.
        contact: The address for mail, None when neither an e-mail nor the userName is one.
    """

    user_type: UserType
    organization: str | None
    active: bool
    contact: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Resource):
    """A stored user.

    Attributes:
        standing: See `Standing`.
        administrator: Whether the console made this user a system administrator. SCIM never sets it (R016).
        standing_since: When the user last became active, inactive, or another kind of user: sessions that began before
            are over. None when that never changed since it was created.
    """

    resource_type: ClassVar[str] = "User"

    standing: Standing
    administrator: bool = False
    standing_since: datetime | None = None

    @property
    def user_name(self) -> str:
        """The userName as it was sent."""
        name: str = self.document()["userName"]
        return name


def with_standing_since(before: User, after: User) -> User:
    """`after`, which follows `before`, with the moment at which it became what it is."""
    ways = [(user.standing.active, user.standing.user_type) for user in (before, after)]
    return replace(after, standing_since=before.standing_since if ways[0] == ways[1] else after.modified)


def display_name(user: User) -> str:
    """What a person is called: displayName, else given and family name, else the userName."""
    return display_name_in(user.document())


def display_name_in(document: Document) -> str:
    """See `display_name`."""
    name = document.get("name", {})
    parts = " ".join(part for part in (name.get("givenName", ""), name.get("familyName", "")) if part)
    shown: str = document.get("displayName") or name.get("formatted") or parts or document["userName"]
    return shown


def requested_user_type(document: Document) -> UserType:
    """The kind of user that a document asks for; none means end user (R067-R071, AMB-2).

    Raises:
        InvalidValue: It is neither of the two.
    """
    text = str(_extension(document).get("userType", "")).strip()
    if not text:
        return UserType.END_USER
    try:
        return _USER_TYPES[comparison_key(text)]
    except KeyError:
        raise InvalidValue('userType must be "endUser" or "technician".') from None


def requested_organization(document: Document) -> str | None:
    """The organization that a document asks for: an id, `ALL_ORGANIZATIONS`, or None."""
    return organization_named(str(_extension(document).get("organizationId", ""))) or None


def organization_named(text: str) -> str:
    """The organization that a text means: an id as it is, or `ALL_ORGANIZATIONS` in any letter case."""
    text = text.strip()
    return ALL_ORGANIZATIONS if comparison_key(text) == comparison_key(ALL_ORGANIZATIONS) else text


def needs_organization(document: Document) -> str | None:
    """The id of the organization that must exist for the document to be accepted; None when there is none to check."""
    organization = requested_organization(document)
    if organization == ALL_ORGANIZATIONS or requested_user_type(document) is UserType.TECHNICIAN:
        return None
    return organization


def standing_of(document: Document, provider: Provider, *, organization_exists: bool) -> Standing:
    """What a document amounts to under a provider's policies.

    Args:
        document: The user's document, valid by the schemas.
        provider: The provider that manages the user.
        organization_exists: Whether the organization that `needs_organization` names exists.

    Raises:
        InvalidValue: The kind of user is unknown, or the organization is missing or unknown and the policy
            refuses that (AMB-5, AMB-7).
    """
    user_type = requested_user_type(document)
    return Standing(
        user_type=user_type,
        organization=(
            _organization(document, provider, exists=organization_exists)
            if user_type is UserType.END_USER
            else None  # a technician's organizationId is kept in the document and means nothing (AMB-5)
        ),
        active=document.get("active", True),
        contact=contact_address(document),
    )


def _organization(document: Document, provider: Provider, *, exists: bool) -> str:
    requested = requested_organization(document)
    if requested == ALL_ORGANIZATIONS or (requested and exists):
        return requested
    policy = provider.policies.organization
    defaulted = policy is OrganizationPolicy.DEFAULT_UNKNOWN or (
        policy is OrganizationPolicy.DEFAULT_MISSING and not requested
    )
    if defaulted and provider.default_organization:
        return provider.default_organization
    if requested:
        raise InvalidValue(
            f'organizationId "{requested[:64]}" does not match an organization. Send an organization ID or "All".'
        )
    raise InvalidValue(
        'organizationId is required for end users: map it to an organization ID or to "All" '
        f"(attribute {NINJAONE_USER}:organizationId)."
    )


def standing_beside(document: Document, kept: Standing) -> Standing:
    """What a document amounts to that asks for no other kind and no other organization than before."""
    return replace(kept, active=document.get("active", True), contact=contact_address(document))


def spelled_out(user: User) -> User:
    """The user with a document that asks for the kind and the organization it has, which a provider's policy gave.

    Without that provider's policies the document alone would amount to something else, or be refused.
    """
    document, standing = user.document(), user.standing
    is_end_user = standing.user_type is UserType.END_USER
    given: dict[str, str] = {}
    if requested_user_type(document) is not standing.user_type:
        given["userType"] = standing.user_type.value
    if is_end_user and standing.organization and requested_organization(document) != standing.organization:
        given["organizationId"] = standing.organization
    if not given:
        return user
    extensions = {NINJAONE_USER: {**_extension(document), **given}}
    others = [urn for urn in document.get("schemas", (CORE_USER,)) if urn != NINJAONE_USER]
    return replace(user, text=document_text({**document, **extensions, "schemas": [*others, NINJAONE_USER]}))


def contact_address(document: Document) -> str | None:
    """The primary e-mail, else the work one, else any, else a userName that is an address (AMB-20)."""
    emails = [email for email in document.get("emails", ()) if 0 < len(email.get("value", "")) <= MAX_ADDRESS]
    for wanted in (lambda email: email.get("primary"), lambda email: email.get("type") == "work", lambda _: True):
        for email in emails:
            if wanted(email):
                address: str = email["value"]
                return address
    name: str = document["userName"]
    return name if "@" in name.strip("@") and len(name) <= MAX_ADDRESS else None


def is_adoptable(user: User, provider: Provider) -> bool:
    """Whether the provider's next write makes this native account its own (AMB-11, AMB-22)."""
    domain = email_domain(user.user_name)
    return (
        user.provider == NATIVE
        and provider.policies.adoption is AdoptionPolicy.AUTOMATIC
        and not user.administrator
        and domain != ""
        and domain in provider.email_domains
    )


def email_domain(user_name: str) -> str:
    """What follows the last `@`, in comparison form; empty when there is none."""
    _, at, domain = user_name.rpartition("@")
    return comparison_key(domain) if at else ""


def with_defaults(document: Document) -> Document:
    """The document of a new user: one that does not say otherwise is active."""
    return document if "active" in document else {**document, "active": True}


def _extension(document: Document) -> Document:
    extension: Document = document.get(NINJAONE_USER, {})
    return extension
