"""Administration → Accounts → Identity Providers: the list and the provider page (R025, R026, R097)."""

import asyncio

from scim.admin import providers, sso_configurations, sso_ways
from scim.admin.context import Context
from scim.admin.sso_configurations import EXPIRY_WARNING
from scim.admin.sso_ways import ByType
from scim.console import provider_forms
from scim.console.forms import filled
from scim.console.pages import mapping, provisioning
from scim.console.paths import IDENTITY_PROVIDERS, USERS, path_to
from scim.console.proofs import with_proof_for_sso
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.providers import NewProvider, ProviderEdit, ProviderFilter, provider_change
from scim.domain.authority import Action
from scim.domain.providers import Provider

ONE = f"/{IDENTITY_PROVIDERS}/{{providerId}}"
_ACTIVITIES = "dashboard/activities/all"


async def show_list(visit: Visit) -> Outcome:
    """The list."""
    query = visit.parameters(ProviderFilter)
    found = await providers.list_all(visit.context, search=query.search, sso=query.sso, scim=query.scim)
    return view("providers/list.html", listed=found, query=query)


async def show_new(visit: Visit) -> Outcome:
    """*Add provider*."""
    visit.context.require(Action.MANAGE_PROVIDERS)
    return view(
        "providers/add.html", fields=provider_forms.ProviderFields(), domains=provider_forms.domains(visit.form)
    )


async def add(visit: Visit) -> Outcome:
    """Add it."""
    body = filled(NewProvider, provider_forms.wanted(visit.form))
    provider = await providers.create(visit.context, provider_change(body))
    return Redirect(path_to(IDENTITY_PROVIDERS, provider.id), "provider-added")


async def show_edit(visit: Visit) -> Outcome:
    """*Edit*: name, type, e-mail domains and the connection of single sign-on."""
    context = visit.context
    context.require(Action.MANAGE_PROVIDERS)
    provider = await providers.get(context, visit.path["providerId"])
    configuration = await providers.configuration_of(context, provider.id)
    fields = provider_forms.fields_of(provider, configuration)
    domains = provider_forms.domains(visit.form) if visit.form.pairs else fields.domains
    return view("providers/edit.html", provider=provider, fields=fields, domains=domains)


async def edit(visit: Visit) -> Outcome:
    """Change it."""
    provider_id = visit.path["providerId"]
    present = await providers.configuration_of(visit.context, provider_id)
    wanted = provider_change(filled(ProviderEdit, provider_forms.wanted(visit.form, present)))

    async def change(context: Context, proof: str | None) -> Provider:
        return await providers.update(context, provider_id, wanted, visit.version, proof)

    await with_proof_for_sso(visit, await providers.get(visit.context, provider_id), change)
    return Redirect(path_to(IDENTITY_PROVIDERS, provider_id), "provider-changed")


async def show(visit: Visit) -> Outcome:
    """The provider page. Its parts are read at once, after the provider itself."""
    context = visit.context
    context.require(Action.VIEW_PROVIDERS)
    provider = await providers.get(context, visit.path["providerId"])
    listed, configuration, by_type, card, section = await asyncio.gather(
        providers.listed_of(context, provider),
        providers.configuration_of(context, provider.id),
        _by_type(visit, provider),
        provisioning.card(visit, provider),
        mapping.section(visit, provider),
    )
    own = {
        "provider": provider,
        "provisioning": listed.provisioning,
        "configuration": configuration,
        "by_type": by_type,
        "certificates": sso_configurations.certificates_of(visit.services, configuration),
        "addresses": visit.services.sso.addresses(provider.id),
        "expiring": context.now + EXPIRY_WARNING,
    }
    return View(template="providers/page.html", values={**card, **section, **own})


async def _by_type(visit: Visit, provider: Provider) -> ByType | None:
    """How its accounts sign in; None before there is a connection, as nobody could sign in there."""
    return await sso_ways.by_type(visit.context, provider) if provider.sso.is_configured else None


async def show_users(visit: Visit) -> Outcome:
    """Its users, in the list of all users."""
    return Redirect(path_to(USERS, provider=visit.path["providerId"]))


async def show_activities(visit: Visit) -> Outcome:
    """Its activities, in the system's."""
    return Redirect(path_to(_ACTIVITIES, provider=visit.path["providerId"]))


PAGES = (
    Page(path=f"/{IDENTITY_PROVIDERS}", show=show_list, place=IDENTITY_PROVIDERS),
    Page(path=f"/{IDENTITY_PROVIDERS}/add", show=show_new, submit=add, place=IDENTITY_PROVIDERS),
    Page(path=ONE, show=show, place=IDENTITY_PROVIDERS),
    Page(path=f"{ONE}/edit", show=show_edit, submit=edit, place=IDENTITY_PROVIDERS),
    Page(path=f"{ONE}/users", show=show_users, place=IDENTITY_PROVIDERS),
    Page(path=f"{ONE}/activities", show=show_activities, place=IDENTITY_PROVIDERS),
)
