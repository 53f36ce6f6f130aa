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


async def from_url(context: Context, provider_id: str, url: str, if_match: str | None) -> Provider:
    """Fetch the metadata, and sign people in by it from now on; another connection has to be tested.

    Raises:
        Invalid: It cannot be got, or is none.
        Missing, Changed, Conflicting: See `providers.update`.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    try:
        configuration = await context.services.sso.fetch_metadata(url)
    except ConfigurationRefused as refusal:
        raise Invalid(refusal.detail, "url", refusal.code) from refusal
    return await _stored(context, provider_id, configuration, if_match)


async def from_document(context: Context, provider_id: str, document: str, if_match: str | None) -> Provider:
    """The same, from the text of a document.

    Raises:
        See `from_url`.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    if not document.strip():
        raise Invalid(Sentence("Give the address of the metadata, or the metadata itself."), "url", "no_metadata")
    try:
        configuration = context.services.sso.read_metadata(document.strip().encode())
    except ConfigurationRefused as refusal:
        raise Invalid(refusal.detail, "document", refusal.code) from refusal
    return await _stored(context, provider_id, configuration, if_match)


async def _stored(
    context: Context, provider_id: str, configuration: SamlConfiguration, if_match: str | None
) -> Provider:
    if len(configuration.metadata) > MOST_KEPT:
        configuration = replace(configuration, metadata="")
    return await providers.update(context, provider_id, ProviderChange(configuration=configuration), if_match)
