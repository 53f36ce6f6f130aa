"""The certificate that the emulators serve with, and the bundle that makes their clients trust it.

The Azure SDK sends tokens over https only, so the emulators speak TLS with a certificate made on this machine.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=365)
RENEWAL = timedelta(days=30)
"""A certificate with less life than this is made anew."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files.

    Attributes:
        authority: The certificate that signed the server's; give it to another run as its `CA_FILE`.
        server: The certificate of 127.0.0.1 and localhost.
        key: The private key of `server`, readable by its owner only.
        bundle: Everything to trust: the public authorities, ours, and those of `CA_FILE`.
    """

    authority: Path
    server: Path
    key: Path
    bundle: Path


def prepare(directory: Path, extra_authorities: Path | None = None) -> Certificates:
    """Make the certificates in `directory`, or take those that are there and still valid for a while.

    Args:
        directory: Where they are kept; made when missing.
        extra_authorities: A PEM file to trust as well.

    Raises:
        FileNotFoundError: `extra_authorities` does not exist.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = Certificates(*(directory / name for name in ("ca.pem", "server.pem", "server.key", "bundle.pem")))
    if not _are_valid(files):
        _make(files)
    parts = [Path(certifi.where()), files.authority, *filter(None, [extra_authorities])]
    draft = files.bundle.with_suffix(f".{os.getpid()}")
    draft.write_bytes(b"\n".join(part.read_bytes() for part in parts))
    draft.replace(files.bundle)
    return files


def _are_valid(files: Certificates) -> bool:
    if not (files.authority.exists() and files.server.exists() and files.key.exists()):
        return False
    try:
        server = x509.load_pem_x509_certificate(files.server.read_bytes())
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
        server.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - whatever is wrong with them, new ones mend it
        return False
    if key.public_key() != server.public_key():
        return False
    return server.not_valid_after_utc - datetime.now(UTC) > RENEWAL  # noqa: TID251 - no clock port out here


def _make(files: Certificates) -> None:
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rollcall local authority")])
    server_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rollcall local emulators")])
    authority = (
        _builder(authority_name, authority_name, authority_key, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        _builder(server_name, authority_name, server_key, authority_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_private(files.key, server_key)
    files.server.write_bytes(server.public_bytes(serialization.Encoding.PEM))
    files.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)  # noqa: TID251 - no clock port out here
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_private(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
