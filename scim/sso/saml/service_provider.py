"""What we are to an identity provider: another service provider for each, with addresses of its own."""

from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from scim.sso.saml.names import METADATA, POST_BINDING, PROTOCOL, SIGNATURE, namespace

_NAME_ID_FORMATS = (
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
)
_PEM_LINES = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKey:
    """What assertions may be encrypted for. Who makes and keeps it is the caller's matter; both are PEM.

    Attributes:
        private_key: RSA, 2,048 bits at least, not encrypted itself.
        certificate: For the same key; our metadata hands it out.
    """

    private_key: str = field(repr=False)
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProvider:
    """We, as one identity provider knows us.

    Attributes:
        entity_id: The Identifier (Entity ID) that administrators copy; our metadata is there.
        reply_url: The Reply URL, too (assertion consumer service).
        encryption_key: None where encrypted assertions cannot be read.
    """

    entity_id: str
    reply_url: str
    encryption_key: EncryptionKey | None = None

    @classmethod
    def of(cls, public_url: str, provider_id: str, encryption_key: EncryptionKey | None = None) -> Self:
        """The one for a provider.

        Args:
            public_url: The base of all links, without a slash at its end.
            provider_id: Ours.
            encryption_key: See there.
        """
        base = f"{public_url}/console/sso/{provider_id}"
        return cls(entity_id=f"{base}/metadata", reply_url=f"{base}/acs", encryption_key=encryption_key)

    def metadata(self) -> bytes:
        """Our metadata (SAML metadata §2.4.4): an XML document."""
        root = etree.Element(
            f"{METADATA}EntityDescriptor",
            entityID=self.entity_id,
            nsmap={"md": namespace(METADATA), "ds": namespace(SIGNATURE)},
        )
        role = etree.SubElement(
            root,
            f"{METADATA}SPSSODescriptor",
            protocolSupportEnumeration=namespace(PROTOCOL),
            AuthnRequestsSigned="false",
            WantAssertionsSigned="true",
        )
        if self.encryption_key is not None:
            descriptor = etree.SubElement(role, f"{METADATA}KeyDescriptor", use="encryption")
            data = etree.SubElement(etree.SubElement(descriptor, f"{SIGNATURE}KeyInfo"), f"{SIGNATURE}X509Data")
            etree.SubElement(data, f"{SIGNATURE}X509Certificate").text = _base64_of(self.encryption_key.certificate)
        for name_id_format in _NAME_ID_FORMATS:
            etree.SubElement(role, f"{METADATA}NameIDFormat").text = name_id_format
        etree.SubElement(
            role,
            f"{METADATA}AssertionConsumerService",
            Binding=POST_BINDING,
            Location=self.reply_url,
            index="0",
            isDefault="true",
        )
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _base64_of(certificate: str) -> str:
    return "".join(line.strip() for line in certificate.splitlines() if line.strip() not in _PEM_LINES)
