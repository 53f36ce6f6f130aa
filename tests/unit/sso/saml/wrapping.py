"""Signature wrapping, in the eight variants of the literature (Somorovsky and others, "On Breaking SAML", 2012).

Each takes a response that is validly signed, and makes one in which the signature still has its signed element to point
to, while an administrator's name stands where a careless reader looks.
"""

from copy import deepcopy

from tests.saml_identity_provider import NAMES, Answer, signer

EVIL = "admin@contoso.example"


def _find(element, path):
    return element.find(path, NAMES)


def _evil(element):
    """A copy that names somebody else and has another ID."""
    copy = deepcopy(element)
    copy.set("ID", "_evil")
    copy.find(".//saml:NameID", NAMES).text = EVIL
    return copy


def _unsigned(element):
    copy = deepcopy(element)
    copy.remove(_find(copy, "ds:Signature"))
    return copy


def _signed_response():
    return Answer(signs_response=signer()).response()


def original_response_inside_of_the_signature():
    original = _signed_response()
    evil = _evil(original)
    _find(evil, "ds:Signature").append(_unsigned(original))
    return evil


def original_response_before_the_signature():
    original = _signed_response()
    evil = _evil(original)
    _find(evil, "ds:Signature").addprevious(_unsigned(original))
    return evil


def evil_assertion_before_the_original():
    response = Answer().response()
    original = _find(response, "saml:Assertion")
    original.addprevious(_unsigned(_evil(original)))
    return response


def original_assertion_inside_of_the_evil_one():
    response = Answer().response()
    original = _find(response, "saml:Assertion")
    evil = _unsigned(_evil(original))
    original.addprevious(evil)
    evil.append(original)
    return response


def evil_assertion_with_the_signature_and_the_original_at_the_end():
    response = Answer().response()
    original = _find(response, "saml:Assertion")
    response.replace(original, _evil(original))
    response.append(_unsigned(original))
    return response


def original_assertion_inside_of_the_evil_ones_signature():
    response = Answer().response()
    original = _find(response, "saml:Assertion")
    evil = _evil(original)
    response.replace(original, evil)
    _find(evil, "ds:Signature").append(_unsigned(original))
    return response


def evil_assertion_in_extensions():
    response = Answer().response()
    original = _find(response, "saml:Assertion")
    extensions = response.makeelement(f"{{{NAMES['samlp']}}}Extensions")
    evil = deepcopy(_unsigned(original))
    evil.find(".//saml:NameID", NAMES).text = EVIL
    extensions.append(evil)
    original.addprevious(extensions)
    return response


def original_assertion_in_an_object_of_the_signature():
    response = Answer().response()
    original = _find(response, "saml:Assertion")
    evil = deepcopy(original)
    evil.find(".//saml:NameID", NAMES).text = EVIL
    response.replace(original, evil)
    signature = _find(evil, "ds:Signature")
    signature.append(signature.makeelement(f"{{{NAMES['ds']}}}Object"))
    signature[-1].append(_unsigned(original))
    return response


VARIANTS = {
    "XSW1": original_response_inside_of_the_signature,
    "XSW2": original_response_before_the_signature,
    "XSW3": evil_assertion_before_the_original,
    "XSW4": original_assertion_inside_of_the_evil_one,
    "XSW5": evil_assertion_with_the_signature_and_the_original_at_the_end,
    "XSW6": original_assertion_inside_of_the_evil_ones_signature,
    "XSW7": evil_assertion_in_extensions,
    "XSW8": original_assertion_in_an_object_of_the_signature,
}
