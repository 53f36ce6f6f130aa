"""How people are sent to sign in, and what we say of ourselves."""

import zlib
from base64 import b64decode
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from scim.sso.saml.requests import sign_in_url
from scim.sso.saml.service_provider import EncryptionKey, ServiceProvider
from tests.saml_identity_provider import NAMES, REQUEST_ID, SIGN_ON_URL, signer
from tests.unit.sso.saml.reading import REQUEST, US, configured

METADATA = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": NAMES["ds"]}


def message(url):
    (sent,) = parse_qs(urlsplit(url).query)["SAMLRequest"]
    return etree.fromstring(zlib.decompress(b64decode(sent), wbits=-15))


def test_the_request_names_us_our_address_and_itself():
    sent = message(sign_in_url(configured(), US, REQUEST))
    assert sent.tag == f"{{{NAMES['samlp']}}}AuthnRequest"
    assert dict(sent.attrib) == {
        "ID": f"_{REQUEST_ID}",
        "Version": "2.0",
        "IssueInstant": "2027-07-14T09:29:20Z",
        "Destination": SIGN_ON_URL,
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        "AssertionConsumerServiceURL": "https://rollcall.example/console/sso/p1/acs",
    }
    assert [(child.tag, child.text) for child in sent] == [(f"{{{NAMES['saml']}}}Issuer", US.entity_id)]


def test_a_test_asks_for_the_password_again():
    assert message(sign_in_url(configured(), US, REQUEST, force=True)).get("ForceAuthn") == "true"


@pytest.mark.parametrize(
    ("address", "begin"),
    [
        ("https://idp.example/sso", "https://idp.example/sso?SAMLRequest="),
        ("https://idp.example/sso?tenant=a%20b", "https://idp.example/sso?tenant=a%20b&SAMLRequest="),
        ("https://idp.example/sso#top", "https://idp.example/sso?SAMLRequest="),
    ],
)
def test_it_is_added_to_the_address_for_signing_in(address, begin):
    url = sign_in_url(replace(configured(), sign_on_url=address), US, REQUEST)
    assert url.startswith(begin)
    assert parse_qs(urlsplit(url).query)["RelayState"] == [REQUEST_ID]


def test_our_metadata_names_identifier_and_reply_url_and_wants_signed_assertions():
    root = etree.fromstring(ServiceProvider.of("https://rollcall.example", "p1").metadata())
    assert root.get("entityID") == "https://rollcall.example/console/sso/p1/metadata"
    role = root.find("md:SPSSODescriptor", METADATA)
    assert role.get("WantAssertionsSigned") == "true"
    service = role.find("md:AssertionConsumerService", METADATA)
    assert service.get("Location") == "https://rollcall.example/console/sso/p1/acs"
    assert role.find("md:KeyDescriptor", METADATA) is None


def test_our_metadata_hands_out_the_certificate_to_encrypt_for():
    key = EncryptionKey(private_key=signer("ours").key_pem, certificate=signer("ours").pem)
    root = etree.fromstring(ServiceProvider.of("https://rollcall.example", "p1", key).metadata())
    shown = root.find(".//md:KeyDescriptor[@use='encryption']//ds:X509Certificate", METADATA)
    assert shown.text == "".join(signer("ours").pem.splitlines()[1:-1])
    assert b"PRIVATE" not in etree.tostring(root)


def test_every_provider_knows_us_by_another_name():
    one, other = (ServiceProvider.of("https://rollcall.example", name) for name in ("p1", "p2"))
    assert one.entity_id != other.entity_id
    assert one.reply_url != other.reply_url
