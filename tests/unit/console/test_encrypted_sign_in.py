"""Encrypted assertions, the whole way: a key comes into being, its certificate is handed out."""

import re
from base64 import b64encode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from scim.errors import Unavailable
from scim.sso.saml.encryption_keys import SECRET_NAME
from tests.admin_world import AdminWorld
from tests.saml_identity_provider import Signer, encoded, encrypted, signer
from tests.signing_in import Browser

CERTIFICATE = "sso/entra/encryption.cer"
KEY_GONE = "The key for encrypted assertions cannot be read at the moment. Try again in a minute."


pytestmark = pytest.mark.usefixtures("ana")


@pytest.fixture
async def key(admin):
    """The deployment has one; making it takes a second."""
    made = signer("ours")
    await admin.services.secrets.set(SECRET_NAME, made.key_pem + made.pem)


def reader(pem):
    """Who can be written to with a certificate."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return Signer(certificate, certificate)  # only its public key is asked for


async def come_back_encrypted(browser, provider, pem):
    state = browser.asked["RelayState"]
    answer = provider.answer(state)
    sealed = encrypted(etree.tostring(answer.assertion()), reader(pem))
    return await browser.post(provider, encoded(answer.response(sealed)), relay_state=state)


async def test_who_encrypts_for_the_certificate_in_our_metadata_is_read(admin, provider, browser):
    """On an instance that did not make the key, and never handed the certificate out."""
    metadata = await browser.get("sso/entra/metadata")
    (told,) = re.findall(
        '<md:KeyDescriptor use="encryption">.*<ds:X509Certificate>(.*)</ds:X509Certificate>', metadata.html, re.DOTALL
    )
    downloaded = await browser.get(CERTIFICATE)
    assert downloaded.headers["Content-Disposition"] == 'attachment; filename="rollcall-encryption.cer"'
    der = x509.load_pem_x509_certificate(downloaded.html.encode()).public_bytes(Encoding.DER)
    assert b64encode(der).decode() == told
    other = Browser(AdminWorld(await admin.world.instance(), ""))
    await other.leave()
    assert (await come_back_encrypted(other, provider, downloaded.html)).status == 200
    assert (await other.get("account")).status == 200


@pytest.mark.usefixtures("key")
async def test_the_certificate_is_one_for_all_providers_and_for_none_that_is_not_there(admin, browser):
    assert (await browser.get(CERTIFICATE)).html == signer("ours").pem
    assert (await browser.get("sso/gone/encryption.cer")).status == 404
    assert list(admin.services.secrets.secrets[SECRET_NAME].values()) == [signer("ours").key_pem + signer("ours").pem]


async def test_without_a_key_an_encrypted_assertion_is_refused_and_none_is_made(admin, provider, browser):
    await browser.leave()
    page = await come_back_encrypted(browser, provider, signer("theirs").pem)
    assert (page.status, "there is no key here to read it" in page.text) == (403, True)
    assert SECRET_NAME not in admin.services.secrets.secrets


@pytest.mark.usefixtures("key")
async def test_while_the_vault_is_down_only_what_needs_the_key_waits(admin, provider, browser, monkeypatch):
    """Unencrypted assertions need nothing of the vault that is not remembered."""
    await browser.leave()

    async def down(_name, _version=""):
        raise Unavailable

    monkeypatch.setattr(admin.services.secrets, "get", down)
    for path in ("sso/entra/metadata", CERTIFICATE):
        page = await browser.get(path)
        assert (page.status, KEY_GONE in page.text) == (503, True)
    waiting = await come_back_encrypted(browser, provider, signer("ours").pem)
    assert (waiting.status, KEY_GONE in waiting.text) == (503, True)
    assert (await browser.come_back(provider)).status == 200
