"""A SAML identity provider that signs with real keys, and says whatever a test wants it to say."""

import re
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from os import urandom

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner
from signxml.algorithms import SignatureConstructionMethod

NOW = datetime(2027, 7, 14, 9, 30, tzinfo=UTC)
ENTITY_ID = "https://sts.windows.net/0f1e2d3c-0000-4000-8000-000000000001/"
SIGN_ON_URL = "https://login.microsoftonline.com/0f1e2d3c-0000-4000-8000-000000000001/saml2"
AUDIENCE = "https://rollcall.example/console/sso/p1/metadata"
REPLY_URL = "https://rollcall.example/console/sso/p1/acs"
REQUEST_ID = "4f8Yk0-request"
NAMES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"

ENTRA_ATTRIBUTES = {
    "http://schemas.microsoft.com/identity/claims/tenantid": ("0f1e2d3c-0000-4000-8000-000000000001",),
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": ("ana@contoso.example",),
    "http://schemas.microsoft.com/claims/authnmethodsreferences": (
        "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
        "http://schemas.microsoft.com/claims/multipleauthn",
    ),
}


@dataclass(frozen=True)
class Signer:
    """A private key, and a certificate for it."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def key(name: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Whoever is called so, its key; made once."""
    if name.startswith("ec"):
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "short" else 2048)


@cache
def signer(name: str = "idp", not_after: datetime = NOW + timedelta(days=900)) -> Signer:
    """Somebody who signs."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name} Federated SSO Certificate")])
    builder = x509.CertificateBuilder(subject, subject, key(name).public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(not_after - timedelta(days=1095)).not_valid_after(not_after)
    return Signer(key(name), dated.sign(key(name), hashes.SHA256()))


class _Signer(XMLSigner):
    def check_deprecated_methods(self):
        """Hostile answers are signed with what is no longer allowed, too."""


def sign(
    element: etree._Element,
    by: Signer | None = None,
    method: SignatureMethod = SignatureMethod.RSA_SHA256,
    digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    *,
    shows_key: bool = False,
) -> etree._Element:
    """An element with its signature behind its issuer, as the schema wants it; it may show key and certificate."""
    by = by or signer()
    place = etree.Element(f"{{{NAMES['ds']}}}Signature", Id="placeholder", nsmap={"ds": NAMES["ds"]})
    element.find("saml:Issuer", NAMES).addnext(place)
    tool = _Signer(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=method,
        digest_algorithm=digest,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    reference = f"#{element.get('ID')}"
    return tool.sign(
        element, key=by.key, cert=[by.certificate], reference_uri=reference, always_add_key_value=shows_key
    )


def xml(text: str) -> etree._Element:
    """An element from text in which the usual prefixes are declared."""
    declared = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items() if prefix != "ds")
    whole = re.sub(r"^<[\w:]+", lambda tag: f"{tag[0]} {declared}", text.strip())
    return etree.fromstring(whole, etree.XMLParser(remove_blank_text=True))


def stamp(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said, and by whom it is signed. What is None is left out."""

    name: str = "ana@contoso.example"
    name_format: str = EMAIL
    attributes: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(ENTRA_ATTRIBUTES))
    context: str = PASSWORD
    issuer: str = ENTITY_ID
    response_issuer: str = ENTITY_ID
    audience: str | None = AUDIENCE
    recipient: str = REPLY_URL
    destination: str | None = REPLY_URL
    in_response_to: str | None = f"_{REQUEST_ID}"
    response_in_response_to: str | None = f"_{REQUEST_ID}"
    issued: datetime = NOW
    not_before: datetime = NOW - timedelta(minutes=5)
    not_on_or_after: datetime = NOW + timedelta(minutes=55)
    confirmed_until: datetime = NOW + timedelta(minutes=5)
    session_until: datetime | None = None
    status: str = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>'
    signs_assertion: Signer | None = field(default_factory=signer)
    signs_response: Signer | None = None
    method: SignatureMethod = SignatureMethod.RSA_SHA256
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    assertion_id: str = "_assertion-1"

    def but(self, **changes: object) -> "Answer":
        return replace(self, **changes)

    def assertion(self) -> etree._Element:
        """The assertion, signed."""
        attributes = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in self.attributes.items()
        )
        audience = f"<saml:Audience>{self.audience}</saml:Audience>" if self.audience else ""
        made = xml(f"""
            <saml:Assertion ID="{self.assertion_id}" IssueInstant="{stamp(self.issued)}" Version="2.0">
              <saml:Issuer>{self.issuer}</saml:Issuer>
              <saml:Subject>
                <saml:NameID Format="{self.name_format}">{self.name}</saml:NameID>
                <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
                  <saml:SubjectConfirmationData {_optional("InResponseTo", self.in_response_to)}
                    NotOnOrAfter="{stamp(self.confirmed_until)}" Recipient="{self.recipient}"/>
                </saml:SubjectConfirmation>
              </saml:Subject>
              <saml:Conditions NotBefore="{stamp(self.not_before)}" NotOnOrAfter="{stamp(self.not_on_or_after)}">
                {f"<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>" if audience else ""}
              </saml:Conditions>
              <saml:AttributeStatement>{attributes}</saml:AttributeStatement>
              <saml:AuthnStatement AuthnInstant="{stamp(NOW)}" SessionIndex="_assertion-1"
                {_optional("SessionNotOnOrAfter", self.session_until and stamp(self.session_until))}>
                <saml:AuthnContext>
                  <saml:AuthnContextClassRef>{self.context}</saml:AuthnContextClassRef>
                </saml:AuthnContext>
              </saml:AuthnStatement>
            </saml:Assertion>""")
        return sign(made, self.signs_assertion, self.method, self.digest) if self.signs_assertion else made

    def response(self, *inner: etree._Element) -> etree._Element:
        """The response around an assertion, or around what stands in for it."""
        made = xml(f"""
            <samlp:Response ID="_response-1" Version="2.0" IssueInstant="{stamp(NOW)}"
              {_optional("Destination", self.destination)}
              {_optional("InResponseTo", self.response_in_response_to)}>
              <saml:Issuer>{self.response_issuer}</saml:Issuer>
              <samlp:Status>{self.status}</samlp:Status>
            </samlp:Response>""")
        made.extend(inner or [self.assertion()])
        return sign(made, self.signs_response, self.method, self.digest) if self.signs_response else made

    def posted(self) -> str:
        """The form's field."""
        return encoded(self.response())


def encoded(document: etree._Element | bytes) -> str:
    """As the form's field has it."""
    return b64encode(document if isinstance(document, bytes) else etree.tostring(document)).decode()


def _optional(name: str, value: str | None) -> str:
    return "" if value is None else f'{name}="{value}"'


XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC_11 = "http://www.w3.org/2009/xmlenc11#"
OAEP = f"{XENC}rsa-oaep-mgf1p"


def encrypted(
    content: bytes, reader: Signer, cipher: str = f"{XENC}aes256-cbc", transport: str = OAEP, details: str = ""
) -> etree._Element:
    """An encrypted assertion, as Entra sends it unless told otherwise.

    Args:
        content: What it holds, usually a signed assertion.
        reader: Who has the key to it.
        cipher: `aes128-` or `aes256-`, with `cbc` or `gcm`.
        transport: How the key travels.
        details: Elements of that method: digest, mask.
    """
    session_key = urandom(16 if "aes128" in cipher else 32)
    oaep = padding.OAEP(mgf=padding.MGF1(_mask(details)()), algorithm=_digest(details)(), label=None)
    how = padding.PKCS1v15() if transport.endswith("rsa-1_5") else oaep
    value = (_gcm if cipher.endswith("gcm") else _cbc)(session_key, content)
    return xml(f"""
        <saml:EncryptedAssertion>
          <xenc:EncryptedData xmlns:xenc="{XENC}" Type="{XENC}Element">
            <xenc:EncryptionMethod Algorithm="{cipher}"/>
            <KeyInfo xmlns="{NAMES["ds"]}">
              <xenc:EncryptedKey>
                <xenc:EncryptionMethod Algorithm="{transport}">{details}</xenc:EncryptionMethod>
                <xenc:CipherData>
                  <xenc:CipherValue>{_base64(reader.key.public_key().encrypt(session_key, how))}</xenc:CipherValue>
                </xenc:CipherData>
              </xenc:EncryptedKey>
            </KeyInfo>
            <xenc:CipherData><xenc:CipherValue>{_base64(value)}</xenc:CipherValue></xenc:CipherData>
          </xenc:EncryptedData>
        </saml:EncryptedAssertion>""")


def _digest(details: str) -> type[hashes.HashAlgorithm]:
    return hashes.SHA256 if "xmlenc#sha256" in details else hashes.SHA1


def _mask(details: str) -> type[hashes.HashAlgorithm]:
    return hashes.SHA256 if "mgf1sha256" in details else hashes.SHA1


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def _cbc(session_key: bytes, content: bytes) -> bytes:
    start = urandom(16)
    missing = 16 - len(content) % 16
    encryptor = Cipher(AES(session_key), CBC(start)).encryptor()
    return start + encryptor.update(content + urandom(missing - 1) + bytes([missing])) + encryptor.finalize()


def _gcm(session_key: bytes, content: bytes) -> bytes:
    nonce = urandom(12)
    return nonce + AESGCM(session_key).encrypt(nonce, content, None)
