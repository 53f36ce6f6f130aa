"""`/activities`: the log."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from scim.admin import activities
from scim.admin.lists import cursor_of, position_of
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.activities import (
    ActivityDetails,
    ActivityFile,
    Statuses,
    StatusFamily,
    WantedFile,
    WantedPage,
)
from scim.contracts.base import PageOf, Parameters
from scim.domain.activities import FAMILIES, TYPE_OF, Activity
from scim.domain.resources import timestamp
from scim.web.csv_text import CSV, csv_text
from scim.web.messages import JSON

TAG = "Activities"


async def list_page(call: Call[NoBody, WantedPage]) -> Reply:
    """See `ENDPOINTS`."""
    page = await activities.page(
        call.context, call.query.filter, position_of("activities", call.query.cursor), call.query.limit
    )
    items = tuple(map(ActivityDetails.told, page.activities))
    return Reply(value=PageOf[ActivityDetails](items=items, next=cursor_of("activities", page.next)))


async def list_statuses(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    activities.require_some(call.context)
    families = tuple(map(StatusFamily.of, FAMILIES))
    return Reply(value=Statuses(families=families, kept_days=call.services.activity_retention.days))


async def export(call: Call[NoBody, WantedFile]) -> Reply:
    """See `ENDPOINTS`."""
    found = await activities.export(call.context, call.query.filter)
    write, media_type = _FORMATS[call.query.format]
    content = await asyncio.to_thread(write, found)  # seconds of work for the largest, which others need not wait for
    return Reply.file(f"activities-{call.context.now:%Y-%m-%d}.{call.query.format}", content, media_type)


_COLUMNS: Mapping[str, Callable[[Activity], str]] = {
    "Time": lambda each: timestamp(each.time),
    "Type": lambda each: TYPE_OF[each.status],
    "Status": lambda each: each.status,
    "Subject": lambda each: each.subject_name,
    "Subject kind": lambda each: each.subject_kind,
    "Subject ID": lambda each: each.subject_id,
    "Actor": lambda each: each.actor.name,
    "Actor kind": lambda each: each.actor.kind,
    "Actor ID": lambda each: each.actor.id,
    "Verified": lambda each: "yes" if each.actor.mfa else "no",
    "Provider": lambda each: each.provider,
    "Organizations": lambda each: " ".join(each.organizations),
    "Changed": lambda each: " ".join(each.changed),
    "Detail": lambda each: each.detail,
    "Request ID": lambda each: each.actor.request_id,
    "ID": lambda each: each.id,
}


def _csv(found: Sequence[Activity]) -> bytes:
    return csv_text(list(_COLUMNS), ([cell(each) for cell in _COLUMNS.values()] for each in found))


def _json(found: Sequence[Activity]) -> bytes:
    return ActivityFile.model_construct(items=tuple(map(ActivityDetails.told, found))).model_dump_json().encode()


_FORMATS: Mapping[str, tuple[Callable[[Sequence[Activity]], bytes], str]] = {"csv": (_csv, CSV), "json": (_json, JSON)}

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/activities",
        name="listActivities",
        tag=TAG,
        summary="Activities, newest first",
        description=(
            "All conditions must hold; of several statuses, any. One page reads 5,000 rows at most: looking for "
            "something rare, it may have few items or none and still a `next`. Time, organization, subject, actor, "
            "status, provider and type have lists of their own; a combination is picked out of the shortest."
        ),
        run=list_page,
        query=WantedPage,
        reply=PageOf[ActivityDetails],
    ),
    Endpoint(
        method="GET",
        path="/activities/statuses",
        name="listActivityStatuses",
        tag=TAG,
        summary="What the filter of activities offers",
        run=list_statuses,
        reply=Statuses,
    ),
    Endpoint(
        method="GET",
        path="/activities:export",
        name="exportActivities",
        tag=TAG,
        summary="Activities as a file, newest first",
        description=(
            "At most 50,000, found in at most 200,000 rows; more is refused (`too_many_activities`), never cut. "
            "Cells that a spreadsheet would run as a formula begin with an apostrophe."
        ),
        run=export,
        query=WantedFile,
        media_types=("text/csv", JSON),
    ),
)
