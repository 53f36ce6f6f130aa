"""The activities of tokens.

Their ids follow from the token and the event, and their times from its record: so an activity that is recorded again,
after a crash or by two runs of a timer at once, is the same one.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid5

from scim.domain.activities import ROLLCALL, Activity, Actor, Status
from scim.domain.tokens import Ending, EndReason, Token
from scim.sentences import Sentence

_NAMESPACE = UUID("5d0b1d5c-5c0e-4b86-9a0f-0b8f4f0f7a31")

_DETAILS: Mapping[EndReason, Sentence] = {
    EndReason.REVOKED: Sentence("revoked"),
    EndReason.EXPIRED: Sentence("expired"),
    EndReason.ROTATED: Sentence("revoked: replaced by a new token"),
    EndReason.ROTATION_CANCELLED: Sentence("revoked: the rotation was cancelled"),
    EndReason.PROVIDER_DELETED: Sentence("revoked: the identity provider was deleted"),
    EndReason.NOT_ISSUED: Sentence("revoked: its generation was not completed"),
}


def created(token: Token, actor: Actor) -> Activity:
    """The record of a generation (R113)."""
    return Activity(
        id=_id(token, "created"),
        time=token.created_at,
        status=Status.TOKEN_CREATED,
        provider=token.provider,
        actor=actor,
        subject_kind="token",
        subject_id=token.id,
        subject_name=token.name,
    )


def removed(token: Token, ending: Ending) -> Activity:
    """The record of an end: one for each token, whatever ended it (R114, AMB-16)."""
    return Activity(
        id=_id(token, "removed"),
        time=ending.at,
        status=Status.TOKEN_REMOVED,
        provider=token.provider,
        actor=ending.actor,
        subject_kind="token",
        subject_id=token.id,
        subject_name=token.name,
        detail=_DETAILS[ending.reason],
    )


def expiring(token: Token, rung: int) -> Activity:
    """The notice that a token has reached a rung of the ladder: dated when it did, however late that is noticed."""
    return Activity(
        id=_id(token, f"expiring in {rung}"),
        time=token.expires_at - timedelta(days=rung),
        status=Status.TOKEN_EXPIRING,
        provider=token.provider,
        actor=ROLLCALL,
        subject_kind="token",
        subject_id=token.id,
        subject_name=token.name,
        detail=Sentence.counted(
            "expires in {number} day, on {date} at {time} UTC",
            "expires in {number} days, on {date} at {time} UTC",
            rung,
            date=f"{token.expires_at:%Y-%m-%d}",
            time=f"{token.expires_at:%H:%M}",
        ),
    )


def _id(token: Token, event: str) -> str:
    return str(uuid5(_NAMESPACE, f"{token.id} {event}"))
