"""Signing in, a step after the other, and signing out.

The address comes first, then password and code. Who left the code out is asked for it, or has no authenticator app yet
and sets one up; the password goes along sealed. An e-mail domain of a provider with single sign-on leads there instead.
"""

import asyncio
from dataclasses import replace

from scim.admin import enrolment, sessions, sign_in, sso_sign_in
from scim.admin.enrolment import Offer
from scim.admin.problems import SignInRequired
from scim.admin.sign_in import EnrolmentRequired
from scim.admin.sso_accounts import provider_of_domain
from scim.console.entering import destination, entered, for_scripts
from scim.console.forms import FormRefused, Refusal
from scim.console.paths import SSO, path_to
from scim.console.routing import Page
from scim.console.sealed import EXPIRED, seal, unseal
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.domain.sso import SsoState
from scim.sentences import Sentence
from scim.web.cookies import clear_cookie, set_sso_cookie

_PURPOSE = "sign-in"
_NOT_SHOWN_AGAIN = frozenset({EXPIRED, "account_inactive", "locked_out", "sso_required"})
"""Refusals after which one starts again: with the same password and code nothing would come of it."""


async def show_sign_in(visit: Visit) -> Outcome:
    """The step that the form has come to."""
    if visit.caller is not None and visit.ticket is not None:
        return Redirect(destination(visit), headers=for_scripts(visit, visit.ticket))
    form, code = visit.form, visit.refusal.code if visit.refusal else ""
    if not form.text("email"):
        return await _first_step(visit)
    if code in _NOT_SHOWN_AGAIN or not form.text("sealed"):
        return _password_step(visit)
    offer = await enrolment.offered(visit.services, form.text("enrolment")) if "enrolment" in form else None
    return _code_step(visit, form.text("sealed"), offer)


async def begin(visit: Visit) -> Outcome:
    """Go a step on; with the last one, sign in."""
    form = visit.form
    email = form.text("email")
    if not email:
        raise FormRefused(Refusal(fields={"email": Sentence("Enter your e-mail address.")}))
    if "password" not in form and "sealed" not in form:
        return _password_step(visit) if form.text("way") == "password" else await _second_step(visit, email)
    password = await _password(visit, email)
    attempt = sign_in.Attempt(
        name=email,
        password=password,
        code=form.text("code"),
        enrolment=form.text("enrolment"),
        agent=visit.agent,
        request_id=visit.request.id,
    )
    try:
        _, ticket = await sign_in.sign_in(visit.services, attempt)
    except EnrolmentRequired as required:
        offer = Offer(*(str(required.facts[name]) for name in ("enrolment", "secret", "uri")))
        return _code_step(visit, await seal(visit.services, _PURPOSE, email, password), offer)
    except SignInRequired as required:
        if required.code != "code_required":
            raise
        return _code_step(visit, await seal(visit.services, _PURPOSE, email, password), None)
    return entered(visit, ticket)


async def _password(visit: Visit, email: str) -> str:
    if "sealed" not in visit.form:
        return visit.form.secret("password")
    (password,) = await unseal(visit.services, _PURPOSE, email, visit.form.text("sealed"))
    return password


async def _first_step(visit: Visit) -> View:
    services = visit.services
    is_set_up, providers = await asyncio.gather(services.administrator_guard.has_any(), services.providers.all())
    has_sso = any(each.sso.state is SsoState.ENABLED for each in providers)
    return view("sign_in/address.html", is_set_up=is_set_up, has_sso=has_sso)


async def _second_step(visit: Visit, email: str) -> View:
    """Where the address belongs, by its domain alone: whether there is such an account is told to nobody."""
    provider = await provider_of_domain(visit.services, email)
    if provider is None or provider.sso.state is not SsoState.ENABLED:
        return _password_step(visit)
    shown = view("sign_in/leaving.html", provider=provider, address=path_to(SSO, provider.id), email=email)
    if visit.is_fragment:  # the dialog stays, and another tab leads there
        return shown
    departure = await sso_sign_in.begin(
        visit.services, provider.id, visit.sso_cookie, login_hint=email, wanted=visit.query("next")
    )
    values = {**shown.values, "address": departure.url}
    return replace(shown, values=values, headers=set_sso_cookie(departure.sealed))


def _password_step(visit: Visit) -> View:
    return view("sign_in/password.html", email=visit.form.text("email"), next=visit.query("next"))


def _code_step(visit: Visit, sealed: str, offer: Offer | None) -> View:
    template = "sign_in/enrolment.html" if offer else "sign_in/code.html"
    return view(template, email=visit.form.text("email"), sealed=sealed, offer=offer, next=visit.query("next"))


async def sign_out(visit: Visit) -> Outcome:
    """Sign out."""
    await sessions.sign_out(visit.context)
    return Redirect(path_to("sign-in"), "signed-out", clear_cookie())


async def show_sign_out(visit: Visit) -> Outcome:
    """Nothing to see."""
    return Redirect(path_to())


PAGES = (
    Page(path="/sign-in", show=show_sign_in, submit=begin, is_public=True),
    Page(path="/sign-out", show=show_sign_out, submit=sign_out),
)
