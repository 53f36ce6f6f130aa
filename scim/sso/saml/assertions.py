"""What a signed assertion has to say before it lets anybody in (SAML profiles §4.1.4.3, core §2)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from scim.domain.sso import Identity, SamlConfiguration, SignInRequest
from scim.sso.saml.documents import Element, only_child, text_of
from scim.sso.saml.moments import SKEW, moment
from scim.sso.saml.names import ASSERTION, BEARER, TRANSIENT
from scim.sso.saml.refusals import refused
from scim.sso.saml.requests import message_id
from scim.sso.saml.service_provider import ServiceProvider

_NAME_ID_LIMIT = 1024
_FRESH = timedelta(days=1)
_CONDITIONS = {f"{ASSERTION}AudienceRestriction", f"{ASSERTION}OneTimeUse", f"{ASSERTION}ProxyRestriction"}

_MFA_CONTEXTS = {
    "http://schemas.microsoft.com/claims/multipleauthn",
    "https://refeds.org/profile/mfa",
    "urn:okta:loa:2fa:any",
    "phr",
    "phrh",
}
"""Authentication contexts that only a second factor leads to: Microsoft's, REFEDS's, Okta's, OpenID's EAP."""

_MFA_ATTRIBUTES: Mapping[str, str] = {
    "http://schemas.microsoft.com/claims/authnmethodsreferences": "http://schemas.microsoft.com/claims/multipleauthn",
    "amr": "mfa",
}
"""Attributes that list the ways in which somebody signed in, and which of them says so (Entra; RFC 8176)."""


def identity(
    assertion: Element,
    configuration: SamlConfiguration,
    us: ServiceProvider,
    request: SignInRequest | None,
    now: datetime,
) -> Identity:
    """Who an assertion is about.

    Args:
        assertion: As it was signed.
        configuration: The identity provider's.
        us: What we are to it.
        request: What the assertion has to answer; None for one that the identity provider began.
        now: Clocks may differ by `SKEW`.

    Raises:
        AnswerRefused: Says what is wrong.
    """
    issued = moment(assertion.get("IssueInstant", ""))
    if assertion.get("Version") != "2.0" or not assertion.get("ID") or issued is None:
        raise refused("malformed")
    if text_of(only_child(assertion, f"{ASSERTION}Issuer")) != configuration.entity_id:
        raise refused("wrong_issuer")
    age_end = _check_age(issued, now)
    conditions_end = _check_conditions(assertion, us, now)
    subject = only_child(assertion, f"{ASSERTION}Subject")
    if subject is None:
        raise refused("no_name_id")
    confirmation_end = _check_confirmation(subject, us, request, now)
    contexts = list(_check_statements(assertion, now))
    attributes = _attributes(assertion)
    return Identity(
        name=_name_id(subject),
        attributes=attributes,
        has_mfa=not _MFA_CONTEXTS.isdisjoint(contexts)
        or any(value in attributes.get(name, ()) for name, value in _MFA_ATTRIBUTES.items()),
        answer_id=assertion.get("ID", ""),
        ends=min(end for end in (age_end, conditions_end, confirmation_end) if end is not None) + SKEW,
        request_id="" if request is None else request.id,
    )


def _check_age(issued: datetime, now: datetime) -> datetime:
    """The end of what we take for fresh, whatever it says itself: what is used once has to be remembered as long."""
    if now + SKEW < issued:
        raise refused("not_yet_valid")
    end = issued + _FRESH
    _check_end(end, now)
    return end


def _check_window(element: Element, now: datetime) -> datetime | None:
    """Its end; None if it has none."""
    start, end = (_moment_of(element, name) for name in ("NotBefore", "NotOnOrAfter"))
    if start is not None and now + SKEW < start:
        raise refused("not_yet_valid")
    _check_end(end, now)
    return end


def _check_end(end: datetime | None, now: datetime) -> None:
    if end is not None and now - SKEW >= end:
        raise refused("expired")


def _moment_of(element: Element, name: str) -> datetime | None:
    stated = element.get(name)
    read = None if stated is None else moment(stated)
    if stated is not None and read is None:
        raise refused("malformed")
    return read


def _check_conditions(assertion: Element, us: ServiceProvider, now: datetime) -> datetime | None:
    conditions = only_child(assertion, f"{ASSERTION}Conditions")
    if conditions is None or not {child.tag for child in conditions} <= _CONDITIONS:
        raise refused("malformed")
    end = _check_window(conditions, now)
    restrictions = conditions.findall(f"{ASSERTION}AudienceRestriction")
    audiences = [{text_of(audience) for audience in found.findall(f"{ASSERTION}Audience")} for found in restrictions]
    if not audiences or not all(us.entity_id in allowed for allowed in audiences):
        raise refused("wrong_audience")
    return end


def _check_confirmation(
    subject: Element, us: ServiceProvider, request: SignInRequest | None, now: datetime
) -> datetime | None:
    """That whoever brings it is its subject: for this address, this request, and a limited time."""
    confirmation = only_child(subject, f"{ASSERTION}SubjectConfirmation[@Method='{BEARER}']")
    data = None if confirmation is None else only_child(confirmation, f"{ASSERTION}SubjectConfirmationData")
    if data is None or data.get("NotOnOrAfter") is None:
        raise refused("malformed")
    if data.get("Recipient") != us.reply_url:
        raise refused("wrong_recipient")
    check_request(data, request)
    return _check_window(data, now)


def check_request(element: Element, request: SignInRequest | None) -> None:
    """That an element answers this request, or none if there is none.

    Raises:
        AnswerRefused: `unsolicited`, `wrong_request`.
    """
    answered = element.get("InResponseTo")
    if request is not None and answered is None:
        raise refused("unsolicited")
    if answered != (None if request is None else message_id(request)):
        raise refused("wrong_request")


def _check_statements(assertion: Element, now: datetime) -> Iterator[str]:
    """That it says that somebody signed in, and in what contexts."""
    statements = assertion.findall(f"{ASSERTION}AuthnStatement")
    if not statements:
        raise refused("malformed")
    for statement in statements:
        _check_end(_moment_of(statement, "SessionNotOnOrAfter"), now)
        yield from (
            text_of(context)
            for context in statement.findall(f"{ASSERTION}AuthnContext/{ASSERTION}AuthnContextClassRef")
        )


def _name_id(subject: Element) -> str:
    if subject.find(f"{ASSERTION}EncryptedID") is not None:
        raise refused("encrypted_name_id")
    name_id = only_child(subject, f"{ASSERTION}NameID")
    name = text_of(name_id)
    if name_id is None or not 0 < len(name) <= _NAME_ID_LIMIT:
        raise refused("no_name_id")
    if name_id.get("Format") == TRANSIENT:
        raise refused("transient_name_id")
    return name


def _attributes(assertion: Element) -> dict[str, tuple[str, ...]]:
    """By name as they came; a value that is made of elements has its text only."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for attribute in assertion.iterfind(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"):
        values = attribute.findall(f"{ASSERTION}AttributeValue")
        found[attribute.get("Name", "")] += ["".join(value.itertext()) for value in values]
    return {name: tuple(values) for name, values in found.items()}
