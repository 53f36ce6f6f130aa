"""What an identity provider says of itself: its metadata (SAML metadata §2)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from scim.domain.sso import MAX_CERTIFICATES, Certificate, ConfigurationRefused, SamlConfiguration
from scim.sentences import Sentence
from scim.sso.addresses import may_be_opened
from scim.sso.saml import certificates
from scim.sso.saml.documents import Element, HasDoctype, NotXml, parse, text_of
from scim.sso.saml.moments import moment
from scim.sso.saml.names import METADATA, POST_BINDING, PROTOCOL, REDIRECT_BINDING, SIGNATURE, namespace

LIMIT = 1024 * 1024
"""Bytes; that of an identity provider has some 10 KiB, with all of Entra's claims 40."""

_ENTITY_ID_LIMIT = 1024
_REFUSALS = {
    "too_large": Sentence("The metadata is larger than 1 MiB. Give that of this one identity provider."),
    "web_page": Sentence(
        "This is a web page, not SAML metadata. Perhaps the address asks for a sign-in: save the metadata as a file, "
        "and import that."
    ),
    "doctype": Sentence("The metadata has a document type or entities, which SAML metadata has no use for."),
    "not_xml": Sentence("This is not SAML metadata: it is not XML."),
    "not_metadata": Sentence("This is not SAML metadata (no EntityDescriptor)."),
    "not_an_idp": Sentence("This is not SAML metadata of an identity provider (no IDPSSODescriptor for SAML 2.0)."),
    "several": Sentence("This metadata names several identity providers. Give that of a single one."),
    "outdated": Sentence("The metadata says itself that it is no longer valid. Download it again."),
    "no_entity_id": Sentence("The metadata does not say what the identity provider is called (entityID)."),
    "no_sign_on_url": Sentence(
        "The metadata has no address for signing in (SingleSignOnService) with HTTP-Redirect or HTTP-POST."
    ),
    "bad_sign_on_url": Sentence(
        "The address for signing in (SingleSignOnService) in this metadata is not a whole one that begins with "
        "https://."
    ),
    "too_many_certificates": Sentence(
        "The metadata has more than {most} signing certificates. Remove the old ones at the identity provider.",
        most=MAX_CERTIFICATES,
    ),
    "no_certificate": Sentence("The metadata has no signing certificate (KeyDescriptor)."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """What there is to know of one before people can sign in with it.

    Attributes:
        entity_id: What it calls itself.
        sign_on_url: Where people are sent to sign in.
        certificates: With which it signs; none of them has expired, and there is at least one.
        name_id_formats: Those that it says it can send, in its order.
        document: The metadata as it was given.
    """

    entity_id: str
    sign_on_url: str
    certificates: tuple[Certificate, ...]
    name_id_formats: tuple[str, ...]
    document: str

    @property
    def configuration(self) -> SamlConfiguration:
        """What is stored of it."""
        return SamlConfiguration(
            entity_id=self.entity_id,
            sign_on_url=self.sign_on_url,
            certificates=tuple(certificate.pem for certificate in self.certificates),
            metadata=self.document,
        )


def read_metadata(document: bytes, now: datetime, *, local: bool = False) -> IdentityProvider:
    """What an identity provider's metadata says.

    Its own signature, if it has one, is not looked at: what makes it trusted is the administrator who gives it.

    Args:
        document: UTF-8. One descriptor, or a collection with a single identity provider in it.
        now: Expired certificates and metadata are refused.
        local: Whether addresses of this machine are taken without TLS: for local runs only.

    Raises:
        ConfigurationRefused: Says what is the matter.
    """
    root = _root(document)
    entity, role = _identity_provider(root)
    _check_validity([root, entity, role], now)
    entity_id = entity.get("entityID", "").strip()
    if not 0 < len(entity_id) <= _ENTITY_ID_LIMIT:
        raise _refused("no_entity_id")
    found = certificates.usable(_certificates(role), now)
    if len(found) > MAX_CERTIFICATES:
        raise _refused("too_many_certificates")
    return IdentityProvider(
        entity_id=entity_id,
        sign_on_url=_sign_on_url(role, local=local),
        certificates=found,
        name_id_formats=tuple(text_of(found) for found in role.findall(f"{METADATA}NameIDFormat")),
        document=document.decode("utf-8-sig"),
    )


def _refused(code: str) -> ConfigurationRefused:
    return ConfigurationRefused(_REFUSALS[code], code)


def _root(document: bytes) -> Element:
    if len(document) > LIMIT:
        raise _refused("too_large")
    if document[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        raise _refused("web_page")
    try:
        return parse(document)
    except HasDoctype as error:
        raise _refused("doctype") from error
    except NotXml as error:
        raise _refused("not_xml") from error


def _identity_provider(root: Element) -> tuple[Element, Element]:
    """The descriptor of the entity, and the one of its role."""
    if root.tag not in {f"{METADATA}EntityDescriptor", f"{METADATA}EntitiesDescriptor"}:
        raise _refused("not_metadata")
    found = [
        (entity, role)
        for entity in root.iter(f"{METADATA}EntityDescriptor")
        for role in entity.findall(f"{METADATA}IDPSSODescriptor")
        if namespace(PROTOCOL) in role.get("protocolSupportEnumeration", "").split()
    ]
    if not found:
        raise _refused("not_an_idp")
    if len(found) > 1:
        raise _refused("several")
    return found[0]


def _check_validity(elements: list[Element], now: datetime) -> None:
    for element in elements:
        until = element.get("validUntil")
        if until is not None and now >= (moment(until) or datetime.min.replace(tzinfo=UTC)):
            raise _refused("outdated")


def _sign_on_url(role: Element, *, local: bool) -> str:
    """By HTTP-Redirect, which is how people are sent; those that name HTTP-POST only take both at one address."""
    by_binding = {
        service.get("Binding"): service.get("Location", "").strip()
        for service in reversed(role.findall(f"{METADATA}SingleSignOnService"))
    }
    url = str(by_binding.get(REDIRECT_BINDING) or by_binding.get(POST_BINDING) or "")
    if not url:
        raise _refused("no_sign_on_url")
    if not may_be_opened(url, local=local):
        raise _refused("bad_sign_on_url")
    return url


def _certificates(role: Element) -> list[x509.Certificate]:
    """Of each key its own certificate: what follows in a chain belongs to those who issued it, and signs no answer."""
    found = [
        certificates.load(text_of(data.find(f"{SIGNATURE}X509Certificate")))
        for descriptor in role.findall(f"{METADATA}KeyDescriptor")
        if descriptor.get("use", "signing") == "signing"
        for data in descriptor.iter(f"{SIGNATURE}X509Data")
        if data.find(f"{SIGNATURE}X509Certificate") is not None
    ]
    if not found:
        raise _refused("no_certificate")
    return found
