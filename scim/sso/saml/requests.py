"""Sending somebody to sign in: an AuthnRequest by HTTP redirect (SAML bindings §3.4)."""

import zlib
from base64 import b64encode
from datetime import UTC
from urllib.parse import urlencode, urlsplit, urlunsplit

from lxml import etree

from scim.domain.sso import SamlConfiguration, SignInRequest
from scim.sso.saml.names import ASSERTION, POST_BINDING, PROTOCOL, namespace
from scim.sso.saml.service_provider import ServiceProvider


def sign_in_url(
    configuration: SamlConfiguration, us: ServiceProvider, request: SignInRequest, *, force: bool = False
) -> str:
    """Where the browser is to go.

    It asks for no format of the Name ID and for no way of signing in: either would only make identity providers
    refuse what their administrator set up (Entra: AADSTS75011). `RelayState` is the request's id.

    Args:
        configuration: The identity provider's.
        us: What we are to it.
        request: The sign-in.
        force: Whether it is to ask for the password even of somebody who has a session there (`ForceAuthn`).
    """
    message = zlib.compress(_message(configuration, us, request, force=force), wbits=-15)
    target = urlsplit(configuration.sign_on_url)
    query = urlencode({"SAMLRequest": b64encode(message).decode(), "RelayState": request.id})
    return urlunsplit(target._replace(query=f"{target.query}&{query}" if target.query else query, fragment=""))


def message_id(request: SignInRequest) -> str:
    """The request's id as XML takes it: an ID must not begin with a digit or a hyphen."""
    return f"_{request.id}"


def _message(configuration: SamlConfiguration, us: ServiceProvider, request: SignInRequest, *, force: bool) -> bytes:
    root = etree.Element(
        f"{PROTOCOL}AuthnRequest",
        {
            "ID": message_id(request),
            "Version": "2.0",
            "IssueInstant": f"{request.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "Destination": configuration.sign_on_url,
            "ProtocolBinding": POST_BINDING,
            "AssertionConsumerServiceURL": us.reply_url,
        },
        nsmap={"samlp": namespace(PROTOCOL), "saml": namespace(ASSERTION)},
    )
    if force:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, f"{ASSERTION}Issuer").text = us.entity_id
    return bytes(etree.tostring(root))
