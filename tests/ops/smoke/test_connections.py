"""Servers on sockets whose TLS is not as it should be, none at all, and what the command says of its arguments."""

import ipaddress
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from localdev.certificates import _key_usage
from localdev.ports import free_port
from ops.smoke.__main__ import main
from ops.smoke.arguments import scim_url
from ops.smoke.connection import _speaks_old_tls

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """A token, and no proxy on the way to this machine."""
    monkeypatch.setenv("TOKEN", "rc_secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Handler(BaseHTTPRequestHandler):
    """Knows nothing."""

    def do_GET(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Be silent."""


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self, directory):
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.certificate = self._sign(self.name, self.key, authority=True)
        self.file = directory / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, *, left=30, address="127.0.0.1", self_signed=False):
        """A file with a key and a certificate that is good for so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test server")])
        signed = self._sign(name, key, left=left, address=address, self_signed=self_signed)
        file = self.directory / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        return file

    def _sign(self, name, key, *, left=30, address=None, authority=False, self_signed=False):
        now = datetime.now(UTC)  # noqa: TID251 - as TLS sees it
        by_itself = authority or self_signed
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name if by_itself else self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 90 * DAY)
            .not_valid_after(now + left * DAY)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        signer = key if by_itself else self.key
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(issuer, critical=False)
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(signer, hashes.SHA256())


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """One that this process trusts."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


@contextmanager
def serving(file, *, old=False):
    """A server with a certificate, or without TLS; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        if file:
            context.load_cert_chain(file)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def words(capsys, port):
    """What the smoke test says of the server at a port; its status."""
    status = main([f"https://127.0.0.1:{port}/ws/scim/v2"])
    return " ".join(capsys.readouterr().out.split()), status


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"left": -1}, "✗ The SCIM URL: The certificate of 127.0.0.1 has expired."),
        ({"self_signed": True}, "is signed by nobody that identity providers trust (self-signed)"),
        ({"address": "127.0.0.9"}, "is made for another host name"),
    ],
)
def test_a_bad_certificate_is_named(capsys, authority, wrong, sentence):
    with serving(authority.server(**wrong)) as port:
        text, status = words(capsys, port)
    assert sentence in text
    assert "1 failed, 22 not done" in text
    assert "No request was answered." in text
    assert status == 1


def test_an_authority_that_nobody_trusts_is_named(capsys, authority, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(authority.server()) as port:
        text, _ = words(capsys, port)
    assert "is signed by nobody that identity providers trust, or comes without its intermediate" in text


def test_a_good_certificate_is_no_hindrance(capsys, authority):
    with serving(authority.server()) as port:
        text, _ = words(capsys, port)
    assert "The host knows nothing at /ws/scim/v2/ServiceProviderConfig" in text


def test_old_versions_of_tls_are_found(authority):
    file = authority.server()
    with serving(file, old=True) as port:
        assert _speaks_old_tls("127.0.0.1", port)
    with serving(file) as port:
        assert not _speaks_old_tls("127.0.0.1", port)


def test_a_server_without_tls_is_named(capsys):
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        text, _ = words(capsys, server.server_port)
        thread.join()
    assert "agree on no version of TLS, or it speaks none" in text


def test_nobody_there_is_named(capsys):
    text, status = words(capsys, free_port())
    assert "GET /ws/scim/v2/ServiceProviderConfig on 127.0.0.1 got no reply" in text
    assert "Check the host name, that the app runs" in text
    assert status == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://rollcall.example",
        "rollcall.example/ws/scim/v2",
        "http://rollcall.example/ws/scim/v2",
        "http://localhost.rollcall.example/ws/scim/v2",
        "https:///ws/scim/v2",
        "https://rollcall.example/ws/scim/v2?from=/ws/scim/v2",
        "https://rollcall.example/ws/scim/v2#top",
        "https://rollcall.example:65536/ws/scim/v2",
    ],
)
def test_what_is_no_scim_url_is_refused_before_the_token_is_sent(capsys, url):
    assert "That is no SCIM URL: it begins with https:// and a host, and ends with /ws/scim/v2" in refusal(capsys, url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:80@rollcall.example/ws/scim/v2", "A SCIM URL holds no user name or password"),
        ("http://localhost:x@rollcall.example/ws/scim/v2", "A SCIM URL holds no user name or password"),
        ("https://anna:horse@rollcall.example/ws/scim/v2", "A SCIM URL holds no user name or password"),
        ("http://127.0.0.1:abc/ws/scim/v2", "That is no URL: Invalid port: 'abc'."),
        ("https://roll\ncall.example/ws/scim/v2", "That is no URL: Invalid non-printable ASCII character in URL"),
    ],
)
def test_what_hides_the_host_is_refused_before_the_token_is_sent(capsys, url, sentence):
    text = refusal(capsys, url)
    assert sentence in text
    assert "horse" not in text


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://rollcall.example/ws/scim/v2/", "https://rollcall.example/ws/scim/v2"),
        (" HTTPS://Rollcall.example:8443/ws/scim/v2", "https://rollcall.example:8443/ws/scim/v2"),
        ("http://localhost:7071/ws/scim/v2", "http://localhost:7071/ws/scim/v2"),
        ("http://[::1]:7071/ws/scim/v2", "http://[::1]:7071/ws/scim/v2"),
    ],
)
def test_a_scim_url_is_taken(url, wanted):
    assert scim_url(url) == wanted


def test_without_a_token_it_says_where_it_wants_it(capsys, monkeypatch):
    monkeypatch.setenv("TOKEN", " ")
    text = refusal(capsys, "https://rollcall.example/ws/scim/v2")
    assert "put it into the variable TOKEN, or write it to standard input" in text


@pytest.mark.parametrize("token", ["rc_24949d\n51bf9f", "rc_24949d 51bf9f", '"rc_24949d51bf9f"', "rc_24949dö51bf9f"])
def test_a_token_that_is_no_single_word_is_refused_unseen(capsys, monkeypatch, token):
    """Before anything is sent: there would be nobody to answer."""
    monkeypatch.setenv("TOKEN", token)
    text = refusal(capsys, f"http://127.0.0.1:{free_port()}/ws/scim/v2")
    assert "The token is not one word" in text
    assert "Copy it again, from rc_ to its last character, without line breaks, blanks or quotes." in text
    assert "24949d" not in text
    assert "51bf9f" not in text


def test_a_proxy_is_not_given_the_token_without_tls(capsys, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with serving(None) as port:
        main([f"http://127.0.0.1:{port}/ws/scim/v2"])
    assert "The host knows nothing at /ws/scim/v2/ServiceProviderConfig" in " ".join(capsys.readouterr().out.split())


def refusal(capsys, url):
    """What is said of arguments that are refused."""
    with pytest.raises(SystemExit) as end:
        main([url])
    assert end.value.code == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    return seen.err
