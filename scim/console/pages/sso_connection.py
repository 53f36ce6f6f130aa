"""The connection of single sign-on: importing SAML metadata, OpenID Connect, and the rules of sign-in (R023, R097)."""

from dataclasses import replace

from scim.admin import metadata_import, providers
from scim.admin.context import Context
from scim.console.forms import Form, filled, given
from scim.console.paths import IDENTITY_PROVIDERS, path_to
from scim.console.proofs import with_proof_for_sso
from scim.console.routing import Page
from scim.console.sealed import seal, unseal
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.providers import ProviderEdit, provider_change
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.sso import OidcConfiguration, SsoProtocol

_SSO = f"/{IDENTITY_PROVIDERS}/{{providerId}}/sso"
_CLIENT_SECRET = "sso.clientSecret"  # noqa: S105 - the name of a field
_SEALED = "sealed"
"""The field that holds the client secret while a code is asked for."""
_PURPOSE = "client-secret"


async def show_import(visit: Visit) -> Outcome:
    """*Import metadata*."""
    return await _dialog(visit, "providers/import_metadata.html")


async def import_metadata(visit: Visit) -> Outcome:
    """Take it over."""
    url = visit.form.text("url")
    document = "" if url else visit.form.text("document")
    provider = await _provider(visit)

    async def change(context: Context, proof: str | None) -> Provider:
        return await metadata_import.take_over(context, provider.id, visit.version, proof, url=url, document=document)

    await with_proof_for_sso(visit, provider, change)
    return _done(visit)


async def show_openid_connect(visit: Visit) -> Outcome:
    """*Use OpenID Connect*, or what is set up of it."""
    return await _dialog(visit, "providers/openid_connect.html")


async def set_up_openid_connect(visit: Visit) -> Outcome:
    """Set it up."""
    provider = await _provider(visit)
    settings = given(visit.form, ("sso.issuer", "sso.clientId")) | await _client_secret(visit)
    sso = {name.removeprefix("sso."): value for name, value in settings.items() if value}
    present = await providers.configuration_of(visit.context, provider.id)
    if isinstance(present, OidcConfiguration):
        sso["nameClaims"] = present.name_claims
    edit = filled(ProviderEdit, {"sso": {"issuer": "", "clientId": ""} | sso | {"protocol": SsoProtocol.OIDC}})
    await _update(await _sealed(visit), provider, edit)
    return _done(visit)


async def _client_secret(visit: Visit) -> dict[str, str]:
    """As it was typed, or sealed while a code was asked for."""
    form = visit.form
    if _SEALED not in form:
        return {_CLIENT_SECRET: form.text(_CLIENT_SECRET)}
    (secret,) = await unseal(visit.services, _PURPOSE, visit.context.principal.credential, form.text(_SEALED))
    return {_CLIENT_SECRET: secret}


async def _sealed(visit: Visit) -> Visit:
    """The visit, with a form that may be shown again: without the client secret."""
    form = visit.form
    if not (secret := form.text(_CLIENT_SECRET)):
        return visit
    sealed = await seal(visit.services, _PURPOSE, visit.context.principal.credential, secret)
    others = [(name, value) for name, value in form.pairs if name != _CLIENT_SECRET]
    return replace(visit, form=Form([*others, (_SEALED, sealed)]))


async def show_rules(visit: Visit) -> Outcome:
    """*Sign-in rules*."""
    return await _dialog(visit, "providers/sign_in_rules.html")


async def set_rules(visit: Visit) -> Outcome:
    """Set them."""
    policies = {name: visit.form.is_on(name) for name in ("trustsMfa", "idpInitiated")}
    await _update(visit, await _provider(visit), filled(ProviderEdit, {"policies": policies}))
    return _done(visit)


async def _update(visit: Visit, provider: Provider, edit: ProviderEdit) -> None:
    async def change(context: Context, proof: str | None) -> Provider:
        return await providers.update(context, provider.id, provider_change(edit), visit.version, proof)

    await with_proof_for_sso(visit, provider, change)


async def _dialog(visit: Visit, template: str) -> View:
    context = visit.context
    context.require(Action.MANAGE_PROVIDERS)
    provider = await _provider(visit)
    configuration = await providers.configuration_of(context, provider.id)
    addresses = visit.services.sso.addresses(provider.id)
    return view(template, provider=provider, configuration=configuration, addresses=addresses)


async def _provider(visit: Visit) -> Provider:
    return await providers.get(visit.context, visit.path["providerId"])


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
