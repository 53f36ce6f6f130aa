"""The configuration of a provider's single sign-on: when it may change, and its client secret (R097, AMB-30).

The client secret is in Key Vault, and never told again. A configuration names its version, so that nobody signs in by
one that belongs to another configuration.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from scim.admin.problems import Conflicting, Invalid
from scim.admin.services import Services
from scim.domain.providers import Provider
from scim.domain.sso import (
    Certificate,
    ConfigurationRefused,
    OidcConfiguration,
    SamlConfiguration,
    SsoConfiguration,
    SsoProtocol,
    SsoState,
    client_secret_name,
)
from scim.errors import Unavailable
from scim.sentences import Sentence

logger = logging.getLogger(__name__)

EXPIRY_WARNING = timedelta(days=30)
"""How long before a signing certificate expires the page of its provider warns."""


def changed(
    services: Services,
    provider: Provider,
    present: SsoConfiguration | None,
    wanted: SsoConfiguration | None,
    client_secret: str | None,
) -> SsoConfiguration | None:
    """The wanted configuration; None if it is the present one. Nothing is kept yet: see `kept`.

    Args:
        services: The ports.
        provider: Whose it is.
        present: What is stored; None before there is one.
        wanted: What it is to be; None leaves it.
        client_secret: A new one; None leaves it. A secret that is given is a new one.

    Raises:
        Conflicting: `sso_enabled`: people sign in through another connection than the wanted one.
        Invalid: `client_secret_required`: the present secret does not belong there; or what was given as a certificate
            is none, is too weak, or has expired.
    """
    if wanted is None:
        return None
    if provider.sso.state is SsoState.ENABLED and not (present and wanted.is_same_connection(present)):
        raise Conflicting(_IN_USE[present.protocol if present else wanted.protocol], "sso_enabled")
    if isinstance(wanted, SamlConfiguration):
        wanted = _with_certificates(services, present, wanted)
    else:
        wanted = _with_secret(present, wanted, client_secret)
    return None if wanted == present else wanted


def _with_certificates(
    services: Services, present: SsoConfiguration | None, wanted: SamlConfiguration
) -> SamlConfiguration:
    """The configuration with certificates that are ones; those that are stored already are not judged again."""
    if isinstance(present, SamlConfiguration) and wanted.certificates == present.certificates:
        return wanted
    try:
        found = services.sso.certificates(wanted.certificates)
    except ConfigurationRefused as refusal:
        raise Invalid(refusal.detail, "sso.certificates", refusal.code) from refusal
    return replace(wanted, certificates=tuple(certificate.pem for certificate in found))


def _with_secret(
    present: SsoConfiguration | None, wanted: OidcConfiguration, client_secret: str | None
) -> OidcConfiguration:
    if client_secret:
        return wanted  # another one than the present one: its version is known once it is kept
    if isinstance(present, OidcConfiguration) and wanted.is_same_client(present):
        return replace(wanted, secret_version=present.secret_version)
    # The present secret stays only where it belongs: sent to another issuer, it would be given away.
    raise Invalid(
        Sentence("Give the client secret that belongs to this issuer and client ID."),
        "sso.clientSecret",
        "client_secret_required",
    )


async def kept(
    services: Services, provider_id: str, configuration: SsoConfiguration | None, client_secret: str | None
) -> SsoConfiguration | None:
    """A configuration that `changed` has found good, with a new client secret in the vault. One call of the vault."""
    if not isinstance(configuration, OidcConfiguration) or not client_secret:
        return configuration
    version = await services.secrets.set(client_secret_name(provider_id), client_secret)
    return replace(configuration, secret_version=version)


def certificates_of(services: Services, configuration: SsoConfiguration | None) -> Sequence[Certificate]:
    """The signing certificates of a configuration, also those that have expired; none for OpenID Connect."""
    return services.sso.stored_certificates(configuration) if isinstance(configuration, SamlConfiguration) else ()


async def client_secret(services: Services, provider_id: str, configuration: OidcConfiguration) -> str | None:
    """The client secret of a configuration; None when the vault has it no more. One call of the vault."""
    found = await services.secrets.get(client_secret_name(provider_id), configuration.secret_version)
    return found[0] if found else None


async def retire(services: Services, provider_id: str, configuration: SsoConfiguration | None) -> None:
    """Switch the secret of a configuration off that is not the provider's any more, or never became it."""
    if not isinstance(configuration, OidcConfiguration):
        return
    try:
        await services.secrets.disable(client_secret_name(provider_id))
    except Unavailable:
        logger.warning("client_secret_not_retired provider=%s", provider_id)


_IN_USE = {
    SsoProtocol.SAML: Sentence(
        "People sign in through this connection. Disable SSO before you change its entity ID or "
        "sign-on URL; certificates can be exchanged at any time."
    ),
    SsoProtocol.OIDC: Sentence(
        "People sign in through this connection. Disable SSO before you change its issuer, client ID or name claims; "
        "the client secret can be exchanged at any time."
    ),
}
"""Why the connection of an enabled single sign-on stays."""
