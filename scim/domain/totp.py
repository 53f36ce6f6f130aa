"""Time-based one-time codes (RFC 6238): six digits, SHA-1, 30 seconds, as every authenticator app does them."""

import hmac
from datetime import datetime

DIGITS = 6
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps a clock may be early or late (RFC 6238 §5.2)."""
ISSUER = "Rollcall"


def is_complete(code: str) -> bool:
    """Whether this can be a code at all: six digits, blanks between them or not. What is not is nobody's try."""
    digits = code.replace(" ", "")
    return len(digits) == DIGITS and digits.isascii() and digits.isdecimal()


def new_secret() -> str:
    """A new secret, 160 random bits, base 32."""
    import pyotp  # noqa: PLC0415 - only sign-in needs it

    return pyotp.random_base32()


def provisioning_uri(secret: str, account: str) -> str:
    """What the QR code for the authenticator app holds."""
    import pyotp  # noqa: PLC0415

    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def accepted_step(secret: str, code: str, moment: datetime, last_step: int) -> int | None:
    """The time step whose code this is; None for a wrong code, and for one whose step is used already (R015).

    Args:
        secret: As `new_secret`.
        code: As typed; spaces are ignored.
        moment: Now.
        last_step: The step of the last accepted code, or -1.
    """
    import pyotp  # noqa: PLC0415

    digits = code.replace(" ", "")
    now = int(moment.timestamp()) // STEP_SECONDS
    generator, found = pyotp.TOTP(secret), None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):  # all of them, so that the time tells nothing
        if hmac.compare_digest(generator.at(step * STEP_SECONDS).encode(), digits.encode()) and step > last_step:
            found = step
    return found


def was_used(secret: str, code: str, moment: datetime, last_step: int) -> bool:
    """Whether the code was right and is refused only because it, or a later one, was accepted before."""
    return accepted_step(secret, code, moment, -1) is not None and (
        accepted_step(secret, code, moment, last_step) is None
    )
