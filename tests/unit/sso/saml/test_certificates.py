"""The certificates that administrators paste."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from scim.domain.sso import ConfigurationRefused
from scim.sso.saml.certificates import read_certificates
from tests.saml_identity_provider import NOW, Signer, signer

OLD = signer("old", NOW - timedelta(days=2))


def base64_of(who):
    return "".join(who.pem.splitlines()[1:-1])


def made_with(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Odd")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    dated = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    return Signer(key, dated.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()))


@pytest.mark.parametrize(
    "text",
    [
        signer().pem,
        f"\r\n  {signer().pem.replace('\n', '\r\n')}",
        base64_of(signer()),
        "\n".join(base64_of(signer())[at : at + 40] for at in range(0, len(base64_of(signer())), 40)),
        f"Bag Attributes\n  friendlyName: idp\n{signer().pem}",
        signer().pem + signer().pem,
        OLD.pem + signer().pem,
    ],
)
def test_a_certificate_is_read_however_it_is_pasted(text):
    (certificate,) = read_certificates(text, NOW)
    assert certificate.pem == signer().pem


def test_several_are_read_in_their_order():
    found = read_certificates(signer("ec").pem + signer().pem, NOW)
    assert [each.pem for each in found] == [signer("ec").pem, signer().pem]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_certificate"),
        ("hello", "not_a_certificate"),
        ("aGVsbG8=", "not_a_certificate"),
        (signer().pem.replace("MII", "MIZ", 1), "not_a_certificate"),
        (signer().key_pem, "private_key"),
        (signer().pem + signer().key_pem, "private_key"),
        (signer("short").pem, "weak_key"),
        (made_with(ec.generate_private_key(ec.SECP224R1())).pem, "weak_key"),
        (made_with(ec.generate_private_key(ec.BrainpoolP256R1())).pem, "weak_key"),
        (made_with(ed25519.Ed25519PrivateKey.generate()).pem, "weak_key"),
        (OLD.pem, "certificate_expired"),
    ],
)
def test_what_cannot_be_used_is_refused(text, code):
    with pytest.raises(ConfigurationRefused) as refusal:
        read_certificates(text, NOW)
    assert refusal.value.code == code
    assert refusal.value.detail.endswith(".")


def test_of_several_expired_ones_the_last_day_is_named():
    older = signer("older", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ConfigurationRefused, match="expired on 12 July 2027"):
        read_certificates(OLD.pem + older.pem, NOW)


def test_a_certificate_expires_at_its_end_exactly():
    end = signer().certificate.not_valid_after_utc
    assert read_certificates(signer().pem, end - timedelta(seconds=1))
    with pytest.raises(ConfigurationRefused):
        read_certificates(signer().pem, end)
