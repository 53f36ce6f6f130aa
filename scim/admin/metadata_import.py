"""Taking over the SAML metadata that an identity provider publishes, or that an administrator pastes (R023, R097)."""

from dataclasses import replace

from scim.admin import providers
from scim.admin.context import Context
from scim.admin.problems import Invalid
from scim.admin.providers import ProviderChange
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.sso import ConfigurationRefused, SamlConfiguration
from scim.sentences import Sentence

MOST_KEPT = 200_000
"""Characters of a document that are kept beside what was read from it."""


async def take_over(
    context: Context,
    provider_id: str,
    if_match: str | None,
    proof: str | None = None,
    *,
    url: str = "",
    document: str = "",
) -> Provider:
    """Sign people in by this metadata from now on; another connection has to be tested.

    Args:
        context: A system administrator.
        provider_id: The provider.
        if_match: The version that was read; None for any.
        proof: For `changeSso`; the first connection takes none.
        url: Where the metadata is fetched from; "" where the document is given.
        document: Its text; blank where the address is given.

    Raises:
        Invalid: It cannot be got, is none, or neither or both are given.
        Denied, Missing, Changed, Conflicting: See `providers.update`.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    if bool(url) is bool(document.strip()):
        raise Invalid(Sentence("Give the address of the metadata, or the metadata itself."), "url", "no_metadata")
    sso = context.services.sso
    try:
        found = await sso.fetch_metadata(url) if url else sso.read_metadata(document.strip().encode())
    except ConfigurationRefused as refusal:
        raise Invalid(refusal.detail, "url" if url else "document", refusal.code) from refusal
    return await providers.update(context, provider_id, ProviderChange(configuration=_bounded(found)), if_match, proof)


def _bounded(found: SamlConfiguration) -> SamlConfiguration:
    return found if len(found.metadata) <= MOST_KEPT else replace(found, metadata="")
