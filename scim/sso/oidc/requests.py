"""Sending people to their provider to sign in (OpenID Connect Core 1.0 §3.1.2.1, RFC 7636)."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlencode, urlsplit

from scim.domain.sso import OidcConfiguration, SignInRequest
from scim.sso.oidc.servers import Server

SCOPE = "openid profile email"
_RANDOM_BYTES = 32
"""256 bits each; as a verifier, the 43 characters that RFC 7636 §4.1 asks for."""


def new_request(at: datetime) -> SignInRequest:
    """A sign-in that begins: three random values that nobody can guess."""
    return SignInRequest(
        id=token_urlsafe(_RANDOM_BYTES),
        nonce=token_urlsafe(_RANDOM_BYTES),
        verifier=token_urlsafe(_RANDOM_BYTES),
        at=at,
    )


def redirect_uri(public_url: str, provider_id: str) -> str:
    """Where a provider sends people back to: exactly what administrators register there."""
    return f"{public_url}/console/sso/{provider_id}/callback"


def authorization_url(
    server: Server,
    configuration: OidcConfiguration,
    request: SignInRequest,
    redirect_uri: str,
    *,
    fresh: bool = False,
    login_hint: str = "",
) -> str:
    """The address that somebody is sent to.

    Args:
        server: The issuer's, as discovered.
        configuration: Of the provider.
        request: The sign-in that begins.
        redirect_uri: See `redirect_uri`.
        fresh: Whether to sign in again although there is a session: a test is to show the whole way.
        login_hint: Who wants to sign in, as typed; "" for nobody yet.
    """
    parameters = {
        "response_type": "code",
        "client_id": configuration.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": request.id,
        "nonce": request.nonce,
        "code_challenge": challenge(request.verifier),
        "code_challenge_method": "S256",
        **({"prompt": "login"} if fresh else {}),
        **({"login_hint": login_hint} if login_hint else {}),
    }
    parts = urlsplit(server.authorization_endpoint)
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in parameters]
    return parts._replace(query=urlencode([*own, *parameters.items()])).geturl()


def challenge(verifier: str) -> str:
    """What shows a verifier without telling it (RFC 7636 §4.2, S256)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
