"""Encrypted assertions: those that are read, and the one refusal of all others."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from scim.domain.sso import AnswerRefused
from scim.sso.saml.service_provider import EncryptionKey
from tests.saml_identity_provider import (
    NAMES,
    NOW,
    OAEP,
    XENC,
    XENC_11,
    Answer,
    encoded,
    encrypted,
    sign,
    signer,
)
from tests.unit.sso.saml.reading import US, configured, read
from tests.unit.sso.saml.wrapping import VARIANTS

SHA256 = f'<ds:DigestMethod xmlns:ds="{NAMES["ds"]}" Algorithm="{XENC}sha256"/>'
MASK = f'<e:MGF xmlns:e="{XENC_11}" Algorithm="{XENC_11}mgf1sha256"/>'


def reader(name="ours"):
    return EncryptionKey(private_key=signer(name).key_pem, certificate=signer(name).pem)


def posted(assertion=None, answer=None, **how):
    content = etree.tostring(Answer().assertion() if assertion is None else assertion)
    return encoded((answer or Answer()).response(encrypted(content, signer("ours"), **how)))


def reading(text, configuration=None, name="ours"):
    return read(text, configuration, us=replace(US, encryption_key=reader(name)))


@pytest.mark.parametrize(
    "cipher", [f"{XENC}aes128-cbc", f"{XENC}aes256-cbc", f"{XENC_11}aes128-gcm", f"{XENC_11}aes256-gcm"]
)
def test_an_encrypted_assertion_says_the_same_as_a_plain_one(cipher):
    assert reading(posted(cipher=cipher)) == read(Answer().posted())


@pytest.mark.parametrize(
    ("transport", "details"), [(OAEP, SHA256), (f"{XENC_11}rsa-oaep", SHA256 + MASK), (f"{XENC_11}rsa-oaep", "")]
)
def test_its_key_may_travel_with_sha_256(transport, details):
    assert reading(posted(transport=transport, details=details)).name == "ana@contoso.example"


def test_the_response_around_it_may_be_signed_as_well():
    assert reading(posted(answer=Answer(signs_response=signer()))).name == "ana@contoso.example"


def test_an_assertion_whose_namespaces_are_declared_further_out_is_read_in_its_place():
    declarations = "".join(f' xmlns:{prefix}="{NAMES[prefix]}"' for prefix in ("saml", "samlp"))
    text = etree.tostring(Answer().assertion()).decode().replace(declarations, "", 1)
    assert text.startswith("<saml:Assertion ID=")
    assert reading(encoded(Answer().response(encrypted(text.encode(), signer("ours"))))).name == "ana@contoso.example"


def broken(change):
    """An encrypted answer that was changed on its way."""

    def build():
        content = etree.tostring(Answer().assertion())
        response = etree.fromstring(etree.tostring(Answer().response(encrypted(content, signer("ours")))))
        change(response)
        return encoded(response)

    return build


def garbled(path):
    """Another first character of a value: so the key, or the first block."""

    def change(response):
        value = response.findall(f".//{{{XENC}}}CipherValue")[path]
        value.text = ("B" if value.text[0] == "A" else "A") + value.text[1:]

    return change


def doubled_key(response):
    found = response.find(f".//{{{XENC}}}EncryptedKey")
    found.addnext(etree.fromstring(etree.tostring(found)))


def elsewhere(response):
    value = response.findall(f".//{{{XENC}}}CipherValue")[1]
    value.tag = f"{{{XENC}}}CipherReference"
    value.set("URI", "http://attacker.example/")


def with_advice():
    outer = Answer(signs_assertion=None, assertion_id="_outer").assertion()
    advice = etree.SubElement(outer, f"{{{NAMES['saml']}}}Advice")
    advice.append(Answer(signs_assertion=None).assertion())
    return outer


def with_a_signed_assertion_in_it():
    evil = Answer(name="admin@contoso.example", signs_assertion=None, assertion_id="_evil").assertion()
    evil.append(Answer().assertion())
    return posted(evil)


UNREADABLE = {
    "for another reader": lambda: encoded(
        Answer().response(encrypted(etree.tostring(Answer().assertion()), signer("attacker")))
    ),
    "a garbled key": broken(garbled(0)),
    "a garbled value": broken(garbled(1)),
    "no value": broken(lambda response: setattr(response.findall(f".//{{{XENC}}}CipherValue")[1], "text", "")),
    "two keys": broken(doubled_key),
    "a value elsewhere": broken(elsewhere),
    "nothing encrypted": broken(lambda response: response.remove(response[-1]) or response.append(empty())),
    "PKCS #1 v1.5": lambda: posted(transport=f"{XENC}rsa-1_5"),
    "PKCS #1 v1.5, but only by its name": broken(
        lambda response: response.findall(f".//{{{XENC}}}EncryptionMethod")[1].set("Algorithm", f"{XENC}rsa-1_5")
    ),
    "triple DES": broken(
        lambda response: response.findall(f".//{{{XENC}}}EncryptionMethod")[0].set("Algorithm", f"{XENC}tripledes-cbc")
    ),
    "a key too short for the cipher": broken(
        lambda response: response.findall(f".//{{{XENC}}}EncryptionMethod")[0].set("Algorithm", f"{XENC}aes128-cbc")
    ),
    "not an assertion": lambda: encoded(Answer().response(encrypted(b"<a/>", signer("ours")))),
    "two assertions": lambda: encoded(
        Answer().response(encrypted(etree.tostring(Answer().assertion()) * 2, signer("ours")))
    ),
    "no XML": lambda: encoded(Answer().response(encrypted(b"hello", signer("ours")))),
    "an entity": lambda: encoded(Answer().response(encrypted(b"<!DOCTYPE a>" + b"<a/>", signer("ours")))),
    "a comment": lambda: encoded(
        Answer().response(
            encrypted(etree.tostring(Answer().assertion()).replace(b"ana@", b"ana<!---->@"), signer("ours"))
        )
    ),
    "an unsigned assertion": lambda: posted(Answer(signs_assertion=None).assertion()),
    "an assertion of another key": lambda: posted(Answer(signs_assertion=signer("attacker")).assertion()),
    "an assertion in another": with_a_signed_assertion_in_it,
    "an assertion in another, all of it signed": lambda: posted(sign(with_advice())),
}


def empty():
    return etree.Element(f"{{{NAMES['saml']}}}EncryptedAssertion")


@pytest.mark.parametrize("attack", UNREADABLE)
def test_what_cannot_be_read_and_what_is_not_signed_are_one_and_the_same_refusal(attack):
    with pytest.raises(AnswerRefused) as refusal:
        reading(UNREADABLE[attack]())
    assert refusal.value.code == "undecryptable"


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name not in {"XSW1", "XSW2"}])
def test_a_wrapped_assertion_is_refused_though_it_is_encrypted(variant):
    response = VARIANTS[variant]()
    assertions = response.findall("saml:Assertion", NAMES)
    for assertion in assertions:
        content = etree.tostring(assertion)
        response.replace(assertion, encrypted(content, signer("ours")))
    with pytest.raises(AnswerRefused) as refusal:
        reading(encoded(response))
    assert refusal.value.code in {"one_assertion", "undecryptable"}


def test_what_a_decrypted_assertion_says_is_checked_like_any_other():
    with pytest.raises(AnswerRefused) as refusal:
        reading(posted(Answer(audience="https://other.example/").assertion()))
    assert refusal.value.code == "wrong_audience"


def test_a_certificate_that_has_expired_is_named_here_too():
    old = signer("old", NOW - timedelta(days=2))
    with pytest.raises(AnswerRefused, match="expired on 12 July 2027"):
        reading(posted(sign(Answer(signs_assertion=None).assertion(), old)), configured(old))


def test_a_key_of_ours_that_is_no_rsa_key_reads_nothing():
    with pytest.raises(AnswerRefused) as refusal:
        reading(posted(), name="ec")
    assert refusal.value.code == "undecryptable"
