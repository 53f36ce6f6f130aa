"""Checking the time-based codes of people who have an authenticator app (R013-R015, AMB-12)."""

from dataclasses import replace
from datetime import timedelta

from scim.admin.problems import Denied, Invalid, TooManyAttempts
from scim.admin.records import record_own
from scim.admin.services import Services
from scim.domain.activities import Status
from scim.domain.people import Credentials
from scim.domain.ports import VersionConflict
from scim.domain.totp import accepted_step, is_complete, was_used
from scim.sentences import Sentence

INCOMPLETE = "incomplete_code"
MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SECRET = "authenticator"  # noqa: S105 - what secrets of authenticator apps are sealed for
_RACES = 3


def require_complete(code: str, field: str = "code") -> None:
    """Refuse what cannot be a code, before it counts as a wrong one.

    Args:
        code: As typed.
        field: Where it was typed.

    Raises:
        Invalid: `incomplete_code`.
    """
    if not is_complete(code):
        raise Invalid(Sentence("Enter all six digits of the code."), field, INCOMPLETE)


async def check_code(services: Services, account_id: str, code: str, request_id: str, *, field: str = "code") -> None:
    """Accept a code of the account's authenticator app; it and earlier ones are used then.

    Raises:
        Invalid: See `require_complete`, which has the arguments.
        Denied: `mfa_not_enrolled`, `wrong_code` or `used_code`.
        TooManyAttempts: Wrong too often.
    """
    require_complete(code, field)
    for _ in range(_RACES):
        try:
            return await _check(services, account_id, code, request_id)
        except VersionConflict:
            continue  # another request tried a code at the same time: of two equal ones, one is used now
    raise Denied(Sentence("Another code is being checked. Try again."), "wrong_code")


async def is_enrolled(services: Services, account_id: str) -> bool:
    """Whether the account has an authenticator app. One storage call."""
    return bool((await services.credentials.get(account_id)).totp_secret)


async def _check(services: Services, account_id: str, code: str, request_id: str) -> None:
    credentials = await services.credentials.get(account_id)
    now = services.clock.now()
    _refuse_locked(services, credentials)
    if not credentials.totp_secret:
        raise Denied(
            Sentence("You need an authenticator app before you can do this. Set it up first."), "mfa_not_enrolled"
        )
    secret = await services.sealer.open(f"{SECRET}|{account_id}", credentials.totp_secret)
    if secret is None:
        raise Denied(
            Sentence("Your authenticator app must be set up again: its secret cannot be read."), "mfa_not_enrolled"
        )
    step = accepted_step(secret, code, now, credentials.totp_step)
    if step is not None:
        await services.credentials.save(replace(credentials, totp_step=step, failures=0, locked_until=None))
        return
    if was_used(secret, code, now, credentials.totp_step):
        raise Denied(Sentence("This code was already used. Wait for the next one."), "used_code")
    failures = credentials.failures + 1
    locked = failures >= MAX_FAILURES
    await services.credentials.save(
        replace(
            credentials,
            failures=0 if locked else failures,
            locked_until=now + LOCKED_FOR if locked else credentials.locked_until,
        )
    )
    if locked:
        user = await services.accounts.get(account_id)
        if user is not None:
            await record_own(services, user, Status.SIGN_IN_LOCKED, request_id, detail=Sentence("wrong codes"))
        raise _locked(LOCKED_FOR)
    left = MAX_FAILURES - failures
    raise Denied(
        Sentence.counted(
            "That code is not right. {number} try left.", "That code is not right. {number} tries left.", left
        ),
        "wrong_code",
        {"triesLeft": left},
    )


def _refuse_locked(services: Services, credentials: Credentials) -> None:
    now = services.clock.now()
    if credentials.locked_until is not None and now < credentials.locked_until:
        raise _locked(credentials.locked_until - now)


def rounded_up(rest: timedelta, unit: timedelta) -> int:
    """How many units of time are left, a begun one counted whole: who waits that long does not wait in vain."""
    return -(-rest // unit)


def _locked(rest: timedelta) -> TooManyAttempts:
    return TooManyAttempts(
        Sentence.counted(
            "Too many wrong codes. Try again in {number} minute.",
            "Too many wrong codes. Try again in {number} minutes.",
            rounded_up(rest, timedelta(minutes=1)),
        ),
        rounded_up(rest, timedelta(seconds=1)),
    )
