"""What an identity provider posts back (SAML bindings §3.5, profiles §4.1.4)."""

from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from scim.domain.sso import AnswerRefused, Identity, SamlConfiguration, SignInRequest
from scim.sso.saml import assertions
from scim.sso.saml.decryption import decrypted
from scim.sso.saml.documents import (
    Element,
    HasDoctype,
    NotXml,
    ids,
    is_plain,
    only_child,
    parse,
    text_of,
)
from scim.sso.saml.names import ASSERTION, PROTOCOL, SIGNATURE, STATUS
from scim.sso.saml.refusals import refused, status_refused
from scim.sso.saml.service_provider import ServiceProvider
from scim.sso.saml.signatures import is_signed, verified

LIMIT = 256 * 1024
"""Bytes of an answer; one of Entra's with 150 groups has some 30 KiB."""


def read_answer(
    answer: str, configuration: SamlConfiguration, us: ServiceProvider, request: SignInRequest | None, now: datetime
) -> Identity:
    """Who has signed in.

    That an answer is used once only is the caller's to see: `Identity.answer_id` is to be remembered until
    `Identity.ends`, and a request to be forgotten with its answer.

    Args:
        answer: The field `SAMLResponse` of the form that was posted.
        configuration: The identity provider's.
        us: What we are to it.
        request: What it has to answer. None takes only what answers no request at all, so it is for identity
            providers where people may begin.
        now: Clocks may differ by three minutes.

    Raises:
        AnswerRefused: Says what is wrong, and where it is mended.
    """
    response = _response(answer)
    _check_status(response)
    _check_addresses(response, configuration, us, request)
    assertion = _assertion(response, configuration, us, now)
    return assertions.identity(assertion, configuration, us, request, now)


def _response(answer: str) -> Element:
    if len(answer) > LIMIT * 3 // 2:
        raise refused("too_large")
    try:
        document = b64decode("".join(answer.split()), validate=True)
    except ValueError as error:
        raise refused("bad_base64") from error
    if len(document) > LIMIT:
        raise refused("too_large")
    try:
        root = parse(document)
    except HasDoctype as error:
        raise refused("doctype") from error
    except NotXml as error:
        raise refused("not_xml") from error
    if not is_plain(root):
        raise refused("unexpected_xml")
    if root.tag != f"{PROTOCOL}Response" or root.get("Version") != "2.0" or not root.get("ID"):
        raise refused("not_a_response")
    return root


def _check_status(response: Element) -> None:
    status = only_child(response, f"{PROTOCOL}Status")
    code = None if status is None else only_child(status, f"{PROTOCOL}StatusCode")
    if code is None:
        raise refused("malformed")
    if code.get("Value") != f"{STATUS}Success":
        raise status_refused([nested.get("Value", "").rpartition(":")[2] for nested in code.iter(code.tag)])


def _check_addresses(
    response: Element, configuration: SamlConfiguration, us: ServiceProvider, request: SignInRequest | None
) -> None:
    """Whom it is from and for. A response that is signed has to name its destination."""
    if response.get("Destination", "" if is_signed(response) else us.reply_url) != us.reply_url:
        raise refused("wrong_destination")
    issuers = response.findall(f"{ASSERTION}Issuer")
    if any(text_of(issuer) != configuration.entity_id for issuer in issuers):
        raise refused("wrong_issuer")
    assertions.check_request(response, request)


def _assertion(response: Element, configuration: SamlConfiguration, us: ServiceProvider, now: datetime) -> Element:
    """The assertion as it was signed. A signature of the response does not stand for the assertion's own."""
    certificates = [x509.load_pem_x509_certificate(text.encode()) for text in configuration.certificates]
    assertion = _only_assertion(response)
    _check_signatures(response, assertion)
    if is_signed(response):
        verified(response, certificates, now)
    if assertion.tag == f"{ASSERTION}Assertion":
        return _verified(assertion, certificates, now)
    return _verified_secret(assertion, us, certificates, now)


def _only_assertion(response: Element) -> Element:
    """The one assertion of a response, directly in it; a second one anywhere is a wrapping attack, or a mistake."""
    kinds = (f"{ASSERTION}Assertion", f"{ASSERTION}EncryptedAssertion", f"{PROTOCOL}Response")
    found = [*response.iterdescendants(*kinds)]
    if len(found) != 1 or found[0].getparent() is not response or found[0].tag == kinds[2]:
        raise refused("one_assertion")
    identifiers = [*ids(response)]
    if len(identifiers) != len(set(identifiers)):
        raise refused("duplicate_ids")
    return found[0]


def _check_signatures(response: Element, assertion: Element) -> None:
    """That signatures are nowhere but directly in what can be signed."""
    places = (response, assertion)
    if any(signature.getparent() not in places for signature in response.iter(f"{SIGNATURE}Signature")):
        raise refused("bad_signature")


def _verified(assertion: Element, certificates: Sequence[x509.Certificate], now: datetime) -> Element:
    if not is_signed(assertion):
        raise refused("unsigned_assertion")
    return verified(assertion, certificates, now)


def _verified_secret(
    encrypted: Element, us: ServiceProvider, certificates: Sequence[x509.Certificate], now: datetime
) -> Element:
    """The assertion in an encrypted one.

    Whether it could not be decrypted, or what came out is not signed, is not told: whoever has caught an answer could
    send it again with changes, and learn from the difference what is in it (a padding oracle).
    """
    if us.encryption_key is None:
        raise refused("encrypted")
    assertion = decrypted(encrypted, us.encryption_key)
    try:
        identifiers = [*ids(assertion)]
        nested = next(assertion.iterdescendants(f"{ASSERTION}Assertion"), None)
        if assertion.tag != f"{ASSERTION}Assertion" or nested is not None or len(identifiers) != len(set(identifiers)):
            raise refused("undecryptable")
        return _verified(assertion, certificates, now)
    except AnswerRefused as error:
        if error.code == "certificate_expired":
            raise
        raise refused("undecryptable") from error
