"""Certificates are made once, trusted, and kept from others."""

import ssl
import stat

import pytest

from localdev import certificates


def test_a_client_that_trusts_the_bundle_accepts_the_server(tmp_path):
    files = certificates.prepare(tmp_path)
    server_side, client_side = ssl.MemoryBIO(), ssl.MemoryBIO()
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_context.load_cert_chain(files.server, files.key)
    server = server_context.wrap_bio(client_side, server_side, server_side=True)
    client_context = ssl.create_default_context(cafile=str(files.bundle))
    client = client_context.wrap_bio(server_side, client_side, server_hostname="127.0.0.1")

    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue

    assert client.getpeercert()["subjectAltName"] == (("DNS", "localhost"), ("IP Address", "127.0.0.1"))


def test_certificates_are_used_again(tmp_path):
    first = certificates.prepare(tmp_path).server.read_bytes()

    assert certificates.prepare(tmp_path).server.read_bytes() == first


@pytest.mark.parametrize("damage", ["server.pem", "server.key", "ca.pem"])
def test_what_is_missing_is_made_anew(tmp_path, damage):
    first = certificates.prepare(tmp_path).server.read_bytes()
    (tmp_path / damage).unlink()

    assert certificates.prepare(tmp_path).server.read_bytes() != first


@pytest.mark.parametrize("damage", ["server.pem", "server.key", "ca.pem"])
def test_what_is_damaged_is_made_anew(tmp_path, damage):
    certificates.prepare(tmp_path)
    (tmp_path / damage).write_text("damaged")

    files = certificates.prepare(tmp_path)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(files.server, files.key)


def test_a_key_of_another_certificate_is_made_anew(tmp_path):
    other = certificates.prepare(tmp_path / "other").key
    files = certificates.prepare(tmp_path / "ours")
    other.replace(files.key)

    files = certificates.prepare(tmp_path / "ours")
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(files.server, files.key)


def test_what_ends_soon_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "LIFETIME", certificates.RENEWAL / 2)
    first = certificates.prepare(tmp_path).server.read_bytes()

    assert certificates.prepare(tmp_path).server.read_bytes() != first


def test_only_the_owner_reads_the_key(tmp_path):
    key = certificates.prepare(tmp_path).key

    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_bundle_holds_the_public_authorities_ours_and_the_extra_one(tmp_path):
    extra = certificates.prepare(tmp_path / "other").authority

    bundle = certificates.prepare(tmp_path / "ours", extra).bundle

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    trusted = context.get_ca_certs(binary_form=True)
    assert {ssl.PEM_cert_to_DER_cert(file.read_text()) for file in (tmp_path / "ours/ca.pem", extra)} <= set(trusted)
    assert len(trusted) > 100
