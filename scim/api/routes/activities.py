"""`/activities`: the log."""

from scim.admin import activities
from scim.admin.lists import cursor_of, position_of
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.activities import (
    ActivityDetails,
    Statuses,
    StatusFamily,
    WantedFile,
    WantedPage,
)
from scim.contracts.base import PageOf, Parameters
from scim.domain.activities import FAMILIES
from scim.web.activity_files import activity_file
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
    file = await activity_file(found, call.query.format, call.context.now)
    return Reply.file(file.name, file.content, file.media_type)


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
