"""What an issuer says of itself (OpenID Connect Discovery 1.0 §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scim.domain.sso import ConfigurationRefused
from scim.sentences import Sentence
from scim.sso.oidc.documents import text, texts

ALGORITHMS = ("RS256", "ES256", "PS256")
"""How ID tokens may be signed: by keys that only the issuer has. All of them hash with SHA-256."""
POST, BASIC = "client_secret_post", "client_secret_basic"
"""Where the client secret goes: into the form, or into the header (OpenID Connect Core 1.0 §9)."""
_SHOWN = 200


class IssuerRefused(ConfigurationRefused):
    """An issuer cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An OpenID provider.

    Attributes:
        issuer: Its identifier.
        authorization_endpoint: Where people are sent.
        token_endpoint: Where a code is exchanged.
        jwks_uri: Where its keys are.
        userinfo_endpoint: Where more is told of a person; "" for none.
        secret_ways: How it takes the client secret, in the order in which to try: in the form (`client_secret_post`)
            or in the header (`client_secret_basic`). Where both are known the form is first, since servers differ in
            how they undo the header's double encoding; but they may hold a client to the one that it is registered
            for, which discovery does not tell.
        tells_issuer: Whether its answers say from whom they are (RFC 9207).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    secret_ways: tuple[str, ...] = (BASIC,)
    tells_issuer: bool = False


def server_of(issuer: str, document: Mapping[str, Any]) -> Server:
    """The server that a discovery document describes.

    Args:
        issuer: Whom an administrator named.
        document: What the issuer publishes.

    Raises:
        IssuerRefused: It is another issuer, lacks something, or works in no way that we do.
    """
    _check_issuer(issuer, text(document, "issuer"))
    endpoints = {name: text(document, name) for name in _NEEDED}
    missing = [name for name, value in endpoints.items() if not value]
    if missing:
        raise IssuerRefused(
            Sentence("The discovery document of this issuer lacks {names}.", names=", ".join(missing)),
            "incomplete_discovery",
        )
    userinfo = text(document, "userinfo_endpoint")
    for name, value in {**endpoints, "userinfo_endpoint": userinfo or issuer}.items():
        if not _is_like(issuer, value):
            raise IssuerRefused(
                Sentence("The {name} of this issuer does not begin with https://.", name=name), "insecure_endpoint"
            )
    return Server(
        issuer=issuer,
        **endpoints,
        userinfo_endpoint=userinfo,
        secret_ways=_secret_ways(document),
        tells_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def _check_issuer(issuer: str, found: str) -> None:
    if not found:
        raise IssuerRefused(_NO_ISSUER, "no_issuer")
    if "{tenantid}" in found:
        raise IssuerRefused(
            Sentence("This issuer stands for every tenant. Enter the one of your tenant, with the tenant's ID in it."),
            "any_tenant",
        )
    if found != issuer:
        raise IssuerRefused(
            Sentence('The issuer calls itself "{found}". Enter it exactly like that.', found=found[:_SHOWN]),
            "wrong_issuer",
        )


def _is_like(issuer: str, address: str) -> bool:
    """Whether an address is as safe as the issuer's own: HTTPS, unless that is HTTP on this machine (a local run)."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return False
    return "#" not in address and scheme in {"https", urlsplit(issuer).scheme}


def _secret_ways(document: Mapping[str, Any]) -> tuple[str, ...]:
    """How the client shows who it is, once the rest of the way is known to fit, too."""
    for name, ours, told, code in _WAYS:
        offered = texts(document, name)
        if offered is not None and not set(offered) & ours:
            raise IssuerRefused(told, code)
    offered = texts(document, _AUTHENTICATION) or (BASIC,)
    return tuple(way for way in (POST, BASIC) if way in offered)


_AUTHENTICATION = "token_endpoint_auth_methods_supported"
_WAYS = (
    (
        "response_types_supported",
        {"code"},
        Sentence("This issuer does not offer the authorization code flow (response type code). Allow it there."),
        "no_code_flow",
    ),
    (
        "grant_types_supported",
        {"authorization_code"},
        Sentence("This issuer does not offer the authorization code grant. Allow it there."),
        "no_code_flow",
    ),
    (
        "id_token_signing_alg_values_supported",
        set(ALGORITHMS),
        Sentence("This issuer signs ID tokens by none of RS256, ES256 and PS256. Choose one of these there."),
        "unsupported_signature",
    ),
    (
        _AUTHENTICATION,
        {BASIC, POST},
        Sentence("This issuer takes no client secret. Allow client_secret_basic or client_secret_post there."),
        "unsupported_client_authentication",
    ),
)
"""Member of the discovery document, what of it we can do, and what is told when there is nothing of it."""
_NO_ISSUER = Sentence(
    "This is not an OpenID Connect issuer: it has no discovery document. Enter the issuer as your identity provider "
    "shows it, without /.well-known/openid-configuration."
)


def not_an_issuer() -> IssuerRefused:
    """Why an address without a discovery document is refused."""
    return IssuerRefused(_NO_ISSUER, "no_issuer")
