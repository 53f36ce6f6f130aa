"""XML signatures, as far as SAML allows them (core §5.4), and nothing beyond.

XML signatures can cover anything: a part of a document, several, another document, what a transformation makes of it.
Wrapping attacks live on that. So the form is checked first: one signature, directly in the element that it covers, with
one reference to that element's ID and the two transformations that SAML names. Only then is it verified, and what comes
back is parsed from the very bytes that were hashed: nobody reads anything else.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from scim.domain.sso import AnswerRefused
from scim.sso.saml.certificates import expired_sentence
from scim.sso.saml.documents import Element, alone, only_child, parser
from scim.sso.saml.names import ENVELOPED, EXCLUSIVE_C14N, SIGNATURE
from scim.sso.saml.refusals import refused

_METHODS = {
    SignatureMethod.RSA_SHA256,
    SignatureMethod.RSA_SHA384,
    SignatureMethod.RSA_SHA512,
    SignatureMethod.SHA256_RSA_MGF1,
    SignatureMethod.SHA384_RSA_MGF1,
    SignatureMethod.SHA512_RSA_MGF1,
    SignatureMethod.ECDSA_SHA256,
    SignatureMethod.ECDSA_SHA384,
    SignatureMethod.ECDSA_SHA512,
}
_DIGESTS = {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}
_ACCEPTED = {method.value for method in _METHODS} | {digest.value for digest in _DIGESTS}
_SHA1 = {method.value for method in SignatureMethod if "SHA1" in method.name} | {DigestAlgorithm.SHA1.value}
_TRANSFORMS = [ENVELOPED, EXCLUSIVE_C14N]


def is_signed(element: Element) -> bool:
    """Whether an element has a signature of its own, whatever that is worth."""
    return element.find(f"{SIGNATURE}Signature") is not None


def verified(element: Element, certificates: Sequence[x509.Certificate], now: datetime) -> Element:
    """An element as it was signed, read anew from the signed bytes; its signature is no longer in it.

    Args:
        element: Its attribute `ID` is unique in its document.
        certificates: Any of them may have signed; what the signature itself says of its key does not count.
        now: A certificate that has expired is refused, even if it did sign.

    Raises:
        AnswerRefused: `bad_signature`, `sha1`, `signature_algorithm`, `wrong_key`, `altered`, `certificate_expired`,
            `no_certificate`.
    """
    _check_form(element)
    if not certificates:
        raise refused("no_certificate")
    subject = alone(element)
    _forget_key(subject)
    for certificate in [each for each in certificates if _may_have_signed(each, subject)]:
        signed = _signed_with(certificate, subject)
        if signed is not None:
            if now >= certificate.not_valid_after_utc:
                raise AnswerRefused(expired_sentence(certificate.not_valid_after_utc), "certificate_expired")
            return signed
    raise refused("wrong_key")


def _signed_with(certificate: x509.Certificate, subject: Element) -> Element | None:
    """What is signed; None if this certificate's key did not sign it."""
    expected = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(_METHODS),
        digest_algorithms=frozenset(_DIGESTS),
        verification_time=certificate.not_valid_after_utc,
    )
    try:
        result = XMLVerifier().verify(subject, x509_cert=certificate, expect_config=expected, parser=parser())
    except InvalidDigest as error:
        raise refused("altered") from error
    except InvalidSignature:
        return None
    except Exception as error:
        # Whatever else hostile input provokes in there, nobody is let in by it.
        raise refused("bad_signature") from error
    # The form has seen to it that this is the same element; if another was hashed for whatever reason, it ends here.
    signed = None if isinstance(result, list) else result.signed_xml
    if signed is None or signed.tag != subject.tag or signed.get("ID") != subject.get("ID"):
        raise refused("bad_signature")
    return signed


def _may_have_signed(certificate: x509.Certificate, subject: Element) -> bool:
    """Whether its key is of the kind that the signature names; while an RSA key replaces an EC one, not all are."""
    method = str(subject.find(f".//{SIGNATURE}SignatureMethod").get("Algorithm"))
    return isinstance(certificate.public_key(), ec.EllipticCurvePublicKey) == ("#ecdsa-" in method)


def _check_form(element: Element) -> None:
    signature = only_child(element, f"{SIGNATURE}Signature")
    info = None if signature is None else only_child(signature, f"{SIGNATURE}SignedInfo")
    reference = None if info is None else only_child(info, f"{SIGNATURE}Reference")
    if signature is None or info is None or reference is None or signature.find(f"{SIGNATURE}Object") is not None:
        raise refused("bad_signature")
    identifier = element.get("ID")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise refused("bad_signature")
    transforms = [transform.get("Algorithm") for transform in reference.iter(f"{SIGNATURE}Transform")]
    if transforms != _TRANSFORMS or _algorithm(info, "CanonicalizationMethod") != EXCLUSIVE_C14N:
        raise refused("bad_signature")
    for algorithm in (_algorithm(info, "SignatureMethod"), _algorithm(reference, "DigestMethod")):
        if algorithm in _SHA1:
            raise refused("sha1")
        if algorithm not in _ACCEPTED:
            raise refused("signature_algorithm")


def _algorithm(element: Element, name: str) -> str:
    child = only_child(element, f"{SIGNATURE}{name}")
    return "" if child is None else str(child.get("Algorithm", ""))


def _forget_key(subject: Element) -> None:
    """Without KeyInfo: with which key it may be verified, only our configuration says."""
    signature = only_child(subject, f"{SIGNATURE}Signature")
    for key_info in [] if signature is None else signature.findall(f"{SIGNATURE}KeyInfo"):
        etree.strip_elements(signature, key_info.tag, with_tail=False)
