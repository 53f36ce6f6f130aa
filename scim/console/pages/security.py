"""How one signs in: password, authenticator app, sessions, access tokens (R131)."""

import asyncio

from scim.admin import access_tokens, accounts, codes, enrolment, own_security, sessions
from scim.admin.context import Context
from scim.admin.problems import Conflicting, Missing
from scim.admin.sso_accounts import sso_only
from scim.admin.step_up import CriticalAction
from scim.console.browsers import browser_and_system
from scim.console.forms import filled, given
from scim.console.paths import path_to
from scim.console.proofs import with_proof
from scim.console.routing import Page
from scim.console.sealed import EXPIRED
from scim.console.views import Outcome, Redirect, after_change, view
from scim.console.visits import Visit
from scim.contracts.access_tokens import NewAccessToken
from scim.contracts.sign_in import NewApp, NewPassword
from scim.domain.authority import Action
from scim.domain.people import AccessToken, Session
from scim.domain.tokens import TokenText
from scim.sentences import Sentence
from scim.web.cookies import clear_cookie

PLACE = "account/security"
LIVES = (7, 30, 60, 90)
"""Days that an access token can be made for."""


async def show(visit: Visit) -> Outcome:
    """All of it."""
    context = visit.context
    own, tokens, details = await asyncio.gather(
        sessions.mine(context), access_tokens.mine(context), accounts.details(context, context.principal.account_id)
    )
    principal, has_app = context.principal, details.security.mfa_enrolled
    return view(
        "account/security.html",
        sessions=own,
        has_password=details.security.has_password,
        has_app=has_app,
        needs_invitation=bool(principal.provider) and principal.administrator and not has_app,
        provider=await sso_only(visit.services, details.account.user),
        current=principal.credential,
        described=_described,
        tokens=tokens,
        may_have_tokens=visit.may(Action.MANAGE_SETTINGS),
    )


async def show_password(visit: Visit) -> Outcome:
    """*Change password*."""
    user = await accounts.get(visit.context, visit.context.principal.account_id)
    if (provider := await sso_only(visit.services, user)) is not None:
        raise Conflicting(
            Sentence("You sign in at {provider}, and change your password there.", provider=provider.name),
            "sso_required",
        )
    return view("account/password.html", user_name=user.user_name)


async def change_password(visit: Visit) -> Outcome:
    """Change it; the person signs in with the new one."""
    form = visit.form
    secrets = {"currentPassword": form.secret("currentPassword"), "newPassword": form.secret("newPassword")}
    body = filled(NewPassword, secrets | given(form, ("code",)))
    await own_security.change_password(visit.context, body.current_password, body.new_password, body.code)
    return Redirect(path_to("sign-in"), "password-changed", clear_cookie())


async def show_app(visit: Visit) -> Outcome:
    """*Set up a new app*; after a wrong code, the same one."""
    is_over = visit.refusal is not None and visit.refusal.code == EXPIRED
    offer = None
    if "enrolment" in visit.form and not is_over:
        offer = await enrolment.offered(visit.services, visit.form.text("enrolment"))
    has_one = await codes.is_enrolled(visit.services, visit.context.principal.account_id)
    return view("account/app.html", offer=offer or await own_security.offer_app(visit.context), has_one=has_one)


async def enrol_app(visit: Visit) -> Outcome:
    """Take it; the person signs in with it."""
    body = filled(NewApp, given(visit.form, ("enrolment", "code", "currentCode")))
    await own_security.enrol_app(visit.context, body.enrolment, body.code, body.current_code or "")
    return Redirect(path_to("sign-in"), "app-changed", clear_cookie())


async def show_end_session(visit: Visit) -> Outcome:
    """*End*."""
    session = await _session(visit)
    return view("account/end_session.html", session=session, described=_described)


async def end_session(visit: Visit) -> Outcome:
    """End a session."""
    await sessions.end_mine(visit.context, visit.path["sessionId"])
    return Redirect(path_to(PLACE), "session-ended")


async def show_new_token(visit: Visit) -> Outcome:
    """*Create access token*."""
    visit.context.require(Action.MANAGE_SETTINGS)
    return view("account/new_token.html", lives=LIVES)


async def create_token(visit: Visit) -> Outcome:
    """Make it, and show it for the only time."""
    body = filled(NewAccessToken, given(visit.form, ("label", "days")))

    async def change(context: Context, proof: str | None) -> tuple[AccessToken, TokenText]:
        return await access_tokens.issue(context, body.label, body.days, proof)

    purpose, own = Sentence("make an access token"), visit.context.principal.account_id
    token, text = await with_proof(visit, CriticalAction.CREATE_ACCESS_TOKEN, own, purpose, change)
    return after_change(view("account/token.html", token=token, text=text.text))


async def show_delete_token(visit: Visit) -> Outcome:
    """*Delete*."""
    return view("account/delete_token.html", token=await _token(visit))


async def delete_token(visit: Visit) -> Outcome:
    """End an access token."""
    await access_tokens.remove(visit.context, visit.path["tokenId"])
    return Redirect(path_to(PLACE), "access-token-removed")


async def _session(visit: Visit) -> Session:
    own = await sessions.mine(visit.context)
    found = [each for each in own if each.id == visit.path["sessionId"]]
    if not found:
        raise Missing(Sentence("This session is over already."))
    return found[0]


async def _token(visit: Visit) -> AccessToken:
    own = await access_tokens.mine(visit.context)
    found = [each for each in own if each.id == visit.path["tokenId"]]
    if not found:
        raise Missing(Sentence("You have no access token with this id."))
    return found[0]


def _described(session: Session) -> str:
    browser, system = browser_and_system(session.agent)
    if browser and system:
        return Sentence("{browser} on {system}", browser=browser, system=system)
    return browser or system or Sentence("Unknown browser")


PAGES: tuple[Page, ...] = (
    Page(path=f"/{PLACE}", show=show, place=PLACE),
    Page(path=f"/{PLACE}/password", show=show_password, submit=change_password, place=PLACE),
    Page(path=f"/{PLACE}/app", show=show_app, submit=enrol_app, place=PLACE),
    Page(path=f"/{PLACE}/sessions/{{sessionId}}/end", show=show_end_session, submit=end_session, place=PLACE),
    Page(path=f"/{PLACE}/tokens/add", show=show_new_token, submit=create_token, place=PLACE),
    Page(path=f"/{PLACE}/tokens/{{tokenId}}/delete", show=show_delete_token, submit=delete_token, place=PLACE),
)
