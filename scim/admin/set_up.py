"""The first system administrator, let in by a secret that works once.

Whoever deploys Rollcall puts the secret into the vault as `setup-secret`. It works as long as there is no system
administrator who can sign in, and is switched off with its first use.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from scim.admin import enrolment, sessions
from scim.admin.enrolment import Offer
from scim.admin.passwords import check_password
from scim.admin.problems import Conflicting, Denied
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.domain.activities import Activity, Actor, Status
from scim.domain.people import Credentials
from scim.domain.ports import NameTaken, VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.resources import document_text
from scim.domain.users import Standing, User, UserType
from scim.schema.urns import CORE_USER, NINJAONE_USER
from scim.sentences import Sentence

SECRET_NAME = "setup-secret"  # noqa: S105 - a name
MIN_SECRET_CHARACTERS = 16
_SUBJECT = "first administrator"
_REMEMBERED = timedelta(days=3650)
"""How long a used secret is known as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Who it is to be.

    Attributes:
        email: Also the userName.
        given_name, family_name: See there.
        password: See there.
        enrolment, code: From the authenticator app that is set up on the way.
    """

    email: str
    given_name: str
    family_name: str
    password: str
    enrolment: str
    code: str


async def begin(services: Services, secret: str, email: str) -> Offer:
    """An authenticator app for the first administrator.

    Raises:
        Denied: `wrong_secret`.
        Conflicting: `already_set_up`.
    """
    await _check(services, secret)
    return await enrolment.offer(services, _SUBJECT, email)


async def complete(
    services: Services, secret: str, wanted: FirstAdministrator, *, request_id: str, agent: str
) -> tuple[User, Ticket]:
    """Make the first administrator, who is signed in then.

    Raises:
        Denied: `wrong_secret`, or see `enrolment.accepted`.
        Invalid: See `check_password`.
        Conflicting: `already_set_up`; the e-mail address is somebody's.
    """
    await _check(services, secret)
    check_password(wanted.password, wanted.email, wanted.given_name, wanted.family_name)
    user = native_technician(services, wanted.email, wanted.given_name, wanted.family_name, administrator=True)
    now = services.clock.now()
    enrolled = await enrolment.accepted(
        services, _SUBJECT, Credentials(account_id=user.id), wanted.enrolment, wanted.code
    )
    sealed = Credentials(
        account_id=user.id,
        password_hash=await services.passwords.hash(wanted.password),
        password_changed_at=now,
        totp_secret=enrolled.totp_secret,
        totp_step=enrolled.totp_step,
    )
    if await services.users.find_by_name(wanted.email, await _owners(services)):
        raise _taken(wanted.email)
    await services.credentials.save(sealed)  # first: without the account they open nothing
    if not await services.used_proofs.use(f"set-up-{_digest(secret)}", now + _REMEMBERED):
        raise Denied(Sentence("This set-up secret was used already. Put a new one into the vault."), "wrong_secret")
    try:
        user = await services.users.create(user, _activity(services, user, request_id))
    except NameTaken as taken:
        raise _taken(wanted.email) from taken
    except VersionConflict as conflict:  # somebody else was faster
        raise _done() from conflict
    await services.secrets.disable(SECRET_NAME)
    return user, await sessions.begin(services, user, agent)


async def _check(services: Services, secret: str) -> None:
    if await services.administrator_guard.has_any():
        raise _done()
    found = await services.secrets.get(SECRET_NAME)
    expected = found[0].strip() if found else ""  # a file that was put into the vault ends with the end of a line
    is_right = hmac.compare_digest(expected.encode(), secret.encode())
    if len(expected) < MIN_SECRET_CHARACTERS or not is_right:
        raise Denied(
            Sentence(
                "This is not the set-up secret. Put one of at least {least} characters into the vault as {name}.",
                least=MIN_SECRET_CHARACTERS,
                name=SECRET_NAME,
            ),
            "wrong_secret",
        )


async def _owners(services: Services) -> set[str]:
    return {NATIVE, *(provider.id for provider in await services.providers.owners())}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _taken(email: str) -> Conflicting:
    return Conflicting(Sentence('"{email}" is the userName of an account already.', email=email), "name_taken")


def _done() -> Conflicting:
    return Conflicting(Sentence("Rollcall is set up: sign in as a system administrator."), "already_set_up")


def native_technician(
    services: Services, email: str, given_name: str, family_name: str, *, administrator: bool
) -> User:
    """A native account as nobody has asked for it over the API: for who is there before any administrator.

    Args:
        services: The ports.
        email: Also the userName.
        given_name: Of the person.
        family_name: Of the person.
        administrator: Whether it is a system administrator's.
    """
    document = {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": email,
        "name": {"givenName": given_name, "familyName": family_name},
        "emails": [{"value": email, "type": "work", "primary": True}],
        "active": True,
        NINJAONE_USER: {"userType": UserType.TECHNICIAN.value},
    }
    now = services.clock.now()
    return User(
        id=services.identifiers.new(),
        provider=NATIVE,
        text=document_text(document),
        created=now,
        modified=now,
        standing=Standing(user_type=UserType.TECHNICIAN, organization=None, active=True, contact=email),
        administrator=administrator,
    )


def _activity(services: Services, user: User, request_id: str) -> Activity:
    return Activity(
        id=services.identifiers.new(),
        time=services.clock.now(),
        status=Status.ADMINISTRATOR_ADDED,
        provider=NATIVE,
        actor=Actor(kind="account", id=user.id, request_id=request_id, name=user.user_name, mfa=True),
        subject_kind="user",
        subject_id=user.id,
        subject_name=user.user_name,
        detail=Sentence("the first one"),
    )
