"""Judging what comes back from a provider: from the callback to the person who signed in."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from scim.domain.ports import Clock
from scim.domain.sso import AnswerRefused, ConfigurationRefused, Identity, OidcConfiguration, SignInRequest
from scim.sentences import Sentence
from scim.sso.fetching import Fetcher
from scim.sso.oidc.claims import attributes_of, has_mfa, is_email_unverified, name_in
from scim.sso.oidc.discovery import Issuers
from scim.sso.oidc.documents import read_object, text
from scim.sso.oidc.errors import refused_at_authorization, refused_at_exchange
from scim.sso.oidc.id_tokens import Claims, Expected, check
from scim.sso.oidc.keys import SignedToken
from scim.sso.oidc.servers import ALGORITHMS, BASIC, POST, Server

_TOKENS_BYTES = 256 * 1024
_USERINFO_BYTES = 64 * 1024
_MAX_CODE = 8192
_OK = 200
_WRONG_CLIENT = "invalid_client"
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750 §2.1."""
_SERVER_ERROR = 500
_ID_TOKEN_TYPES = {"", "jwt", "application/jwt"}
"""What `typ` says of an ID token; an access token calls itself `at+jwt` (RFC 9068 §2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who we are to a provider.

    Attributes:
        configuration: Of the provider.
        secret: The client secret.
        redirect_uri: The one that the request was sent with.
    """

    configuration: OidcConfiguration
    secret: str = field(repr=False)
    redirect_uri: str


class Answers:
    """Judges answers.

    Args:
        issuers: What is known of issuers.
        fetcher: Exchanges codes.
        clock: The time.
    """

    def __init__(self, issuers: Issuers, fetcher: Fetcher, clock: Clock) -> None:
        self._issuers = issuers
        self._fetcher = fetcher
        self._clock = clock

    async def identity(self, parameters: Sequence[tuple[str, str]], request: SignInRequest, client: Client) -> Identity:
        """Who has signed in. A code is exchanged, so an answer can be judged once.

        Args:
            parameters: Of the callback's address, as they came.
            request: The sign-in that was sent from the same browser.
            client: Who we are.

        Raises:
            AnswerRefused: The answer lets nobody in.
        """
        try:
            server = await self._issuers.server(client.configuration.issuer)
            code = _code(parameters, request, server)
            tokens = await self._exchanged(server, client, request, code)
            return await self._judged(server, client, request, code, tokens)
        except ConfigurationRefused as refusal:
            raise AnswerRefused(refusal.detail, refusal.code) from None

    async def _exchanged(self, server: Server, client: Client, request: SignInRequest, code: str) -> Mapping[str, Any]:
        """What the server gives for a code (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": request.verifier,
        }
        error = ""
        for way in server.secret_ways:
            shown, headers = _WITH_SECRET[way](client)
            answer = await self._fetcher.post(server.token_endpoint, form | shown, limit=_TOKENS_BYTES, headers=headers)
            tokens = read_object(answer.body)
            if answer.status == _OK:
                return _tokens(tokens)
            error = _error(tokens, answer.status)
            if error != _WRONG_CLIENT:
                break
        raise refused_at_exchange(error)

    async def _judged(
        self, server: Server, client: Client, request: SignInRequest, code: str, tokens: Mapping[str, Any]
    ) -> Identity:
        access_token = text(tokens, "access_token")
        claims = await self._verified(server, text(tokens, "id_token"))
        expected = Expected(
            configuration=client.configuration,
            nonce=request.nonce,
            code=code,
            access_token=access_token,
            now=self._clock.now(),
        )
        ends = check(claims, expected)
        order = client.configuration.name_claims
        if not name_in(claims, order) and not is_email_unverified(claims):
            claims = await self._completed(server, claims, access_token)
        name = name_in(claims, order)
        if not name:
            raise _nameless(claims, order)
        return Identity(
            name=name,
            attributes=attributes_of(claims),
            has_mfa=has_mfa(claims),
            answer_id=request.nonce,
            ends=ends,
            request_id=request.id,
        )

    async def _verified(self, server: Server, id_token: str) -> Claims:
        """What an ID token says that the issuer signed."""
        if not id_token:
            raise AnswerRefused(
                Sentence("The identity provider sent no ID token. Allow the scope openid for this client there."),
                "no_id_token",
            )
        token = SignedToken.parse(id_token)
        if token is None:
            raise AnswerRefused(
                Sentence("The ID token is no signed token. Switch its encryption off at the identity provider."),
                "malformed_token",
            )
        if token.algorithm not in ALGORITHMS:
            raise AnswerRefused(
                Sentence("The ID token is not signed by RS256, ES256 or PS256. Choose one of these there."),
                "wrong_algorithm",
            )
        if token.kind.lower() not in _ID_TOKEN_TYPES:
            raise AnswerRefused(
                Sentence("The identity provider sent another kind of token in place of an ID token."), "wrong_type"
            )
        key = await self._issuers.key(server, token)
        if key is None:
            raise AnswerRefused(
                Sentence(
                    "The ID token is signed by a key that the issuer does not publish. If its keys were just "
                    "exchanged, try again in a minute."
                ),
                "unknown_key",
            )
        claims = token.claims(key)
        if claims is None:
            raise AnswerRefused(Sentence("The signature of the ID token is wrong."), "wrong_signature")
        return claims

    async def _completed(self, server: Server, claims: Claims, access_token: str) -> Claims:
        """With what only the userinfo endpoint tells (OpenID Connect Core §5.3); of two values, the token's counts."""
        if not server.userinfo_endpoint or not _BEARER.fullmatch(access_token):
            return claims
        body = await self._fetcher.fetch(
            server.userinfo_endpoint, limit=_USERINFO_BYTES, headers={"Authorization": f"Bearer {access_token}"}
        )
        more = read_object(body)
        if more is None or more.get("sub") != claims["sub"]:  # §5.3.2: else it is about somebody else
            raise AnswerRefused(
                Sentence("The identity provider's userinfo endpoint does not speak of the person who signed in."),
                "wrong_userinfo",
            )
        return {**more, **claims}


def _in_form(client: Client) -> tuple[dict[str, str], dict[str, str]]:
    return {"client_id": client.configuration.client_id, "client_secret": client.secret}, {}


def _in_header(client: Client) -> tuple[dict[str, str], dict[str, str]]:
    pair = f"{quote_plus(client.configuration.client_id)}:{quote_plus(client.secret)}"
    return {}, {"Authorization": f"Basic {b64encode(pair.encode()).decode('ascii')}"}


_WITH_SECRET = {POST: _in_form, BASIC: _in_header}
"""What of the form and of the headers shows who we are (RFC 6749 §2.3.1)."""


def _tokens(document: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if document is None:
        raise AnswerRefused(
            Sentence("The token endpoint of the identity provider answered with something else than JSON."),
            "malformed_tokens",
        )
    return document


def _code(parameters: Sequence[tuple[str, str]], request: SignInRequest, server: Server) -> str:
    """The code of an answer that is to this request and from this server."""
    given = dict(parameters)
    if len(given) != len(parameters):  # RFC 6749 §3.1
        raise AnswerRefused(Sentence("The answer has a parameter twice. Sign in again."), "repeated_parameter")
    if given.get("iss", server.issuer) != server.issuer or (server.tells_issuer and "iss" not in given):
        raise AnswerRefused(
            Sentence("The answer is from another identity provider than the one that was asked. Sign in again."),
            "mixed_up",
        )
    state = given.get("state", "")
    if not state:
        raise AnswerRefused(Sentence("The answer belongs to no sign-in (state). Sign in again."), "missing_state")
    if not hmac.compare_digest(state.encode(), request.id.encode()):
        raise AnswerRefused(
            Sentence("The answer belongs to another sign-in (state). Sign in again in this browser."), "wrong_state"
        )
    if "error" in given:
        raise refused_at_authorization(given["error"])
    code = given.get("code", "")
    if not code or len(code) > _MAX_CODE:
        raise AnswerRefused(Sentence("The answer has no code. Sign in again."), "missing_code")
    return code


def _error(document: Mapping[str, Any] | None, status: int) -> str:
    """The code of an error that a server answered with."""
    return text(document or {}, "error") or ("server_error" if status >= _SERVER_ERROR else "")


def _nameless(claims: Claims, order: Sequence[str]) -> AnswerRefused:
    names = ", ".join(order)
    if "email" in claims and "email" in order and is_email_unverified(claims):
        return AnswerRefused(
            Sentence(
                "The identity provider says that the e-mail address of this person is not verified. Have it verified "
                "there, or have another of these claims sent: {names}.",
                names=names,
            ),
            "unverified_email",
        )
    return AnswerRefused(
        Sentence(
            "The identity provider does not say by which name this person has an account. Have one of these claims "
            "put into the ID token there: {names}.",
            names=names,
        ),
        "no_name",
    )
