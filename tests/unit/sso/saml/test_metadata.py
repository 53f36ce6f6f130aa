"""What is taken from an identity provider's metadata, and what is refused."""

from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from scim.domain.sso import ConfigurationRefused, SsoProtocol
from scim.sso.saml.metadata import read_metadata
from tests.saml_identity_provider import ENTITY_ID, NOW, SIGN_ON_URL, signer

SAML = "urn:oasis:names:tc:SAML:2.0:protocol"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
OLD = signer("old", NOW - timedelta(days=2))


def key_of(who, use=' use="signing"'):
    der = b64encode(who.certificate.public_bytes(Encoding.DER)).decode()
    wrapped = "\n".join(der[at : at + 64] for at in range(0, len(der), 64))
    return (
        f'<KeyDescriptor{use}><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>\n{wrapped}\n</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
    )


def service(binding, url=SIGN_ON_URL):
    return f'<SingleSignOnService Binding="{binding}" Location="{url}"/>'


def role(keys=None, services=None, name="IDPSSODescriptor", protocol=SAML):
    formats = "<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat>"
    return (
        f'<{name} protocolSupportEnumeration="{protocol}">{key_of(signer()) if keys is None else keys}{formats}'
        f"{service(REDIRECT) if services is None else services}</{name}>"
    )


def entity(content=None, entity_id=ENTITY_ID, more=""):
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}"{more}>'
        f"{role() if content is None else content}</EntityDescriptor>"
    )


def entities(*inner):
    return f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{"".join(inner)}</EntitiesDescriptor>'


def read(text, **how):
    return read_metadata(text if isinstance(text, bytes) else text.encode(), NOW, **how)


def test_of_a_chain_the_first_certificate_counts():
    """The others are of those who issued it: they sign no answer, and their keys may be of other kinds."""
    chained = key_of(signer()).replace(
        "</X509Certificate>", "</X509Certificate><X509Certificate>garbage</X509Certificate>"
    )
    (certificate,) = read(entity(role(chained))).certificates
    assert certificate.pem == signer().pem


def test_more_certificates_than_can_be_kept_are_refused():
    until = NOW + timedelta(days=30)
    keys = [key_of(signer(f"key {number}", until)) for number in range(6)]
    assert len(read(entity(role("".join(keys[:5])))).certificates) == 5
    with pytest.raises(ConfigurationRefused, match="more than 5 signing certificates") as refused:
        read(entity(role("".join(keys))))
    assert refused.value.code == "too_many_certificates"


def test_metadata_says_what_is_needed_to_sign_in():
    provider = read(entity())
    assert provider.entity_id == ENTITY_ID
    assert provider.sign_on_url == SIGN_ON_URL
    assert provider.name_id_formats == ("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",)
    (certificate,) = provider.certificates
    assert certificate.subject == "CN=idp Federated SSO Certificate"
    assert certificate.not_after == signer().certificate.not_valid_after_utc


def test_what_is_stored_of_it_is_a_configuration_with_the_document_as_it_was_given():
    text = f"\ufeff<!-- downloaded --><?generator x?>{entity()}"
    configuration = read(text).configuration
    assert configuration.protocol is SsoProtocol.SAML
    assert configuration.certificates == (signer().pem,)
    assert configuration.metadata == text.removeprefix("\ufeff")


def test_all_signing_certificates_are_taken_once_and_those_for_encryption_are_not():
    keys = (
        key_of(signer())
        + key_of(signer("next"), use="")
        + key_of(signer(), use="")
        + key_of(signer("x"), ' use="encryption"')
    )
    provider = read(entity(role(keys)))
    assert [each.subject for each in provider.certificates] == [
        "CN=idp Federated SSO Certificate",
        "CN=next Federated SSO Certificate",
    ]


def test_an_expired_certificate_beside_a_good_one_is_left_out():
    provider = read(entity(role(key_of(OLD) + key_of(signer()))))
    assert [each.pem for each in provider.certificates] == [signer().pem]


@pytest.mark.parametrize(
    ("services", "url"),
    [
        (service(POST, "https://idp.example/post") + service(REDIRECT), SIGN_ON_URL),
        (service(POST, "https://idp.example/post"), "https://idp.example/post"),
        (
            service(REDIRECT, "https://idp.example/1") + service(REDIRECT, "https://idp.example/2"),
            "https://idp.example/1",
        ),
    ],
)
def test_people_are_sent_to_the_first_address_for_redirects_or_else_to_the_one_for_forms(services, url):
    assert read(entity(role(services=services))).sign_on_url == url


def test_of_a_collection_the_one_identity_provider_is_taken():
    others = entity(role(name="SPSSODescriptor"), "https://sp.example/")
    assert read(entities(others, entity(), entity(role(protocol="urn:1"), "https://old/"))).entity_id == ENTITY_ID


def test_for_local_runs_only_an_identity_provider_on_this_machine_needs_no_tls():
    text = entity(role(services=service(REDIRECT, "http://127.0.0.1:7000/sso")))
    assert read(text, local=True).sign_on_url == "http://127.0.0.1:7000/sso"
    with pytest.raises(ConfigurationRefused):
        read(text)
    with pytest.raises(ConfigurationRefused):
        read(text.replace("127.0.0.1", "10.0.0.1"), local=True)


def pointing_to(url):
    return entity(role(services=service(REDIRECT, url)))


REFUSED = {
    "nothing": (b"", "not_xml"),
    "a web page": ("\n<!DOCTYPE HTML><html><body>Sign in", "web_page"),
    "another web page": ("<HTML><body/></HTML>", "web_page"),
    "JSON": ('{"issuer": "https://idp.example"}', "not_xml"),
    "broken XML": (entity()[:-5], "not_xml"),
    "UTF-16": (entity().encode("utf-16"), "not_xml"),
    "something else in XML": ("<rss/>", "not_metadata"),
    "a service provider's": (entity(role(name="SPSSODescriptor")), "not_an_idp"),
    "that of SAML 1.1 only": (entity(role(protocol="urn:oasis:names:tc:SAML:1.1:protocol")), "not_an_idp"),
    "an empty collection": (entities(), "not_an_idp"),
    "several identity providers": (entities(entity(), entity(entity_id="https://b/")), "several"),
    "an entity": (f'<!DOCTYPE x [<!ENTITY a "{ENTITY_ID}">]>' + entity(entity_id="&a;"), "doctype"),
    "an external entity": ('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + entity(), "doctype"),
    "1 MiB and more": (entity() + " " * 1024 * 1024, "too_large"),
    "outdated": (entity(more=' validUntil="2027-07-14T09:30:00Z"'), "outdated"),
    "outdated without sense": (entity(more=' validUntil="soon"'), "outdated"),
    "no name": (entity(entity_id=" "), "no_entity_id"),
    "a name without end": (entity(entity_id="a" * 1025), "no_entity_id"),
    "no address": (entity(role(services="")), "no_sign_on_url"),
    "an address for programs": (
        entity(role(services=service("urn:oasis:names:tc:SAML:2.0:bindings:SOAP"))),
        "no_sign_on_url",
    ),
    "an address without TLS": (pointing_to("http://idp.example/sso"), "bad_sign_on_url"),
    "a relative address": (pointing_to("/sso"), "bad_sign_on_url"),
    "a script": (pointing_to("javascript:alert(1)"), "bad_sign_on_url"),
    "an address with a password": (pointing_to("https://login.example@evil.example/"), "bad_sign_on_url"),
    "an address with a bad port": (pointing_to("https://idp.example:x/"), "bad_sign_on_url"),
    "an address with a bad host": (pointing_to("https://[::1/"), "bad_sign_on_url"),
    "an address with a space": (pointing_to("https://idp.example/a b"), "bad_sign_on_url"),
    "no certificate": (entity(role("")), "no_certificate"),
    "certificates for encryption only": (entity(role(key_of(signer(), ' use="encryption"'))), "no_certificate"),
    "an expired certificate": (entity(role(key_of(OLD))), "certificate_expired"),
    "a weak certificate": (entity(role(key_of(signer("short")))), "weak_key"),
    "a certificate that is none": (entity(role(key_of(signer()).replace("MII", "MIZ", 1))), "not_a_certificate"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_its_code_and_a_sentence(case):
    text, code = REFUSED[case]
    with pytest.raises(ConfigurationRefused) as refusal:
        read(text)
    assert refusal.value.code == code
    assert refusal.value.detail.endswith(".")


def test_the_refusal_of_an_expired_certificate_names_the_day():
    with pytest.raises(ConfigurationRefused, match=r"^The signing certificate expired on 12 July 2027"):
        read(entity(role(key_of(OLD))))


def test_metadata_that_is_still_valid_is_taken():
    assert read(entity(more=' validUntil="2027-07-14T09:30:01Z"')).entity_id == ENTITY_ID
