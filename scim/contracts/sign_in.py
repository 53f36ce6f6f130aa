"""Signing in, and proving who one is."""

from typing import Annotated

from pydantic import Field

from scim.admin.passwords import MAX_CHARACTERS
from scim.admin.step_up import CriticalAction
from scim.contracts import texts
from scim.contracts.base import Contract, Moment, Name
from scim.domain.authority import Permission
from scim.domain.users import UserType

Secret = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]
Code = Annotated[str, Field(max_length=16, pattern=texts.CODE)]
"""A time-based code: six digits; spaces are ignored. What is none is refused before it counts as a wrong one."""
Sealed = Annotated[str, Field(min_length=1, max_length=2048)]
Address = Annotated[str, Field(min_length=3, max_length=320, pattern=texts.ADDRESS)]


class SignIn(Contract):
    """What was typed."""

    email: Annotated[str, Field(min_length=1, max_length=320)]
    """The userName."""
    password: Secret
    code: Code | None = None
    enrolment: Sealed | None = None
    """From the refusal `mfa_enrolment_required`, with the first code of the app."""


class Me(Contract):
    """Who is signed in."""

    account_id: str
    name: str
    user_type: UserType
    administrator: bool
    permissions: tuple[Permission, ...]
    verified_at: Moment
    csrf_token: str | None = None
    """Goes into `X-CSRF-Token` of whatever changes something. Absent for access tokens, which need none."""


class Verification(Contract):
    """A code, to go on with a session that is not fresh."""

    code: Code


class StepUp(Contract):
    """A code, for one critical change of one thing."""

    code: Code
    action: CriticalAction
    object: Annotated[str, Field(min_length=1, max_length=200)]
    """The id of the thing that is to be changed."""


class Proof(Contract):
    """A proof of identity: send it as `X-Step-Up-Proof` with the change that it was asked for."""

    proof: str
    expires_at: Moment


class Enrolment(Contract):
    """What an authenticator app is set up with."""

    enrolment: str
    """To be sent back with the first code."""
    secret: str
    uri: str
    """For a QR code."""


class NewApp(Contract):
    """The first code of a new authenticator app."""

    enrolment: Sealed
    code: Code
    current_code: Code | None = None
    """A code of the present app, from who has one."""


class NewPassword(Contract):
    """A change of one's own password."""

    current_password: Secret
    new_password: Secret
    code: Code


class SessionDetails(Contract):
    """A session of the console."""

    id: str
    created_at: Moment
    last_seen: Moment
    agent: str
    current: bool


class Sessions(Contract):
    """One's own sessions."""

    items: tuple[SessionDetails, ...]


class EndedSessions(Contract):
    """What was ended."""

    ended: int


class Invitation(Contract):
    """A link with which somebody chooses a password; it is told only once."""

    url: str
    expires_at: Moment


class OpenedInvitation(Contract):
    """Whose invitation it is."""

    user_name: str
    enrolment: Enrolment | None = None
    """Absent for who has an authenticator app already."""


class InvitationText(Contract):
    """What stands behind the `#` of the link."""

    invitation: Sealed


class AcceptedInvitation(InvitationText):
    """The password, and the first code of the authenticator app."""

    password: Secret
    enrolment: Sealed | None = None
    code: Code | None = None


class SetUpBegin(Contract):
    """The set-up secret, and who is to be the first administrator."""

    secret: Annotated[str, Field(min_length=1, max_length=1024)]
    email: Address


class FirstAdministrator(SetUpBegin):
    """Who it is to be."""

    given_name: Name
    family_name: Name
    password: Secret


class SetUp(FirstAdministrator):
    """The first administrator."""

    enrolment: Sealed
    code: Code
