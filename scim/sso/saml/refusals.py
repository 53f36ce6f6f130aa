"""What is wrong with an answer, in one sentence each, and where it is mended."""

from collections.abc import Mapping

from scim.domain.sso import AnswerRefused
from scim.sentences import Sentence

_ANSWERS: Mapping[str, Sentence] = {
    # What was posted
    "too_large": Sentence(
        "The answer is larger than 256 KiB. Send fewer claims or groups with it: in Entra under Attributes & Claims, "
        "in Okta under Attribute Statements."
    ),
    "bad_base64": Sentence("The answer is damaged: it is not base64. Start the sign-in again."),
    "not_xml": Sentence("The answer is damaged: it is not XML. Start the sign-in again."),
    "doctype": Sentence("The answer holds a document type or entities, which no identity provider sends."),
    "unexpected_xml": Sentence(
        "The answer holds comments, processing instructions or dozens of attributes, which SAML has no use for."
    ),
    "not_a_response": Sentence("This is not an answer to a sign-in: SAML calls that one Response, version 2.0."),
    "duplicate_ids": Sentence("The answer uses one ID for several of its parts, so what is signed would be unclear."),
    "one_assertion": Sentence("The answer must hold exactly one assertion."),
    "malformed": Sentence("The answer is not complete: a part that SAML demands is missing, doubled or malformed."),
    # Whom it is from, whom it is for
    "wrong_issuer": Sentence(
        "The answer comes from another issuer than the one configured. Import the metadata of this application again "
        "(Entra: Microsoft Entra Identifier; Okta: Issuer)."
    ),
    "wrong_destination": Sentence(
        "The answer was sent for another address. Copy the Reply URL from here once more (Entra: Reply URL (Assertion "
        "Consumer Service URL); Okta: Single sign-on URL, with Use this for Recipient URL and Destination URL)."
    ),
    "wrong_recipient": Sentence(
        "The assertion names another recipient. Copy the Reply URL from here once more (Entra: Reply URL (Assertion "
        "Consumer Service URL); Okta: Single sign-on URL, with Use this for Recipient URL and Destination URL)."
    ),
    "wrong_audience": Sentence(
        "The assertion is meant for another application. Copy the Identifier from here once more (Entra: Identifier "
        "(Entity ID); Okta: Audience URI (SP Entity ID))."
    ),
    "wrong_request": Sentence(
        "The answer belongs to another sign-in, or to one that has ended. Close other tabs and start again."
    ),
    "unsolicited": Sentence(
        "The sign-in was started at the identity provider, which is not switched on. Start it here, at the sign-in "
        "page."
    ),
    # Signatures
    "unsigned_assertion": Sentence(
        "The assertion is not signed. Have it signed (Entra: SAML Certificates, Signing Option, Sign SAML assertion; "
        "Okta: Assertion Signature, Signed)."
    ),
    "bad_signature": Sentence(
        "The answer carries a signature of a form that SAML does not allow, or one that does not cover what it stands "
        "in."
    ),
    "sha1": Sentence(
        "The answer is signed with SHA-1, which is no longer safe. Choose SHA-256 (Entra: SAML Certificates, Signing "
        "Algorithm; Okta: Signature Algorithm and Digest Algorithm)."
    ),
    "signature_algorithm": Sentence(
        "The answer is signed with an algorithm that is not accepted. Choose RSA with SHA-256 (Entra: SAML "
        "Certificates, Signing Algorithm; Okta: Signature Algorithm)."
    ),
    "wrong_key": Sentence(
        "The answer is not signed with the configured certificate. If the identity provider has a new one, import its "
        "metadata again."
    ),
    "altered": Sentence("The answer was changed after it had been signed."),
    "no_certificate": Sentence("No signing certificate is configured. Import the identity provider's metadata again."),
    # Encryption
    "encrypted": Sentence(
        "The assertion is encrypted, and there is no key here to read it. Switch token encryption off (Entra: Token "
        "encryption; Okta: Assertion Encryption, Unencrypted)."
    ),
    "undecryptable": Sentence(
        "The encrypted assertion could not be read, or is not signed with the configured certificate. Have it "
        "encrypted for the certificate in our metadata, with AES and RSA-OAEP, and signed, or switch token encryption "
        "off (Entra: Token encryption; Okta: Assertion Encryption)."
    ),
    # Time
    "expired": Sentence(
        "The answer has expired. Start the sign-in again; if it happens again, the identity provider's clock is wrong."
    ),
    "not_yet_valid": Sentence("The answer is not valid yet: the identity provider's clock is ahead by over 3 minutes."),
    # The person
    "no_name_id": Sentence(
        "The assertion names nobody. Set a Name ID: the user principal name or the e-mail address (Entra: Attributes "
        "& Claims, Unique User Identifier (Name ID); Okta: Application username)."
    ),
    "transient_name_id": Sentence(
        "The Name ID is a transient one, another at each sign-in, which no account can be found by. Choose the format "
        "Email address (Entra: Unique User Identifier (Name ID), Name identifier format; Okta: Name ID format)."
    ),
    "encrypted_name_id": Sentence("The Name ID is encrypted by itself, which is not supported. Switch that off."),
}

_STATUSES: Mapping[str, Sentence] = {
    "AuthnFailed": Sentence("The identity provider could not establish who signs in (AuthnFailed)."),
    "InvalidNameIDPolicy": Sentence(
        "The identity provider cannot send the Name ID that was asked for (InvalidNameIDPolicy). Its sign-in log says "
        "more."
    ),
    "NoAuthnContext": Sentence(
        "The identity provider cannot sign people in the way that was asked for (NoAuthnContext). Its sign-in log says "
        "more."
    ),
    "NoPassive": Sentence(
        "The identity provider would have had to ask something, and was told not to (NoPassive). Sign in there first."
    ),
    "RequestDenied": Sentence(
        "The identity provider refuses this sign-in (RequestDenied). Assign the person or one of their groups to the "
        "application (Entra: Users and groups; Okta: Assignments)."
    ),
    "RequestUnsupported": Sentence(
        "The identity provider does not support the request (RequestUnsupported). Check that the application there is "
        "one for SAML 2.0."
    ),
    "UnknownPrincipal": Sentence("The identity provider does not know this person (UnknownPrincipal)."),
    "Requester": Sentence(
        "The identity provider takes our request for faulty (Requester). Copy the Identifier and the Reply URL from "
        "here once more; its sign-in log says more."
    ),
    "Responder": Sentence(
        "The identity provider reports an error of its own (Responder). Its sign-in log says more (Entra: Sign-in "
        "logs; Okta: System Log)."
    ),
    "VersionMismatch": Sentence("The identity provider does not speak SAML 2.0 (VersionMismatch)."),
}
"""By the last part of the status code (SAML core §3.2.2.2)."""

_OTHER_STATUS = Sentence(
    "The identity provider did not sign the person in. Its sign-in log says why (Entra: Sign-in logs; Okta: System "
    "Log)."
)


def refused(code: str) -> AnswerRefused:
    """The refusal that is called so; the codes are the table above."""
    return AnswerRefused(_ANSWERS[code], code)


def status_refused(names: list[str]) -> AnswerRefused:
    """The refusal for a status other than Success.

    Args:
        names: The last parts of its codes, the general one first; the most particular one that we know is told.
    """
    known = [name for name in names if name in _STATUSES]
    return AnswerRefused(_STATUSES[known[-1]] if known else _OTHER_STATUS, "status")
