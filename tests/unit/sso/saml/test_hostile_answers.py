"""Answers that let nobody in: each is refused with its code, in one sentence that holds nothing of them."""

from base64 import b64decode, b64encode
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner

from scim.domain.sso import AnswerRefused
from scim.sso.saml.refusals import _ANSWERS
from tests.saml_identity_provider import NAMES, NOW, REPLY_URL, Answer, encoded, sign, signer, xml
from tests.unit.sso.saml.reading import configured, read

EVIL = "admin@contoso.example"


def text_of(answer):
    return etree.tostring(answer.response()).decode()


def replaced(old, new, answer=None):
    """A signed answer in whose text something was replaced afterwards."""
    text = text_of(answer or Answer())
    assert old in text
    return encoded(text.replace(old, new, 1).encode())


def changed(change, answer=None):
    """A signed answer whose tree was changed afterwards."""
    response = (answer or Answer()).response()
    change(response)
    return encoded(response)


def resigned(change):
    """An answer whose assertion was changed before it was signed: the identity provider itself is at fault."""
    assertion = Answer(signs_assertion=None).assertion()
    change(assertion)
    return encoded(Answer().response(sign(assertion)))


def find(element, path):
    return element.find(f".//{path}", NAMES)


def drop(path):
    def change(root):
        found = find(root, path)
        found.getparent().remove(found)

    return change


def double(path):
    def change(root):
        found = find(root, path)
        found.addnext(deepcopy(found))

    return change


def put(path, name, value):
    return lambda root: find(root, path).set(name, value)


def with_doctype(doctype, name="ana@contoso.example"):
    return encoded(f"{doctype}{text_of(Answer())}".replace("ana@contoso.example", name).encode())


def transformed(algorithm, *content):
    """The attacker's own signature, with a transformation that leaves nothing, or something else, to be signed."""

    def change(root):
        transforms = find(root, "ds:Transforms")
        transform = transforms.makeelement(f"{{{NAMES['ds']}}}Transform", Algorithm=algorithm)
        transform.extend(content)
        transforms.insert(0, transform)

    return change


def signed_with_hmac():
    """The public certificate as the secret of an HMAC: whoever knows the one knows the other."""
    answer = Answer(signs_assertion=None)
    tool = XMLSigner(
        signature_algorithm=SignatureMethod.HMAC_SHA256, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"
    )
    assertion = tool.sign(answer.assertion(), key=signer().pem.encode(), reference_uri="#_assertion-1")
    return encoded(answer.response(assertion))


def with_another_elements_signature():
    """A valid signature of the response, moved into an assertion that is not signed."""
    response = Answer(signs_assertion=None, signs_response=signer()).response()
    find(response, "saml:Assertion/saml:Issuer").addnext(response.find("ds:Signature", NAMES))
    return encoded(response)


def with_key_of_attacker():
    """All in order, signed by the attacker, whose certificate the signature brings along."""
    return Answer(name=EVIL, signs_assertion=signer("attacker")).posted()


def with_genuine_certificate_shown():
    """Signed by the attacker, while KeyInfo shows the genuine certificate."""
    response = Answer(name=EVIL, signs_assertion=signer("attacker")).response()
    find(response, "ds:X509Certificate").text = "".join(signer().pem.splitlines()[1:-1])
    return encoded(response)


def twice_signed():
    return changed(double("saml:Assertion/ds:Signature"))


def in_another_namespace():
    return encoded(text_of(Answer()).replace(NAMES["saml"], "urn:oasis:names:tc:SAML:1.0:assertion").encode())


def rebound_prefix(root):
    """The prefix of the assertion's namespace means another one around the name."""
    name = find(root, "saml:NameID")
    evil = etree.fromstring(f'<saml:NameID xmlns:saml="urn:evil">{EVIL}</saml:NameID>')
    name.addprevious(evil)


def spread_status(*codes):
    text = "".join(f'<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{code}">' for code in codes)
    return Answer(status=text + "</samlp:StatusCode>" * len(codes)).posted()


BOMB = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
EXTERNAL = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE_DTD = '<!DOCTYPE r SYSTEM "http://attacker.example/evil.dtd">'
UTF_16 = '<?xml version="1.0" encoding="utf-16"?>'
UTF_7 = '<?xml version="1.0" encoding="utf-7"?>'

MANY = " ".join(f'a{number}=""' for number in range(15_000))
FOR_EVER = {"confirmed_until": datetime.max.replace(tzinfo=UTC), "not_on_or_after": datetime.max.replace(tzinfo=UTC)}

HOSTILE = {
    # What is posted at all
    "nothing": (lambda: "", "not_xml"),
    "bad base64": (lambda: "PHNhbWw!", "bad_base64"),
    "letters that base64 has not": (lambda: "PHNhbWwé", "bad_base64"),
    "base64 of something else": (lambda: b64encode(b"hello").decode(), "not_xml"),
    "not UTF-8": (lambda: b64encode(b"<a>\xff</a>").decode(), "not_xml"),
    "UTF-16": (lambda: b64encode((UTF_16 + text_of(Answer())).encode("utf-16")).decode(), "not_xml"),
    "UTF-16 without a mark": (lambda: b64encode(text_of(Answer()).encode("utf-16-le")).decode(), "not_xml"),
    "a doctype hidden in UTF-16": (
        lambda: b64encode((BOMB + text_of(Answer())).encode("utf-16-be")).decode(),
        "not_xml",
    ),
    "a doctype hidden in UTF-16 behind a declaration": (
        lambda: b64encode((UTF_16 + BOMB + text_of(Answer())).encode("utf-16-le")).decode(),
        "not_xml",
    ),
    "entities hidden in UTF-7": (
        lambda: b64encode((UTF_7 + "+ADwAIQ-DOCTYPE r+AD4-" + text_of(Answer())).encode()).decode(),
        "not_xml",
    ),
    "huge": (lambda: b64encode(b"<a>" + b"a" * 262_144 + b"</a>").decode(), "too_large"),
    "huge, before it is decoded": (lambda: "A" * 400_000, "too_large"),
    "deeply nested": (lambda: b64encode(b"<a>" * 5_000 + b"</a>" * 5_000).decode(), "not_xml"),
    "entity expansion": (lambda: with_doctype(BOMB, "&c;"), "doctype"),
    "an external entity": (lambda: with_doctype(EXTERNAL, "&x;"), "doctype"),
    "a DTD elsewhere": (lambda: with_doctype(REMOTE_DTD), "doctype"),
    "an entity that nobody declared": (lambda: replaced("ana@", "&ana;"), "not_xml"),
    "a lower-case doctype": (lambda: with_doctype("<!doctype r>"), "not_xml"),
    "another root": (lambda: encoded(Answer().assertion()), "not_a_response"),
    "SAML 1.1": (lambda: replaced('Version="2.0"', 'Version="1.1"'), "not_a_response"),
    # Comments and processing instructions
    "attributes without end": (
        lambda: replaced("<saml:AttributeStatement", f"<saml:AttributeStatement {MANY}"),
        "unexpected_xml",
    ),
    "a comment that cuts the name": (lambda: replaced("ana@contoso", "admin@contoso<!---->.evil"), "unexpected_xml"),
    "a comment in a signed name": (
        lambda: encoded(text_of(Answer(name="admin@contoso.example.evil")).replace(".evil", "<!---->.evil").encode()),
        "unexpected_xml",
    ),
    "an instruction in a signed name": (
        lambda: encoded(text_of(Answer(name="admin@contoso.example.evil")).replace(".evil", "<?x?>.evil").encode()),
        "unexpected_xml",
    ),
    "a comment behind the root": (lambda: encoded(text_of(Answer()).encode() + b"<!-- -->"), "unexpected_xml"),
    "an element that cuts a signed name": (
        lambda: resigned(lambda root: etree.SubElement(find(root, "saml:NameID"), "x")),
        "no_name_id",
    ),
    # Signatures
    "no signature": (lambda: Answer(signs_assertion=None).posted(), "unsigned_assertion"),
    "only the response is signed": (
        lambda: Answer(signs_assertion=None, signs_response=signer()).posted(),
        "unsigned_assertion",
    ),
    "the signature is gone": (lambda: changed(drop("saml:Assertion/ds:Signature")), "unsigned_assertion"),
    "another key": (with_key_of_attacker, "wrong_key"),
    "another key, the genuine certificate": (with_genuine_certificate_shown, "wrong_key"),
    "a response signed with another key": (lambda: Answer(signs_response=signer("attacker")).posted(), "wrong_key"),
    "another name": (lambda: replaced("ana@contoso", "admin@contoso"), "altered"),
    "another name in a signed response": (
        lambda: replaced("ana@contoso", "admin@contoso", Answer(signs_response=signer())),
        "altered",
    ),
    "an attribute more": (lambda: changed(double("saml:Attribute")), "altered"),
    "SHA-1 in the signature": (lambda: Answer(method=SignatureMethod.RSA_SHA1).posted(), "sha1"),
    "SHA-1 in the digest": (lambda: Answer(digest=DigestAlgorithm.SHA1).posted(), "sha1"),
    "SHA-224": (lambda: Answer(method=SignatureMethod.RSA_SHA224).posted(), "signature_algorithm"),
    "HMAC with the certificate": (signed_with_hmac, "signature_algorithm"),
    "an algorithm that is none": (
        lambda: changed(put("ds:SignatureMethod", "Algorithm", "urn:none")),
        "signature_algorithm",
    ),
    "no algorithm": (lambda: changed(drop("ds:SignatureMethod")), "signature_algorithm"),
    "an empty signature": (
        lambda: changed(lambda root: setattr(find(root, "ds:SignatureValue"), "text", "")),
        "bad_signature",
    ),
    "a signature that is no base64": (
        lambda: changed(lambda root: setattr(find(root, "ds:SignatureValue"), "text", "é!")),
        "bad_signature",
    ),
    "two signatures": (twice_signed, "bad_signature"),
    "another element's signature": (with_another_elements_signature, "bad_signature"),
    "an empty reference": (lambda: changed(put("ds:Reference", "URI", "")), "bad_signature"),
    "no reference URI": (lambda: changed(lambda root: find(root, "ds:Reference").attrib.pop("URI")), "bad_signature"),
    "no reference": (lambda: changed(drop("ds:Reference")), "bad_signature"),
    "two references": (lambda: changed(double("ds:Reference")), "bad_signature"),
    "a reference to the response": (lambda: changed(put("ds:Reference", "URI", "#_response-1")), "bad_signature"),
    "a reference by XPointer": (
        lambda: changed(put("ds:Reference", "URI", "#xpointer(id('_assertion-1'))")),
        "bad_signature",
    ),
    "a reference elsewhere": (lambda: changed(put("ds:Reference", "URI", "http://attacker.example/")), "bad_signature"),
    "an XPath transformation": (
        lambda: changed(transformed("http://www.w3.org/TR/1999/REC-xpath-19991116")),
        "bad_signature",
    ),
    "an XSLT transformation": (
        lambda: changed(transformed("http://www.w3.org/TR/1999/REC-xslt-19991116")),
        "bad_signature",
    ),
    "a base64 transformation": (
        lambda: changed(transformed("http://www.w3.org/2000/09/xmldsig#base64")),
        "bad_signature",
    ),
    "no transformation": (lambda: changed(drop("ds:Transforms")), "bad_signature"),
    "another canonical form": (
        lambda: changed(
            put("ds:CanonicalizationMethod", "Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
        ),
        "bad_signature",
    ),
    "an object in the signature": (
        lambda: changed(lambda root: etree.SubElement(find(root, "ds:Signature"), f"{{{NAMES['ds']}}}Object")),
        "bad_signature",
    ),
    "a signature elsewhere": (
        lambda: changed(lambda root: find(root, "samlp:Status").append(deepcopy(find(root, "ds:Signature")))),
        "bad_signature",
    ),
    # One assertion
    "two assertions": (lambda: changed(double("saml:Assertion")), "one_assertion"),
    "two assertions, both signed": (
        lambda: encoded(
            Answer().response(Answer(name=EVIL).assertion(), Answer(assertion_id="_assertion-2").assertion())
        ),
        "one_assertion",
    ),
    "no assertion": (lambda: changed(drop("saml:Assertion")), "one_assertion"),
    "an assertion that is not directly in the response": (
        lambda: changed(lambda root: find(root, "samlp:Status").append(find(root, "saml:Assertion"))),
        "one_assertion",
    ),
    "a response in a response": (
        lambda: encoded(Answer().response(Answer().response())),
        "one_assertion",
    ),
    "a response in a response, and no assertion": (
        lambda: encoded(Answer().response(xml('<samlp:Response ID="_inner" Version="2.0"></samlp:Response>'))),
        "one_assertion",
    ),
    "two parts with one ID": (
        lambda: changed(lambda root: find(root, "samlp:StatusCode").set("ID", "_assertion-1")),
        "duplicate_ids",
    ),
    "two parts with one ID, in another spelling": (
        lambda: changed(lambda root: find(root, "samlp:StatusCode").set("Id", "_assertion-1")),
        "duplicate_ids",
    ),
    "two parts with one ID, as XML's own": (
        lambda: changed(
            lambda root: find(root, "samlp:StatusCode").set("{http://www.w3.org/XML/1998/namespace}id", "_assertion-1")
        ),
        "duplicate_ids",
    ),
    "assertions of another namespace": (in_another_namespace, "one_assertion"),
    "a name of another namespace": (lambda: changed(rebound_prefix), "altered"),
    # From whom, and for whom
    "another issuer": (lambda: Answer(issuer="https://idp.evil.example/").posted(), "wrong_issuer"),
    "another issuer of the response": (
        lambda: Answer(response_issuer="https://idp.evil.example/").posted(),
        "wrong_issuer",
    ),
    "another audience": (lambda: Answer(audience="https://other.example/metadata").posted(), "wrong_audience"),
    "an audience that begins alike": (
        lambda: Answer(audience="https://rollcall.example/console/sso/p1/metadata2").posted(),
        "wrong_audience",
    ),
    "another provider's audience": (
        lambda: Answer(audience="https://rollcall.example/console/sso/p2/metadata").posted(),
        "wrong_audience",
    ),
    "no audience": (lambda: Answer(audience=None).posted(), "wrong_audience"),
    "another recipient": (lambda: Answer(recipient=f"{REPLY_URL}/evil").posted(), "wrong_recipient"),
    "another destination": (lambda: Answer(destination="https://other.example/acs").posted(), "wrong_destination"),
    "a destination that begins alike": (lambda: Answer(destination=f"{REPLY_URL}.evil").posted(), "wrong_destination"),
    "an empty destination": (lambda: Answer(destination="").posted(), "wrong_destination"),
    "a signed response without a destination": (
        lambda: Answer(destination=None, signs_response=signer()).posted(),
        "wrong_destination",
    ),
    "another request": (lambda: Answer(in_response_to="_other").posted(), "wrong_request"),
    "another request in the response": (lambda: Answer(response_in_response_to="_other").posted(), "wrong_request"),
    "an unsolicited assertion": (lambda: Answer(in_response_to=None).posted(), "unsolicited"),
    "an unsolicited response": (lambda: Answer(response_in_response_to=None).posted(), "unsolicited"),
    # When
    "expired": (lambda: Answer(not_on_or_after=NOW - timedelta(minutes=3)).posted(), "expired"),
    "expired for its bearer": (lambda: Answer(confirmed_until=NOW - timedelta(minutes=3)).posted(), "expired"),
    "an expired session": (lambda: Answer(session_until=NOW - timedelta(minutes=3)).posted(), "expired"),
    "not yet valid": (lambda: Answer(not_before=NOW + timedelta(seconds=181)).posted(), "not_yet_valid"),
    "issued ahead of time": (lambda: Answer(issued=NOW + timedelta(seconds=181)).posted(), "not_yet_valid"),
    "issued the day before, and good for ever": (
        lambda: Answer(issued=NOW - timedelta(days=1, minutes=3), **FOR_EVER).posted(),
        "expired",
    ),
    "a time that is none": (
        lambda: resigned(put("saml:Conditions", "NotOnOrAfter", "2027-02-30T00:00:00Z")),
        "malformed",
    ),
    "a time in words": (lambda: resigned(put("saml:Conditions", "NotOnOrAfter", "tomorrow")), "malformed"),
    "no end for its bearer": (
        lambda: resigned(lambda root: find(root, "saml:SubjectConfirmationData").attrib.pop("NotOnOrAfter")),
        "malformed",
    ),
    # What an assertion needs
    "no conditions": (lambda: resigned(drop("saml:Conditions")), "malformed"),
    "a condition that nobody knows": (
        lambda: resigned(lambda root: etree.SubElement(find(root, "saml:Conditions"), f"{{{NAMES['saml']}}}Condition")),
        "malformed",
    ),
    "no statement of a sign-in": (lambda: resigned(drop("saml:AuthnStatement")), "malformed"),
    "another version": (lambda: resigned(lambda root: root.set("Version", "1.1")), "malformed"),
    "no bearer": (
        lambda: resigned(
            put("saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
        ),
        "malformed",
    ),
    "two bearers": (lambda: resigned(double("saml:SubjectConfirmation")), "malformed"),
    "no subject": (lambda: resigned(drop("saml:Subject")), "no_name_id"),
    "no name": (lambda: resigned(drop("saml:NameID")), "no_name_id"),
    "an empty name": (lambda: Answer(name=" ").posted(), "no_name_id"),
    "two names": (lambda: resigned(double("saml:NameID")), "no_name_id"),
    "a name without end": (lambda: Answer(name="a" * 1025).posted(), "no_name_id"),
    "a name for once": (
        lambda: Answer(name_format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient").posted(),
        "transient_name_id",
    ),
    "an encrypted name": (
        lambda: resigned(lambda root: setattr(find(root, "saml:NameID"), "tag", f"{{{NAMES['saml']}}}EncryptedID")),
        "encrypted_name_id",
    ),
    "an encrypted assertion, and no key": (
        lambda: encoded(Answer().response(xml("<saml:EncryptedAssertion></saml:EncryptedAssertion>"))),
        "encrypted",
    ),
    # What the identity provider itself says
    "no status": (lambda: changed(drop("samlp:Status")), "malformed"),
    "a status in another place": (lambda: changed(drop("samlp:StatusCode")), "malformed"),
    "refused there": (lambda: spread_status("Responder", "RequestDenied"), "status"),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_it_is_refused_with_its_code_and_a_sentence_that_holds_nothing_of_it(attack):
    build, code = HOSTILE[attack]
    with pytest.raises(AnswerRefused) as refusal:
        read(build())
    assert refusal.value.code == code
    sentence = refusal.value.detail
    assert sentence.endswith(".")
    assert not sentence.values
    assert not [word for word in ("contoso", "rollcall", "evil", "_assertion", "attacker") if word in sentence.lower()]


def test_every_refusal_of_an_answer_has_an_attack_that_meets_it():
    elsewhere = {"no_certificate", "undecryptable"}
    assert {code for _, code in HOSTILE.values()} - {"status"} == set(_ANSWERS) - elsewhere


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (("Responder", "AuthnFailed"), "could not establish who signs in (AuthnFailed)"),
        (("Responder", "NoPassive"), "(NoPassive)"),
        (("Requester",), "Copy the Identifier and the Reply URL"),
        (("Responder", "RequestDenied"), "Assign the person or one of their groups"),
        (("Responder", "SomethingOfItsOwn"), "an error of its own (Responder)"),
        (("Odd",), "Its sign-in log says why"),
    ],
)
def test_what_the_identity_provider_says_is_told_in_words(codes, words):
    with pytest.raises(AnswerRefused, match="identity provider") as refusal:
        read(spread_status(*codes))
    assert words in refusal.value.detail


def test_a_certificate_that_has_expired_is_named_with_its_date_even_though_it_did_sign():
    old = signer("old", NOW - timedelta(days=2))
    with pytest.raises(AnswerRefused, match="The signing certificate expired on 12 July 2027") as refusal:
        read(Answer(signs_assertion=old).posted(), configured(old))
    assert refusal.value.code == "certificate_expired"


def test_without_any_certificate_nobody_is_let_in():
    empty = configured()
    object.__setattr__(empty, "certificates", ())
    with pytest.raises(AnswerRefused) as refusal:
        read(Answer().posted(), empty)
    assert refusal.value.code == "no_certificate"


@pytest.mark.parametrize("field", ["in_response_to", "response_in_response_to"])
def test_where_the_provider_may_begin_an_answer_to_a_request_is_still_refused(field):
    answer = Answer(in_response_to=None, response_in_response_to=None).but(**{field: "_stolen"})
    with pytest.raises(AnswerRefused) as refusal:
        read(answer.posted(), request=None)
    assert refusal.value.code == "wrong_request"


def test_the_attacks_are_made_on_an_answer_that_is_good():
    assert read(encoded(b64decode(Answer().posted()))).name == "ana@contoso.example"
