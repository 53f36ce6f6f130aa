"""The own account: settings, password, authenticator app, sessions, access tokens (R006-R008, R131)."""

import asyncio

from scim.admin import access_tokens, account_edits, accounts, own_security, sessions
from scim.admin.problems import Missing
from scim.console.forms import given
from scim.console.paths import ACCOUNT, SECURITY, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.access_tokens import NewAccessToken
from scim.contracts.accounts import AccountDetails, AccountEdit, time_zones
from scim.contracts.sign_in import NewApp, NewPassword
from scim.sentences import Sentence
from scim.web.cookies import clear_cookie

_LIVES = (7, 30, 60, 90)
"""Days that an access token may live."""


async def show(visit: Visit) -> Outcome:
    """Who one is, and the settings that everybody may change of their own account."""
    found = await accounts.details(visit.context, visit.context.principal.account_id)
    return view(
        "account/settings.html",
        account=AccountDetails.described(found),
        version=found.account.version,
        time_zones=time_zones(),
    )


async def save(visit: Visit) -> Outcome:
    """Save the settings."""
    fields = given(visit.form, ("phone", "language", "timeZone", "idleWarningMinutes"), blank=None)
    wanted = visit.body(AccountEdit, {**fields, "notifications": visit.form.is_on("notifications")})
    await account_edits.edit(visit.context, visit.context.principal.account_id, wanted.edit(), visit.version)
    return Redirect(path_to(ACCOUNT), "account-saved")


async def show_security(visit: Visit) -> Outcome:
    """Password, authenticator app, sessions, access tokens."""
    context = visit.context
    found, own_sessions, tokens = await asyncio.gather(
        accounts.details(context, context.principal.account_id), sessions.mine(context), access_tokens.mine(context)
    )
    return view(
        "account/security.html",
        security=found.security,
        sessions=own_sessions,
        current=context.principal.credential,
        tokens=tokens,
    )


async def show_password(visit: Visit) -> Outcome:
    """*Change password*."""
    return view("account/password.html")


async def change_password(visit: Visit) -> Outcome:
    """Change it; all sessions end."""
    form = visit.form
    names = ("currentPassword", "newPassword")
    values = {name: form.secret(name) or None for name in names} | given(form, ("code",))
    wanted = visit.body(NewPassword, values)
    await own_security.change_password(visit.context, wanted.current_password, wanted.new_password, wanted.code)
    return Redirect(path_to("sign-in"), "password-changed", clear_cookie())


async def show_app(visit: Visit) -> Outcome:
    """*Set up an authenticator app*: the QR code, and a field for the first code."""
    context = visit.context
    offer, found = await asyncio.gather(
        own_security.offer_app(context, visit.form.text("enrolment")),
        accounts.details(context, context.principal.account_id),
    )
    return view("account/app.html", offer=offer, has_app=found.security.mfa_enrolled)


async def enrol_app(visit: Visit) -> Outcome:
    """Take it; all sessions end."""
    wanted = visit.body(NewApp, given(visit.form, ("enrolment", "code", "currentCode")))
    await own_security.enrol_app(visit.context, wanted.enrolment, wanted.code, wanted.current_code or "")
    return Redirect(path_to("sign-in"), "app-changed", clear_cookie())


async def show_session_end(visit: Visit) -> Outcome:
    """*End session*."""
    session_id = visit.path["sessionId"]
    found = [each for each in await sessions.mine(visit.context) if each.id == session_id]
    if not found:
        raise Missing(Sentence("You have no session with this id."))
    return view("account/end_session.html", session=found[0])


async def end_session(visit: Visit) -> Outcome:
    """End it."""
    await sessions.end_mine(visit.context, visit.path["sessionId"])
    return Redirect(path_to(SECURITY), "session-ended")


async def show_new_token(visit: Visit) -> Outcome:
    """*Create access token*."""
    return view("account/new_token.html", lives=_LIVES)


async def create_token(visit: Visit) -> Outcome:
    """Create it: this answer alone has its text."""
    wanted = visit.body(NewAccessToken, given(visit.form, ("label", "days")))
    token, text = await access_tokens.issue(visit.context, wanted.label, wanted.days)
    shown = {"token": token, "text": text.text}
    return View(template="account/token_created.html", values=shown, status=201, headers={"X-Changed": "yes"})


async def show_token_deletion(visit: Visit) -> Outcome:
    """*Delete access token*."""
    token_id = visit.path["accessTokenId"]
    found = [each for each in await access_tokens.mine(visit.context) if each.id == token_id]
    if not found:
        raise Missing(Sentence("You have no access token with this id."))
    return view("account/delete_token.html", token=found[0])


async def delete_token(visit: Visit) -> Outcome:
    """Delete it."""
    await access_tokens.remove(visit.context, visit.path["accessTokenId"])
    return Redirect(path_to(SECURITY), "access-token-deleted")


PAGES = (
    Page(path=f"/{ACCOUNT}", show=show, submit=save, place=ACCOUNT),
    Page(path=f"/{SECURITY}", show=show_security, place=SECURITY),
    Page(path=f"/{SECURITY}/password", show=show_password, submit=change_password, place=SECURITY),
    Page(path=f"/{SECURITY}/authenticator-app", show=show_app, submit=enrol_app, place=SECURITY),
    Page(path=f"/{SECURITY}/sessions/{{sessionId}}/end", show=show_session_end, submit=end_session, place=SECURITY),
    Page(path=f"/{SECURITY}/access-tokens/create", show=show_new_token, submit=create_token, place=SECURITY),
    Page(
        path=f"/{SECURITY}/access-tokens/{{accessTokenId}}/delete",
        show=show_token_deletion,
        submit=delete_token,
        place=SECURITY,
    ),
)
