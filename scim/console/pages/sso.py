"""Single sign-on of a provider: enabling it, disabling it, and whom that concerns (R014, R094-R096, R120, R121)."""

from scim.admin import provider_switches, providers, sso_dependents, sso_testing, sso_ways
from scim.admin.context import Context
from scim.admin.step_up import CriticalAction
from scim.console.forms import filled
from scim.console.paths import IDENTITY_PROVIDERS, path_to
from scim.console.proofs import with_proof
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.base import Paging
from scim.contracts.providers import DisableSso
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.users import display_name
from scim.sentences import Sentence
from scim.web.cookies import set_sso_cookie

_SSO = f"/{IDENTITY_PROVIDERS}/{{providerId}}/sso"


async def show_enable(visit: Visit) -> Outcome:
    """*Enable SSO*, with what that would do."""
    provider = await _provider(visit)
    impact = await sso_ways.enabling_impact(visit.context, provider.id)
    return view("providers/enable_sso.html", provider=provider, impact=impact)


async def enable(visit: Visit) -> Outcome:
    """Enable it."""
    provider = await _provider(visit)

    async def change(context: Context, proof: str | None) -> Provider:
        return await provider_switches.enable_sso(context, provider.id, visit.version, proof)

    purpose = Sentence("enable SSO for {name}", name=provider.name)
    await with_proof(visit, CriticalAction.ENABLE_SSO, provider.id, purpose, change)
    return Redirect(path_to(IDENTITY_PROVIDERS, provider.id), "sso-enabled")


async def show_disable(visit: Visit) -> Outcome:
    """*Disable SSO*, with what that would do."""
    provider = await _provider(visit)
    impact = await provider_switches.sso_impact(visit.context, provider.id)
    return view("providers/disable_sso.html", provider=provider, impact=impact)


async def disable(visit: Visit) -> Outcome:
    """Disable it."""
    wanted = filled(DisableSso, {"disableScim": visit.form.is_on("disableScim")})
    provider = await _provider(visit)

    async def change(context: Context, proof: str | None) -> Provider:
        return await provider_switches.disable_sso(
            context, provider.id, visit.version, proof, disable_scim=wanted.disable_scim
        )

    purpose = Sentence("disable SSO for {name}", name=provider.name)
    await with_proof(visit, CriticalAction.DISABLE_SSO, provider.id, purpose, change)
    notice = "sso-and-scim-disabled" if wanted.disable_scim else "sso-disabled"
    return Redirect(path_to(IDENTITY_PROVIDERS, provider.id), notice)


async def show_test(visit: Visit) -> Outcome:
    """*Test connection*."""
    visit.context.require(Action.MANAGE_PROVIDERS)
    return view("providers/test_sso.html", provider=await _provider(visit))


async def test(visit: Visit) -> Outcome:
    """Go there. The browser goes on by itself: forms may lead nowhere else (`form-action`)."""
    url, sealed = await sso_testing.begin(visit.context, visit.path["providerId"], visit.sso_cookie)
    return View(template="sso/go_on.html", values={"address": url}, headers=set_sso_cookie(sealed))


async def show_people(visit: Visit) -> Outcome:
    """*See the list*: who could not sign in any more."""
    query = visit.parameters(Paging)
    found = await sso_dependents.page(visit.context, visit.path["providerId"], query.cursor, query.limit)
    return view("providers/sso_people.html", found=found, people=[(user, display_name(user)) for user in found.people])


async def _provider(visit: Visit) -> Provider:
    return await providers.get(visit.context, visit.path["providerId"])


PAGES = (
    Page(path=f"{_SSO}/enable", show=show_enable, submit=enable, place=IDENTITY_PROVIDERS),
    Page(path=f"{_SSO}/disable", show=show_disable, submit=disable, place=IDENTITY_PROVIDERS),
    Page(path=f"{_SSO}/test", show=show_test, submit=test, place=IDENTITY_PROVIDERS),
    Page(path=f"{_SSO}/people", show=show_people, place=IDENTITY_PROVIDERS),
)
