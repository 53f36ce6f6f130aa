"""Making the first administrator, and accepting invitations: a password first, then the authenticator app (R131)."""

from scim.admin import enrolment, invitations, set_up
from scim.admin.enrolment import Offer
from scim.admin.passwords import check_password
from scim.console.entering import entered
from scim.console.forms import FormRefused, Refusal, filled, given
from scim.console.paths import path_to
from scim.console.routing import Page
from scim.console.sealed import EXPIRED, seal, unseal
from scim.console.views import Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.contracts.sign_in import AcceptedInvitation, FirstAdministrator, SetUp
from scim.domain.users import display_name
from scim.sentences import Sentence

_SET_UP = "set-up"
_INVITATION = "invitation"


async def show_set_up(visit: Visit) -> Outcome:
    """The step that the form has come to; who comes too late is led to sign in."""
    if await visit.services.administrator_guard.has_any():
        return Redirect(path_to("sign-in"))
    offer = await _offered_again(visit)
    return _set_up_app(visit, visit.form.text("sealed"), offer) if offer else view("set_up/administrator.html")


async def submit_set_up(visit: Visit) -> Outcome:
    """Go on to the authenticator app, or make the administrator."""
    if "sealed" not in visit.form:
        return await _begin_set_up(visit)
    email = visit.form.text("email")
    secret, given_name, family_name, password = await unseal(visit.services, _SET_UP, email, visit.form.text("sealed"))
    known = {"secret": secret, "givenName": given_name, "familyName": family_name, "password": password}
    body = filled(SetUp, known | given(visit.form, ("email", "enrolment", "code")))
    wanted = set_up.FirstAdministrator(
        email=body.email,
        given_name=body.given_name,
        family_name=body.family_name,
        password=body.password,
        enrolment=body.enrolment,
        code=body.code,
    )
    _, ticket = await set_up.complete(
        visit.services, body.secret, wanted, request_id=visit.request.id, agent=visit.agent
    )
    return entered(visit, ticket)


async def _begin_set_up(visit: Visit) -> View:
    form = visit.form
    secrets = {name: form.secret(name) for name in ("secret", "password")}
    body = filled(FirstAdministrator, secrets | given(form, ("email", "givenName", "familyName")))
    offer = await set_up.begin(visit.services, body.secret, body.email)
    check_password(body.password, body.email, body.given_name, body.family_name)
    values = (body.secret, body.given_name, body.family_name, body.password)
    return _set_up_app(visit, await seal(visit.services, _SET_UP, body.email, *values), offer)


def _set_up_app(visit: Visit, sealed: str, offer: Offer) -> View:
    return view("set_up/app.html", email=visit.form.text("email"), sealed=sealed, offer=offer)


async def show_invitation(visit: Visit) -> Outcome:
    """The step that the form has come to."""
    form = visit.form
    is_over = visit.refusal is not None and visit.refusal.code == "invitation_over"
    if is_over or not ("password" in form or "sealed" in form):
        return view("invitation/link.html")
    if offer := await _offered_again(visit):
        return _invitation_app(visit, form.text("sealed"), offer)
    return await _password_step(visit, _invitation_in(form.text("invitation")))


async def submit_invitation(visit: Visit) -> Outcome:
    """Open the invitation, take the password, set up the app; then the person is signed in."""
    form, services = visit.form, visit.services
    invitation = _invitation_in(form.text("invitation"))
    if "sealed" in form:
        (password,) = await unseal(services, _INVITATION, invitation, form.text("sealed"))
        return await _accept(visit, invitation, password)
    if "password" not in form:
        return await _password_step(visit, invitation)
    user, offer = await invitations.begin(services, invitation)
    password = form.secret("password")
    check_password(password, user.user_name, display_name(user))
    if offer is None:
        return await _accept(visit, invitation, password)
    return _invitation_app(visit, await seal(services, _INVITATION, invitation, password), offer)


async def _accept(visit: Visit, invitation: str, password: str) -> Outcome:
    values = {"invitation": invitation, "password": password} | given(visit.form, ("enrolment", "code"))
    body = filled(AcceptedInvitation, values)
    _, ticket = await invitations.accept(
        visit.services,
        body.invitation,
        body.password,
        body.enrolment or "",
        body.code or "",
        request_id=visit.request.id,
        agent=visit.agent,
    )
    return entered(visit, ticket) if ticket else Redirect(path_to("sign-in"), "password-chosen")


async def _password_step(visit: Visit, invitation: str) -> View:
    user, _ = await invitations.begin(visit.services, invitation)
    return view("invitation/password.html", user_name=user.user_name, invitation=invitation)


def _invitation_app(visit: Visit, sealed: str, offer: Offer) -> View:
    return view(
        "invitation/app.html", invitation=_invitation_in(visit.form.text("invitation")), sealed=sealed, offer=offer
    )


def _invitation_in(text: str) -> str:
    """What stands behind the `#` of the link; a link may also be pasted whole."""
    invitation = text.partition("#")[2] if "#" in text else text
    if not invitation:
        raise FormRefused(Refusal(fields={"invitation": Sentence("Paste the whole link.")}))
    return invitation


async def _offered_again(visit: Visit) -> Offer | None:
    """The app that is being set up, when the form comes back; None when that is over, too."""
    is_over = visit.refusal is not None and visit.refusal.code == EXPIRED
    if "enrolment" not in visit.form or is_over:
        return None
    return await enrolment.offered(visit.services, visit.form.text("enrolment"))


PAGES: tuple[Page, ...] = (
    Page(path=f"/{_SET_UP}", show=show_set_up, submit=submit_set_up, is_public=True),
    Page(path=f"/{_INVITATION}", show=show_invitation, submit=submit_invitation, is_public=True),
)
