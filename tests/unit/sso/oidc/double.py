"""A double of an OpenID provider: an HTTP server on this machine that signs with real keys, by code of its own."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT_ID = "9c1e0c2e-rollcall"
SECRET = "s3cret/+ value~:%"
CODE = "code-0.AXEA_9"

ENTRA = {
    "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    "response_modes_supported": ["query", "fragment", "form_post"],
    "subject_types_supported": ["pairwise"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
    "scopes_supported": ["openid", "profile", "email", "offline_access"],
    "request_uri_parameter_supported": False,
    "tenant_region_scope": "EU",
}
"""What else Entra ID says of a tenant."""
OKTA = {
    "response_types_supported": ["code", "id_token", "code id_token", "code token", "id_token token"],
    "grant_types_supported": ["authorization_code", "implicit", "refresh_token", "password"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_jwt", "none"],
    "code_challenge_methods_supported": ["S256"],
    "request_object_signing_alg_values_supported": ["HS256", "RS256", "ES256"],
}
"""What else Okta says of its organization's authorization server."""


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def half_hash(text: str) -> str:
    return base64url(hashlib.sha256(text.encode()).digest()[:16])


def number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8))


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key for the whole run; "short" is one of 1024 bits."""
    return rsa.generate_private_key(65537, 1024 if name == "short" else 2048)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:  # noqa: ARG001 - one for each name
    return ec.generate_private_key(ec.SECP256R1())


def rs256(name: str) -> Callable[[bytes], bytes]:
    return lambda message: rsa_key(name).sign(message, padding.PKCS1v15(), hashes.SHA256())


def ps256(name: str) -> Callable[[bytes], bytes]:
    return lambda message: rsa_key(name).sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def es256(name: str) -> Callable[[bytes], bytes]:
    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(ec_key(name).sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    return sign


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, "sha256")


def rsa_jwk(name: str, **more: object) -> dict[str, object]:
    public = rsa_key(name).public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "kid": name, "n": number(public.n), "e": number(public.e), **more}


def ec_jwk(name: str, **more: object) -> dict[str, object]:
    public = ec_key(name).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": name, "x": number(public.x), "y": number(public.y), **more}


def pem(name: str) -> bytes:
    return (
        rsa_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@dataclass
class Double:
    """An OpenID provider whose every answer a test may change.

    Attributes:
        shape: What its discovery document holds besides the endpoints.
        keys: Its key set.
        header, sign: Of its ID tokens.
        claims: Changes to the claims of its ID tokens; None takes one away.
        registered: How its client has to show its secret; "" for in the form, if discovery tells of that.
        answer: Of the token endpoint, in place of tokens: status and body.
        replies: By path: what is answered there in place of what would be.
        now: Seconds since 1970.
        seen: The requests: method and path.
        forms: What the token endpoint was sent.
    """

    now: int
    shape: dict[str, object] = field(default_factory=lambda: dict(ENTRA))
    keys: list[dict[str, object]] = field(default_factory=lambda: [rsa_jwk("one")])
    header: dict[str, object] = field(default_factory=lambda: {"alg": "RS256", "typ": "JWT", "kid": "one"})
    sign: Callable[[bytes], bytes] = field(default_factory=lambda: rs256("one"))
    claims: dict[str, object] = field(default_factory=dict)
    registered: str = ""
    answer: tuple[int, object] | None = None
    tamper: Callable[[str], str] = str
    replies: dict[str, Callable[[], web.StreamResponse]] = field(default_factory=dict)
    userinfo: dict[str, object] = field(default_factory=dict)
    nonce: str = ""
    challenge: str = ""
    redirect_uri: str = ""
    seen: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    never: asyncio.Event = field(default_factory=asyncio.Event)
    issuer: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._server = TestServer(app)
        await self._server.start_server()
        self.issuer = f"http://127.0.0.1:{self._server.port}/tenant/v2.0"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.never.set()
        await self._server.close()

    @property
    def origin(self) -> str:
        return self.issuer.removesuffix("/tenant/v2.0")

    def document(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.origin}/authorize?tenant=1",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "userinfo_endpoint": f"{self.origin}/userinfo",
            **self.shape,
        }

    def authorize(self, url: str) -> None:
        """Somebody arrives, and signs in."""
        asked = dict(parse_qsl(urlsplit(url).query))
        self.nonce, self.challenge, self.redirect_uri = asked["nonce"], asked["code_challenge"], asked["redirect_uri"]

    def id_token(self) -> str:
        standing = {
            "iss": self.issuer,
            "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
            "aud": CLIENT_ID,
            "exp": self.now + 3600,
            "iat": self.now,
            "nbf": self.now,
            "nonce": self.nonce,
            "preferred_username": "anna@contoso.com",
            "name": "Anna Example",
        }
        claims = {name: value for name, value in (standing | self.claims).items() if value is not None}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (self.header, claims))
        return self.tamper(f"{signed}.{base64url(self.sign(signed.encode()))}")

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.path}")
        if reply := self.replies.get(request.path):
            return reply()
        if request.path == "/slow":
            await self.never.wait()
        if request.path == "/token":
            return await self._tokens(request)
        told = {
            "/tenant/v2.0/.well-known/openid-configuration": self.document(),
            "/keys": {"keys": self.keys},
            "/userinfo": self.userinfo if request.headers.get("Authorization") == "Bearer access" else None,
        }
        found = told.get(request.path)
        return web.json_response(found) if found is not None else web.Response(status=404)

    async def _tokens(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        if self.answer:
            status, body = self.answer
            return web.Response(
                status=status, text=body if isinstance(body, str) else json.dumps(body), content_type="application/json"
            )
        if self._client(request, form) != (CLIENT_ID, SECRET):
            return web.json_response({"error": "invalid_client", "error_description": f"not {SECRET}"}, status=401)
        fits = (
            form["code"] == CODE
            and form["code"] not in self.used
            and form["redirect_uri"] == self.redirect_uri
            and base64url(hashlib.sha256(form["code_verifier"].encode()).digest()) == self.challenge
        )
        if not fits:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.used.add(form["code"])
        return web.json_response({"token_type": "Bearer", "access_token": "access", "id_token": self.id_token()})

    def _client(self, request: web.Request, form: dict[str, str]) -> tuple[str, ...]:
        """Who asks, in exactly one of the two ways (RFC 6749 §2.3.1)."""
        offered: Any = self.shape.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        usual = "client_secret_post" if "client_secret_post" in offered else "client_secret_basic"
        if (self.registered or usual) == "client_secret_post":
            return form.get("client_id", ""), form.get("client_secret", "")
        pair = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        return tuple(map(unquote_plus, pair.split(":")))
