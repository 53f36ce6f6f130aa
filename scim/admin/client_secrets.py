"""Client secrets of providers that sign people in by OpenID Connect: they are in Key Vault, and never told again."""

from dataclasses import replace

from scim.admin.problems import Invalid
from scim.admin.services import Services
from scim.domain.sso import OidcConfiguration, SsoConfiguration, client_secret_name
from scim.sentences import Sentence


def check(wanted: SsoConfiguration, present: SsoConfiguration | None, secret: str | None) -> None:
    """Check that there is a secret for a configuration.

    The one that is there stays only where it belongs: sent to another issuer, it would be given away.

    Raises:
        Invalid: `client_secret_required`.
    """
    if isinstance(wanted, OidcConfiguration) and not secret and not wanted.is_same_client(present):
        raise Invalid(
            Sentence("Give the client secret that belongs to this issuer and client ID."),
            "sso.clientSecret",
            "client_secret_required",
        )


async def kept(
    services: Services, provider_id: str, wanted: SsoConfiguration, present: SsoConfiguration | None, secret: str | None
) -> SsoConfiguration:
    """A configuration that passed `check`, with its secret in the vault: a new version if there is a new secret."""
    if not isinstance(wanted, OidcConfiguration):
        return wanted
    if secret:
        return replace(wanted, secret_version=await services.secrets.set(client_secret_name(provider_id), secret))
    return replace(wanted, secret_version=present.secret_version if isinstance(present, OidcConfiguration) else "")


async def read(services: Services, provider_id: str, configuration: OidcConfiguration) -> str | None:
    """The secret of a configuration; None when the vault has it no more. One call of the vault."""
    found = await services.secrets.get(client_secret_name(provider_id), configuration.secret_version)
    return found[0] if found else None
