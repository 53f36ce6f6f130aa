"""The keys of an issuer (RFC 7517), and the signature of a token by one of them (RFC 7515)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from scim.sso.oidc.documents import read_object, text
from scim.sso.oidc.servers import ALGORITHMS

_MAX_KEYS = 200
_MIN_RSA_BITS = 2048
"""RFC 7518 §3.3."""
_BASE64 = re.compile(r"[A-Za-z0-9_-]{1,2048}")
_KINDS = {"RSA": ("RS256", "PS256"), "EC": ("ES256",)}
"""By key type: for which algorithms it is. So no key can be taken for one of another kind."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with.

    Attributes:
        id: Its `kid`; "" for none.
        algorithms: For which it may be used.
        key: The library's.
    """

    id: str
    algorithms: tuple[str, ...]
    key: RSAKey | ECKey


def keys_of(document: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """The keys of a key set that ID tokens can be signed with. Others, and what cannot be read, are left out."""
    listed = document.get("keys")
    found = (_key_of(each) for each in (listed[:_MAX_KEYS] if isinstance(listed, list) else []))
    return tuple(key for key in found if key is not None)


def _key_of(jwk: Any) -> PublicKey | None:
    """A key, made from nothing but its public numbers."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    kind, meant_for = text(jwk, "kty"), jwk.get("alg")
    algorithms = tuple(each for each in _KINDS.get(kind, ()) if meant_for in (None, each))
    if not algorithms:
        return None
    try:
        key = _rsa(jwk) if kind == "RSA" else _p256(jwk)
    except (JoseError, ValueError):
        return None
    return PublicKey(text(jwk, "kid"), algorithms, key)


def _rsa(jwk: Mapping[str, Any]) -> RSAKey:
    modulus = _number(jwk, "n")
    if base64_to_int(modulus).bit_length() < _MIN_RSA_BITS:
        raise ValueError("too short")
    return RSAKey.import_key({"kty": "RSA", "n": modulus, "e": _number(jwk, "e")})


def _p256(jwk: Mapping[str, Any]) -> ECKey:
    if text(jwk, "crv") != "P-256":
        raise ValueError("another curve")
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": _number(jwk, "x"), "y": _number(jwk, "y")})


def _number(jwk: Mapping[str, Any], name: str) -> str:
    number = text(jwk, name)
    if not _BASE64.fullmatch(number):
        raise ValueError("not base64url")
    return number


class _Registry(jws.JWSRegistry):
    """Headers that we do not know are ignored (RFC 7515 §4), those that are critical excepted; and some are long."""

    max_header_length = 16 * 1024

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)


_REGISTRY = _Registry()
_UNREADABLE = (JoseError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading a header raises that is no object, or deeper than any."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose signature was not yet looked at.

    Attributes:
        algorithm, key_id, kind: Its headers `alg`, `kid` and `typ`; "" for those that are missing.
    """

    algorithm: str
    key_id: str
    kind: str
    _parsed: jws.CompactSignature

    @classmethod
    def parse(cls, token: str) -> "SignedToken | None":
        """From its compact form; None for what is none."""
        try:
            parsed = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
            headers = parsed.headers()
            algorithm, key_id, kind = (str(headers.get(name, "")) for name in ("alg", "kid", "typ"))
        except _UNREADABLE:
            return None
        return cls(algorithm, key_id, kind, parsed)

    def claims(self, key: PublicKey) -> Mapping[str, Any] | None:
        """What it says, if the key signed it; None otherwise, and for what is no JSON object.

        A key that came with the token (`jwk`, `jku`, `x5c`, `x5u`) counts for nothing.
        """
        if self.algorithm not in key.algorithms:
            return None
        try:
            is_signed = jws.validate_compact(self._parsed, key.key, registry=_REGISTRY)
        except _UNREADABLE:
            return None
        return read_object(self._parsed.payload) if is_signed else None
