"""The log: what was changed, by whom, and who may see it (R103-R106, AMB-28)."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scim.admin.context import Context
from scim.admin.lists import foreign_cursor
from scim.admin.problems import Denied, Invalid, Missing
from scim.domain.activities import Activity, Status
from scim.domain.activity_log import ActivityFilter, ActivityPage
from scim.domain.authority import Action
from scim.sentences import Sentence

MOST_READ = 5_000
"""Stored rows that are read for one page; a search for something rare goes on with the next."""
MOST_EXPORTED = 50_000
MOST_READ_FOR_EXPORT = 200_000
"""Stored rows that are read for one file: what fits into the time that a request has."""
_STEP = 1_000
_LOOKED_THROUGH = 20
"""Activities of a thing among which its latest change is looked for."""
_NO_CHANGES = frozenset({Status.SIGNED_IN, Status.SIGN_IN_LOCKED})
"""What happened to a person, and left the account as it was."""


async def page(context: Context, wanted: ActivityFilter, start: str, limit: int) -> ActivityPage:
    """A page of the log, newest first; it may be short or empty, and still not be the last.

    Args:
        context: Who asks.
        wanted: Which activities.
        start: `next` of the page before; "" for the first.
        limit: How many at most.

    Raises:
        Denied: The person may see neither the system's activities nor those of this organization.
        Invalid: `start` is no such thing, or the period has no length.
    """
    _require(context, wanted)
    try:
        return await context.services.activity_log.page(wanted, start, limit, MOST_READ)
    except ValueError as error:
        raise foreign_cursor() from error


async def last_change(context: Context, subject: str) -> Activity | None:
    """The latest change of a thing, by its id; None when there is none, or the person may not see the log of it."""
    if not context.principal.may(Action.VIEW_SYSTEM_ACTIVITIES):
        return None
    found = await page(context, ActivityFilter(subject=subject), "", _LOOKED_THROUGH)
    return next((each for each in found.activities if each.status not in _NO_CHANGES), None)


async def export(context: Context, wanted: ActivityFilter) -> list[Activity]:
    """All activities that are wanted, newest first, for a file.

    A file that silently lacks its end would be taken for the whole: what is too much is refused.

    Raises:
        Denied: See `page`.
        Invalid: Code `too_many_activities`: more than a file holds, or than can be searched in one go.
    """
    _require(context, wanted)
    found: list[Activity] = []
    position: str | None = ""
    read = 0
    while position is not None and len(found) <= MOST_EXPORTED:
        if read >= MOST_READ_FOR_EXPORT:
            raise Invalid(_TOO_MANY, "after", "too_many_activities")
        part = await context.services.activity_log.page(wanted, position, _STEP, MOST_READ)
        found += part.activities
        position = part.next
        read += part.rows_read
    if len(found) > MOST_EXPORTED:
        raise Invalid(_TOO_MANY, "after", "too_many_activities")
    return found


async def one(context: Context, moment: datetime, activity_id: str, organization: str = "") -> Activity:
    """A single activity.

    Args:
        context: Who asks.
        moment: When it happened, to the millisecond: that is how it is found.
        activity_id: Its id.
        organization: Whose log it is looked for in; "" for the system's.

    Raises:
        Denied: See `page`.
        Missing: There is none, or it is not of this organization, or not kept any more.
    """
    wanted = ActivityFilter(organization=organization, after=moment, before=moment + _MILLISECOND)
    position: str | None = ""
    while position is not None:
        part = await page(context, wanted, position, _STEP)
        if found := next((each for each in part.activities if each.id == activity_id), None):
            return found
        position = part.next
    raise Missing(Sentence("There is no such activity, or it is not kept any more."))


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in activities are called today.

    Attributes:
        providers: Names of identity providers by id; those deleted long ago are missing.
        tokens: What tokens are recognised by, by id: "••••k9Qz".
    """

    providers: Mapping[str, str]
    tokens: Mapping[str, str]


async def names(context: Context, found: Iterable[Activity]) -> Names:
    """What providers and tokens are called: whoever may see an activity may know that of what it is about.

    One storage call, and one for each token that acted.
    """
    require_some(context)
    services = context.services
    ids = {each.actor.id for each in found if each.actor.kind == "token"}
    providers, tokens = await asyncio.gather(
        services.providers.owners(), asyncio.gather(*map(services.tokens.get, sorted(ids)))
    )
    return Names({each.id: each.name for each in providers}, {each.id: each.name for each in tokens if each})


_MILLISECOND = timedelta(milliseconds=1)
_TOO_MANY = Sentence(
    "A file holds {most} activities, found among {looked_at}. Choose a shorter period, or export one "
    "period after the other.",
    most=MOST_EXPORTED,
    looked_at=MOST_READ_FOR_EXPORT,
)


def require_some(context: Context) -> None:
    """Check that there are activities that this person may see.

    Raises:
        Denied: There are none.
    """
    if not context.principal.may(Action.VIEW_SYSTEM_ACTIVITIES):
        context.require(Action.VIEW_ORGANIZATION_ACTIVITIES)


def _require(context: Context, wanted: ActivityFilter) -> None:
    if wanted.after and wanted.before and wanted.after >= wanted.before:
        raise Invalid(Sentence('"after" must be earlier than "before".'), "after")
    if context.principal.may(Action.VIEW_SYSTEM_ACTIVITIES):
        return
    context.require(Action.VIEW_ORGANIZATION_ACTIVITIES)
    if not wanted.organization:
        raise Denied(
            Sentence("Your roles let you see the activities of organizations. Choose one."), "organization_required"
        )
