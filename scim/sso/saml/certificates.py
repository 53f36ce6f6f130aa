"""The certificates that identity providers sign with: what metadata holds, or an administrator pastes.

Only the key in them counts. Nobody signs these certificates, so there is no chain to follow: they are trusted because
an administrator gave them.
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from scim.domain.sso import Certificate, ConfigurationRefused
from scim.sentences import Sentence

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_RSA_BITS = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


def read_certificates(text: str, now: datetime) -> tuple[Certificate, ...]:
    """The certificates in a text: PEM, several after another too, or the base64 of a single one.

    One that has expired is left out beside one that has not.

    Raises:
        ConfigurationRefused: There is none, one is of no use, or all have expired.
    """
    if "PRIVATE KEY-----" in text:
        raise ConfigurationRefused(
            Sentence("This is a private key, which nobody should have given away. Paste the certificate instead."),
            "private_key",
        )
    return usable([load(block) for block in _BLOCK.findall(text) or [text]], now)


def described(pems: Iterable[str]) -> list[Certificate]:
    """Certificates that are stored, also expired ones; what cannot be read is left out."""
    found = []
    for pem in pems:
        try:
            found += [_described(load(block)) for block in _BLOCK.findall(pem) or [pem]]
        except ConfigurationRefused:
            continue
    return found


def load(text: str) -> x509.Certificate:
    """A certificate from the base64 of its DER encoding, which may be broken into lines.

    Raises:
        ConfigurationRefused: It is no certificate, or its key is too weak.
    """
    try:
        certificate = x509.load_der_x509_certificate(b64decode("".join(text.split()), validate=True))
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm, TypeError) as error:
        raise ConfigurationRefused(
            Sentence("This is not a certificate. Paste the one in base64 (Entra: Certificate (Base64); Okta: X.509)."),
            "not_a_certificate",
        ) from error
    if not _is_strong(key):
        raise ConfigurationRefused(
            Sentence(
                "The key of this signing certificate is not accepted. It must be RSA with 2,048 bits at least, or EC "
                "on P-256, P-384 or P-521."
            ),
            "weak_key",
        )
    return certificate


def usable(certificates: list[x509.Certificate], now: datetime) -> tuple[Certificate, ...]:
    """Those that have not expired, each once, in their order.

    Raises:
        ConfigurationRefused: There is none.
    """
    current = [certificate for certificate in certificates if now < certificate.not_valid_after_utc]
    if certificates and not current:
        raise ConfigurationRefused(
            expired_sentence(max(certificate.not_valid_after_utc for certificate in certificates)),
            "certificate_expired",
        )
    return tuple(dict.fromkeys(_described(certificate) for certificate in current))


def expired_sentence(at: datetime) -> Sentence:
    """That a signing certificate has expired: at configuration, and again at sign-in."""
    return Sentence(
        "The signing certificate expired on {date}. Renew it at the identity provider, and import its metadata again.",
        date=at.date(),
    )


def _is_strong(key: object) -> bool:
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def _described(certificate: x509.Certificate) -> Certificate:
    return Certificate(
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        subject=certificate.subject.rfc4514_string(),
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        not_after=certificate.not_valid_after_utc,
    )
