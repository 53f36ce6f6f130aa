"""What an ID token has to say to be believed (OpenID Connect Core 1.0 §3.1.3.7). Its signature is looked at before."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from scim.domain.sso import AnswerRefused, OidcConfiguration
from scim.sentences import Sentence

SKEW = timedelta(minutes=3)
"""By how much the clocks of two servers may differ."""
_MAX_SUBJECT = 255
"""OpenID Connect Core §2: characters of `sub`."""
_MAX_AUDIENCES = 10
_LATEST = datetime.max.replace(tzinfo=UTC) - SKEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token has to fit.

    Attributes:
        configuration: Of the provider.
        nonce: Of the request that it answers.
        code, access_token: What came with it; "" for no access token.
        now: The moment.
    """

    configuration: OidcConfiguration
    nonce: str = field(repr=False)
    code: str = field(repr=False)
    access_token: str = field(repr=False)
    now: datetime


type Claims = Mapping[str, Any]


def check(claims: Claims, expected: Expected) -> datetime:
    """Check the claims of a token that the issuer signed.

    Returns:
        Until when it would be believed.

    Raises:
        AnswerRefused: It says something else than it has to; the first of `_CHECKS` that fails, tells.
    """
    for passes, code, told in _CHECKS:
        if not passes(claims, expected):
            raise AnswerRefused(told, code)
    ends = _moment(claims.get("exp"))
    assert ends is not None  # noqa: S101 - it was looked at
    return ends + SKEW


def _is_from_issuer(claims: Claims, expected: Expected) -> bool:
    return claims.get("iss") == expected.configuration.issuer


def _has_subject(claims: Claims, _: Expected) -> bool:
    subject = claims.get("sub")
    return isinstance(subject, str) and 0 < len(subject) <= _MAX_SUBJECT


def _audiences(claims: Claims) -> list[Any]:
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _is_for_us(claims: Claims, expected: Expected) -> bool:
    audiences = _audiences(claims)
    return len(audiences) <= _MAX_AUDIENCES and expected.configuration.client_id in audiences


def _was_given_to_us(claims: Claims, expected: Expected) -> bool:
    """A token for several has to say which of them it was given to."""
    party = claims.get("azp")
    if party is None:
        return len(_audiences(claims)) == 1
    return bool(party == expected.configuration.client_id)


def _has_not_expired(claims: Claims, expected: Expected) -> bool:
    ends = _moment(claims.get("exp"))
    return ends is not None and expected.now < ends + SKEW


def _was_issued(claims: Claims, expected: Expected) -> bool:
    issued = _moment(claims.get("iat"))
    return issued is not None and issued <= expected.now + SKEW


def _is_valid_already(claims: Claims, expected: Expected) -> bool:
    if "nbf" not in claims:
        return True
    begins = _moment(claims["nbf"])
    return begins is not None and begins <= expected.now + SKEW


def _answers_request(claims: Claims, expected: Expected) -> bool:
    return bool(expected.nonce) and claims.get("nonce") == expected.nonce


def _belongs_to_access_token(claims: Claims, expected: Expected) -> bool:
    return "at_hash" not in claims or claims["at_hash"] == _half_hash(expected.access_token)


def _belongs_to_code(claims: Claims, expected: Expected) -> bool:
    return "c_hash" not in claims or claims["c_hash"] == _half_hash(expected.code)


def _half_hash(text: str) -> str:
    """The left half of the SHA-256, base64url (§3.1.3.6): all algorithms that we take hash so."""
    digest = hashlib.sha256(text.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")


def _moment(number: Any) -> datetime | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    try:
        return min(datetime.fromtimestamp(number, UTC), _LATEST)
    except (OverflowError, ValueError, OSError):
        return None


_CLOCK = Sentence("The clock of the identity provider is ahead of ours by more than three minutes. Set it right there.")
_MIXED = Sentence("The parts of the identity provider's answer do not belong together. Sign in again.")

_CHECKS: tuple[tuple[Callable[[Claims, Expected], bool], str, Sentence], ...] = (
    (
        _is_from_issuer,
        "wrong_issuer",
        Sentence(
            "The answer is from another issuer than the one of this provider. Enter the issuer exactly as the identity "
            "provider shows it."
        ),
    ),
    (_has_subject, "no_subject", Sentence("The identity provider does not say who signed in (sub).")),
    (
        _is_for_us,
        "wrong_audience",
        Sentence(
            "The answer was made for another application (aud). Check the client ID on the page of this provider."
        ),
    ),
    (
        _was_given_to_us,
        "wrong_authorized_party",
        Sentence(
            "The answer was made for several applications, and not given to this one (azp). Check the audiences of the "
            "application at the identity provider."
        ),
    ),
    (
        _has_not_expired,
        "expired",
        Sentence(
            "The answer has expired. Sign in again; if that does not help, check the clock of the identity provider."
        ),
    ),
    (_was_issued, "issued_in_future", _CLOCK),
    (_is_valid_already, "not_yet_valid", _CLOCK),
    (
        _answers_request,
        "wrong_nonce",
        Sentence("The answer belongs to another sign-in (nonce). Sign in again."),
    ),
    (_belongs_to_access_token, "wrong_at_hash", _MIXED),
    (_belongs_to_code, "wrong_c_hash", _MIXED),
)
"""What is looked at, in this order; what a refusal is called, and what it tells."""
