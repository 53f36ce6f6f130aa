"""Settings of a provider: its policies, and its deletion (R119, R127, AMB-5, AMB-13, AMB-22)."""

import asyncio
from collections.abc import Sequence

from scim.admin import organizations, provider_deletion, providers
from scim.admin.context import Context
from scim.admin.step_up import CriticalAction
from scim.console.forms import filled, given
from scim.console.organization_choices import MOST_OFFERED
from scim.console.paths import IDENTITY_PROVIDERS, path_to
from scim.console.proofs import with_proof
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.providers import Confirmation, ProviderEdit, provider_change
from scim.domain.authority import Action
from scim.domain.organizations import Organization
from scim.sentences import Sentence

_ONE = f"/{IDENTITY_PROVIDERS}/{{providerId}}"


async def show(visit: Visit) -> Outcome:
    """The policies: a form, or for who may only look, what they are."""
    context = visit.context
    context.require(Action.VIEW_PROVIDERS)
    provider = await providers.get(context, visit.path["providerId"])
    listed, offered = await asyncio.gather(providers.listed_of(context, provider), _offered(visit))
    return view("providers/settings.html", provider=provider, provisioning=listed.provisioning, organizations=offered)


async def _offered(visit: Visit) -> Sequence[Organization] | None:
    """The organizations to choose from; None where the ID is typed, or nothing is chosen."""
    return await organizations.choices(visit.context, MOST_OFFERED) if visit.may(Action.MANAGE_PROVIDERS) else None


async def save(visit: Visit) -> Outcome:
    """Change them."""
    form, provider_id = visit.form, visit.path["providerId"]
    policies = given(form, ("unknownAttributes", "organization", "adoption"))
    wanted = {"policies": policies} | given(form, ("defaultOrganization",))
    change = provider_change(filled(ProviderEdit, wanted))
    await providers.update(visit.context, provider_id, change, visit.version)
    return Redirect(path_to(IDENTITY_PROVIDERS, provider_id, "settings"), "provider-settings-saved")


async def show_delete(visit: Visit) -> Outcome:
    """*Delete provider*, with what that would do."""
    provider = await providers.get(visit.context, visit.path["providerId"])
    impact = await provider_deletion.deletion_impact(visit.context, provider.id)
    return view("providers/delete.html", provider=provider, impact=impact)


async def delete(visit: Visit) -> Outcome:
    """Delete it."""
    typed = filled(Confirmation, given(visit.form, ("name",), blank=""))
    provider = await providers.get(visit.context, visit.path["providerId"])

    async def change(context: Context, proof: str | None) -> None:
        await provider_deletion.delete(context, provider.id, typed.name, visit.version, proof)

    purpose = Sentence("delete the identity provider {name}", name=provider.name)
    await with_proof(visit, CriticalAction.DELETE_PROVIDER, provider.id, purpose, change)
    return Redirect(path_to(IDENTITY_PROVIDERS), "provider-deleted")


PAGES = (
    Page(path=f"{_ONE}/settings", show=show, submit=save, place=IDENTITY_PROVIDERS),
    Page(path=f"{_ONE}/delete", show=show_delete, submit=delete, place=IDENTITY_PROVIDERS),
)
