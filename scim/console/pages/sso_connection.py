"""The connection of single sign-on: importing SAML metadata, OpenID Connect, and the rules of sign-in (R023, R097)."""

from scim.admin import metadata_import, providers
from scim.console.forms import filled, given
from scim.console.paths import IDENTITY_PROVIDERS, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.providers import ProviderEdit, provider_change
from scim.domain.authority import Action
from scim.domain.sso import OidcConfiguration, SsoProtocol

_SSO = f"/{IDENTITY_PROVIDERS}/{{providerId}}/sso"


async def show_import(visit: Visit) -> Outcome:
    """*Import metadata*."""
    return await _dialog(visit, "providers/import_metadata.html")


async def import_metadata(visit: Visit) -> Outcome:
    """Take it over."""
    url = visit.form.text("url")
    document = "" if url else visit.form.text("document")
    await metadata_import.take_over(visit.context, visit.path["providerId"], visit.version, url=url, document=document)
    return _done(visit)


async def show_openid_connect(visit: Visit) -> Outcome:
    """*Use OpenID Connect*, or what is set up of it."""
    return await _dialog(visit, "providers/openid_connect.html")


async def set_up_openid_connect(visit: Visit) -> Outcome:
    """Set it up."""
    provider_id, form = visit.path["providerId"], visit.form
    settings = given(form, ("sso.issuer", "sso.clientId", "sso.clientSecret"))
    sso = {name.removeprefix("sso."): value for name, value in settings.items() if value}
    present = await providers.configuration_of(visit.context, provider_id)
    if isinstance(present, OidcConfiguration):
        sso["nameClaims"] = present.name_claims
    edit = filled(ProviderEdit, {"sso": {"issuer": "", "clientId": ""} | sso | {"protocol": SsoProtocol.OIDC}})
    await providers.update(visit.context, provider_id, provider_change(edit), visit.version)
    return _done(visit)


async def show_rules(visit: Visit) -> Outcome:
    """*Sign-in rules*."""
    return await _dialog(visit, "providers/sign_in_rules.html")


async def set_rules(visit: Visit) -> Outcome:
    """Set them."""
    policies = {name: visit.form.is_on(name) for name in ("trustsMfa", "idpInitiated")}
    edit = filled(ProviderEdit, {"policies": policies})
    await providers.update(visit.context, visit.path["providerId"], provider_change(edit), visit.version)
    return _done(visit)


async def _dialog(visit: Visit, template: str) -> View:
    context = visit.context
    context.require(Action.MANAGE_PROVIDERS)
    provider = await providers.get(context, visit.path["providerId"])
    configuration = await providers.configuration_of(context, provider.id)
    addresses = visit.services.sso.addresses(provider.id)
    return view(template, provider=provider, configuration=configuration, addresses=addresses)


def _done(visit: Visit) -> Redirect:
    return Redirect(path_to(IDENTITY_PROVIDERS, visit.path["providerId"]), "provider-changed")


PAGES = (
    Page(path=f"{_SSO}/import", show=show_import, submit=import_metadata, place=IDENTITY_PROVIDERS),
    Page(
        path=f"{_SSO}/openid-connect",
        show=show_openid_connect,
        submit=set_up_openid_connect,
        place=IDENTITY_PROVIDERS,
    ),
    Page(path=f"{_SSO}/rules", show=show_rules, submit=set_rules, place=IDENTITY_PROVIDERS),
)
