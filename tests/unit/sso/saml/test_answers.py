"""Answers that let somebody in."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from signxml import SignatureMethod

from tests.saml_identity_provider import (
    ENTRA_ATTRIBUTES,
    NAMES,
    NOW,
    PASSWORD,
    REQUEST_ID,
    Answer,
    encoded,
    sign,
    signer,
)
from tests.unit.sso.saml.reading import configured, read


def test_entra_signs_the_assertion_and_says_who_it_is_with_all_attributes_as_they_came():
    identity = read(Answer().posted())
    assert identity.name == "ana@contoso.example"
    assert identity.attributes == ENTRA_ATTRIBUTES
    assert identity.request_id == REQUEST_ID
    assert identity.answer_id == "_assertion-1"


def test_okta_signs_assertion_and_response_and_calls_itself_by_a_url():
    okta = Answer(
        issuer="http://www.okta.com/exk1",
        response_issuer="http://www.okta.com/exk1",
        attributes={"email": ("ana@contoso.example",), "groups": ("Helpdesk", "Everyone")},
        context="urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        signs_response=signer(),
    )
    identity = read(okta.posted(), configured(entity_id="http://www.okta.com/exk1"))
    assert identity.attributes["groups"] == ("Helpdesk", "Everyone")
    assert not identity.has_mfa


def test_a_pretty_printed_answer_in_broken_lines_is_read_alike():
    document = etree.tostring(Answer().response())
    posted = encoded(document)
    broken = "\r\n".join(posted[at : at + 76] for at in range(0, len(posted), 76))
    assert read(broken) == read(posted)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("idp", SignatureMethod.RSA_SHA512),
        ("idp", SignatureMethod.SHA256_RSA_MGF1),
        ("ec", SignatureMethod.ECDSA_SHA256),
    ],
)
def test_every_accepted_kind_of_signature_is_verified(name, method):
    answer = Answer(signs_assertion=signer(name), method=method)
    assert read(answer.posted(), configured(signer(name))).name == "ana@contoso.example"


def test_what_a_signature_says_of_its_own_key_does_not_count():
    response = Answer().response()
    key_info = response.find(".//ds:KeyInfo", NAMES)
    stranger = sign(Answer(signs_assertion=None).assertion(), signer("attacker"), shows_key=True)
    key_info.getparent().replace(key_info, stranger.find(".//ds:KeyInfo", NAMES))
    assert response.find(".//ds:RSAKeyValue", NAMES) is not None
    assert read(encoded(response)).name == "ana@contoso.example"


@pytest.mark.parametrize("signing", ["idp", "next", "ec"])
def test_while_a_certificate_is_replaced_either_may_sign(signing):
    method = SignatureMethod.ECDSA_SHA256 if signing == "ec" else SignatureMethod.RSA_SHA256
    posted = Answer(signs_assertion=signer(signing), method=method).posted()
    assert read(posted, configured(signer("idp"), signer("next"), signer("ec"))).name == "ana@contoso.example"


@pytest.mark.parametrize(
    ("changes", "has_mfa"),
    [
        ({}, True),
        ({"attributes": {}}, False),
        ({"attributes": {}, "context": "https://refeds.org/profile/mfa"}, True),
        ({"attributes": {}, "context": "urn:okta:loa:2fa:any"}, True),
        ({"attributes": {}, "context": PASSWORD}, False),
        ({"attributes": {"amr": ("pwd", "mfa")}}, True),
        ({"attributes": {"amr": ("pwd",)}}, False),
        ({"attributes": {"displayName": ("mfa",)}}, False),
    ],
)
def test_a_second_factor_is_what_the_provider_says_of_it(changes, has_mfa):
    assert read(Answer(**changes).posted()).has_mfa is has_mfa


def test_an_answer_can_be_repeated_until_its_shortest_time_and_the_allowed_skew_are_over():
    identity = read(Answer().posted())
    assert identity.ends == NOW + timedelta(minutes=5) + timedelta(minutes=3)


def test_an_answer_that_is_good_for_ever_is_taken_for_a_day():
    for_ever = datetime.max.replace(tzinfo=UTC)
    answer = Answer(not_before=datetime.min.replace(tzinfo=UTC), not_on_or_after=for_ever, confirmed_until=for_ever)
    assert read(answer.posted()).ends == NOW + timedelta(days=1, minutes=3)


@pytest.mark.parametrize("seconds", [-179, 479])
def test_clocks_may_differ_by_three_minutes(seconds):
    posted = Answer(not_before=NOW, confirmed_until=NOW + timedelta(minutes=5)).posted()
    assert read(posted, now=NOW + timedelta(seconds=seconds)).name


def test_a_sign_in_that_the_provider_began_is_taken_where_no_request_is_expected():
    identity = read(Answer(in_response_to=None, response_in_response_to=None).posted(), request=None)
    assert identity.request_id == ""


def test_a_response_without_a_destination_is_taken_as_long_as_it_is_not_signed_itself():
    assert read(Answer(destination=None).posted()).name


def test_values_of_one_attribute_in_several_places_are_brought_together():
    answer = Answer(attributes={"groups": ("a",)})
    assertion = answer.but(signs_assertion=None).assertion()
    statement = assertion.find("{*}AttributeStatement")
    statement.append(etree.fromstring(etree.tostring(statement[0]).replace(b">a<", b">b<")))
    assert read(encoded(answer.response(sign(assertion)))).attributes["groups"] == ("a", "b")
