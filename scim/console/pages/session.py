"""Signing in and out."""

from scim.admin import sessions, sign_in
from scim.console.paths import path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.web.cookies import clear_cookie, set_cookie


async def show_sign_in(visit: Visit) -> Outcome:
    """The form."""
    return view("sign_in.html")


async def begin(visit: Visit) -> Outcome:
    """Sign in."""
    form = visit.form
    attempt = sign_in.Attempt(
        name=form.text("email"),
        password=form.secret("password"),
        code=form.text("code"),
        agent=visit.request.headers.get("user-agent", ""),
        request_id=visit.request.id,
    )
    _, ticket = await sign_in.sign_in(visit.services, attempt)
    return Redirect(path_to(), headers=set_cookie(ticket))


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
