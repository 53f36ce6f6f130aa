"""Signing in and out, setting up, invitations, authenticator apps, proofs of identity."""

from scim.admin import invitations, own_security, sessions, set_up, sign_in, step_up
from scim.admin.context import Principal
from scim.admin.enrolment import Offer
from scim.admin.people import principal_of
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.admin.step_up import CriticalAction
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Parameters
from scim.contracts.sign_in import (
    AcceptedInvitation,
    EndedSessions,
    Enrolment,
    Invitation,
    InvitationText,
    Me,
    NewApp,
    NewPassword,
    OpenedInvitation,
    Proof,
    SessionDetails,
    Sessions,
    SetUp,
    SetUpBegin,
    SignIn,
    StepUp,
    Verification,
)
from scim.domain.users import User
from scim.web.cookies import clear_cookie, set_cookie, ticket_in

TAG = "Sign-in"


async def begin_session(call: Call[SignIn, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    attempt = sign_in.Attempt(
        name=body.email,
        password=body.password,
        code=body.code or "",
        enrolment=body.enrolment or "",
        agent=call.request.headers.get("user-agent", ""),
        request_id=call.request.id,
    )
    user, ticket = await sign_in.sign_in(call.services, attempt)
    return await _signed_in(call.services, user, ticket)


async def read_session(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    ticket = ticket_in(call.request.headers.get("cookie", ""))
    principal = call.context.principal
    return Reply(value=_me(principal, ticket if principal.via == "session" else None))


async def end_session(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await sessions.sign_out(call.context)
    return Reply(headers=clear_cookie())


async def verify_session(call: Call[Verification, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await sessions.verify(call.context, call.body.code)
    return Reply()


async def verify(call: Call[StepUp, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    proof, until = await step_up.verify(call.context, call.body.code, call.body.action, call.body.object)
    return Reply(value=Proof(proof=proof, expires_at=until))


async def list_sessions(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    current = call.context.principal.credential
    items = [SessionDetails.of(each, current=each.id == current) for each in await sessions.mine(call.context)]
    return Reply(value=Sessions(items=tuple(items)))


async def remove_session(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await sessions.end_mine(call.context, call.path["sessionId"])
    return Reply()


async def change_password(call: Call[NewPassword, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    await own_security.change_password(call.context, body.current_password, body.new_password, body.code)
    return Reply(headers=clear_cookie())


async def offer_app(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return Reply(value=_enrolment(await own_security.offer_app(call.context)))


async def enrol_app(call: Call[NewApp, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    await own_security.enrol_app(call.context, body.enrolment, body.code, body.current_code or "")
    return Reply(headers=clear_cookie())


async def reset_app(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await own_security.reset_app(call.context, call.path["accountId"], call.proof)
    return Reply()


async def end_sessions(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return Reply(value=EndedSessions(ended=await own_security.end_sessions(call.context, call.path["accountId"])))


async def invite(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    url, until = await invitations.invite(call.context, call.path["accountId"])
    return Reply(value=Invitation(url=url, expires_at=until))


async def open_invitation(call: Call[InvitationText, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    user, offer = await invitations.begin(call.services, call.body.invitation)
    return Reply(value=OpenedInvitation(user_name=user.user_name, enrolment=_enrolment(offer) if offer else None))


async def accept_invitation(call: Call[AcceptedInvitation, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    user, ticket = await invitations.accept(
        call.services,
        body.invitation,
        body.password,
        body.enrolment or "",
        body.code or "",
        request_id=call.request.id,
        agent=call.request.headers.get("user-agent", ""),
    )
    return await _signed_in(call.services, user, ticket) if ticket else Reply(value=None)


async def begin_set_up(call: Call[SetUpBegin, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return Reply(value=_enrolment(await set_up.begin(call.services, call.body.secret, call.body.email)))


async def complete_set_up(call: Call[SetUp, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    wanted = set_up.FirstAdministrator(
        email=body.email,
        given_name=body.given_name,
        family_name=body.family_name,
        password=body.password,
        enrolment=body.enrolment,
        code=body.code,
    )
    user, ticket = await set_up.complete(
        call.services,
        body.secret,
        wanted,
        request_id=call.request.id,
        agent=call.request.headers.get("user-agent", ""),
    )
    return await _signed_in(call.services, user, ticket)


async def _signed_in(services: Services, user: User, ticket: Ticket) -> Reply:
    principal = await principal_of(
        services, user, via="session", credential=ticket.session_id, verified_at=services.clock.now()
    )
    return Reply(value=_me(principal, ticket), headers=set_cookie(ticket))


def _me(principal: Principal, ticket: Ticket | None) -> Me:
    permissions = tuple(sorted(principal.permissions))
    return Me.of(principal, permissions=permissions, csrf_token=ticket.csrf_token if ticket else None)


def _enrolment(offer: Offer) -> Enrolment:
    return Enrolment(enrolment=offer.enrolment, secret=offer.secret, uri=offer.uri)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/session",
        name="signIn",
        tag=TAG,
        summary="Sign in with password and time-based code",
        description="Refused with `code_required` when the code is missing, and with `mfa_enrolment_required` when "
        "there is no authenticator app yet: set it up with what the refusal holds, and send the same with both.",
        run=begin_session,
        body=SignIn,
        reply=Me,
        status=201,
        refusals=(401, 403, 429),
        is_public=True,
        tells_secret=True,
    ),
    Endpoint(
        method="GET",
        path="/session",
        name="readSession",
        tag=TAG,
        summary="Who is signed in",
        run=read_session,
        reply=Me,
    ),
    Endpoint(
        method="DELETE", path="/session", name="signOut", tag=TAG, summary="Sign out", run=end_session, status=204
    ),
    Endpoint(
        method="POST",
        path="/session:verify",
        name="verifySession",
        tag=TAG,
        summary="Prove who you are, so that critical changes are possible for an hour",
        run=verify_session,
        body=Verification,
        status=204,
        refusals=(429,),
    ),
    Endpoint(
        method="POST",
        path="/mfa:verify",
        name="verifyIdentity",
        tag=TAG,
        summary="A proof of identity for one critical change of one thing (R013-R015)",
        run=verify,
        body=StepUp,
        reply=Proof,
        refusals=(429,),
        tells_secret=True,
    ),
    Endpoint(
        method="GET",
        path="/me/sessions",
        name="listSessions",
        tag=TAG,
        summary="Your sessions, newest first",
        run=list_sessions,
        reply=Sessions,
    ),
    Endpoint(
        method="DELETE",
        path="/me/sessions/{sessionId}",
        name="endSession",
        tag=TAG,
        summary="End one of your sessions",
        run=remove_session,
        status=204,
        refusals=(404,),
    ),
    Endpoint(
        method="PUT",
        path="/me/password",
        name="changePassword",
        tag=TAG,
        summary="Change your password; all your sessions end",
        run=change_password,
        body=NewPassword,
        status=204,
        refusals=(404, 409, 429),
    ),
    Endpoint(
        method="POST",
        path="/me/mfa:begin",
        name="beginAppEnrolment",
        tag=TAG,
        summary="What a new authenticator app is set up with",
        run=offer_app,
        reply=Enrolment,
        refusals=(404,),
        tells_secret=True,
    ),
    Endpoint(
        method="PUT",
        path="/me/mfa",
        name="enrolApp",
        tag=TAG,
        summary="Take the new authenticator app; all your sessions end (R131)",
        run=enrol_app,
        body=NewApp,
        status=204,
        refusals=(404, 409, 429),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:resetMfa",
        name="resetUserMfa",
        tag=TAG,
        summary="Take the authenticator app from an account; its sessions end",
        description="Takes a proof of identity in `X-Step-Up-Proof`, for `resetMfa` and the account's id.",
        run=reset_app,
        status=204,
        refusals=(404, 409),
        proof=CriticalAction.RESET_MFA,
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:endSessions",
        name="endUserSessions",
        tag=TAG,
        summary="End all sessions of an account",
        run=end_sessions,
        reply=EndedSessions,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:invite",
        name="inviteUser",
        tag=TAG,
        summary="A link with which the owner of a native account chooses a password",
        description="Rollcall sends no mail: hand the link over. It lives a day and works once. Accounts that are "
        "managed through SCIM get none (R010, R011), system administrators excepted.",
        run=invite,
        reply=Invitation,
        refusals=(404, 409),
        tells_secret=True,
    ),
    Endpoint(
        method="POST",
        path="/invitation:begin",
        name="openInvitation",
        tag=TAG,
        summary="Whose invitation it is, and what the authenticator app is set up with",
        run=open_invitation,
        body=InvitationText,
        reply=OpenedInvitation,
        refusals=(403,),
        is_public=True,
        tells_secret=True,
    ),
    Endpoint(
        method="POST",
        path="/invitation:accept",
        name="acceptInvitation",
        tag=TAG,
        summary="Choose a password; who set up an authenticator app with it is signed in",
        run=accept_invitation,
        body=AcceptedInvitation,
        reply=Me,
        refusals=(403, 429),
        is_public=True,
        tells_secret=True,
    ),
    Endpoint(
        method="POST",
        path="/set-up:begin",
        name="beginSetUp",
        tag=TAG,
        summary="What the first administrator's authenticator app is set up with",
        run=begin_set_up,
        body=SetUpBegin,
        reply=Enrolment,
        refusals=(403, 409),
        is_public=True,
        tells_secret=True,
    ),
    Endpoint(
        method="POST",
        path="/set-up",
        name="completeSetUp",
        tag=TAG,
        summary="Make the first system administrator, who is signed in then",
        run=complete_set_up,
        body=SetUp,
        reply=Me,
        status=201,
        refusals=(403, 409),
        is_public=True,
        tells_secret=True,
    ),
)
