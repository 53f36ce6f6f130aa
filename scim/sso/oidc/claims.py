"""From verified claims to the person whom they name."""

from collections.abc import Mapping, Sequence
from typing import Any

from scim.domain.sso import NameClaim

_OF_THE_ANSWER = frozenset({"aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "s_hash", "jti"})
"""Claims that are about the answer, and not about the person."""
_TRUE = (True, "true", "True", "1")
"""How providers say yes; `True` is also 1."""
_VERIFIED = ("email_verified", "xms_edov")
"""Claims that say whether an e-mail address is verified: the standard's, and that of Entra ID."""
_MAX_VALUES = 100
_MAX_LENGTH = 1024


def is_email_unverified(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that nobody looked whether the e-mail address is the person's."""
    return any(name in claims and claims[name] not in _TRUE for name in _VERIFIED)


def name_in(claims: Mapping[str, Any], order: Sequence[NameClaim]) -> str:
    """The first of the claims that is there; "" for none. An e-mail address that is unverified is not."""
    for claim in order:
        value = claims.get(claim)
        if claim is NameClaim.EMAIL and is_email_unverified(claims):
            continue
        if isinstance(value, str) and value.strip() and len(value) <= _MAX_LENGTH:
            return value.strip()
    return ""


def attributes_of(claims: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """What was said of the person: texts, numbers and truth values, one or several. An unverified address is left out.

    So whoever matches accounts by an attribute `email` cannot overlook that it is nobody's.
    """
    hidden = _OF_THE_ANSWER | ({NameClaim.EMAIL.value} if is_email_unverified(claims) else set())
    found = {name: _values(value) for name, value in claims.items() if name not in hidden}
    return {name: values for name, values in found.items() if values}


def has_mfa(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for a second factor (RFC 8176, `amr`)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods


def _values(value: Any) -> tuple[str, ...]:
    several = value[:_MAX_VALUES] if isinstance(value, list) else [value]
    return tuple(_text(each)[:_MAX_LENGTH] for each in several if isinstance(each, str | int | float))


def _text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
