"""Signature wrapping is refused, by what a response may look like and by what a signature may look like."""

import pytest
from cryptography import x509
from lxml import etree

from scim.domain.sso import AnswerRefused
from scim.sso.saml.documents import parse
from scim.sso.saml.signatures import verified
from tests.saml_identity_provider import NAMES, NOW, encoded, signer
from tests.unit.sso.saml.reading import read
from tests.unit.sso.saml.wrapping import EVIL, VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_wrapped_answer_is_refused(variant):
    with pytest.raises(AnswerRefused) as refusal:
        read(encoded(VARIANTS[variant]()))
    assert refusal.value.code == "one_assertion"


@pytest.mark.parametrize("variant", VARIANTS)
def test_even_without_counting_assertions_no_signature_vouches_for_the_evil_one(variant):
    document = parse(etree.tostring(VARIANTS[variant]()))
    certificate = x509.load_pem_x509_certificate(signer().pem.encode())
    evil = [
        element
        for element in document.iter(f"{{{NAMES['saml']}}}Assertion", f"{{{NAMES['samlp']}}}Response")
        if EVIL in element.xpath("string(saml:Subject/saml:NameID | saml:Assertion)", namespaces=NAMES)
    ]
    assert evil
    for element in evil:
        with pytest.raises(AnswerRefused):
            verified(element, [certificate], NOW)
