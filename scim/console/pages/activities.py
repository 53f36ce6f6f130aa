"""Dashboard → Activities → All, of the system and of an organization (R103-R121, AMB-28)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scim.admin import activities, organizations
from scim.admin.activities import MOST_EXPORTED
from scim.admin.lists import cursor_of, position_of
from scim.admin.problems import Missing
from scim.console import activity_labels as labels
from scim.console.log_queries import LogQuery
from scim.console.paths import path_to
from scim.console.routing import Page
from scim.console.views import Download, Outcome, view
from scim.console.visits import Visit
from scim.contracts.activities import WantedFile
from scim.domain.activities import ROLLCALL, TYPE_OF, Activity, Status
from scim.domain.details import changes_in
from scim.domain.organizations import Organization
from scim.domain.resources import timestamp
from scim.sentences import Sentence
from scim.web.activity_files import activity_file

DASHBOARD = "dashboard"
ORGANIZATIONS = "dashboard/organizations"
_CURSOR = "activities"
_AFTERWARDS_GONE = frozenset(
    {
        Status.ACCOUNT_DELETED,
        Status.TECHNICIAN_DELETED,
        Status.SSO_DELETED,
        Status.USER_GROUP_DELETED,
        Status.ORGANIZATION_DELETED,
        Status.ROLE_DELETED,
    }
)
"""Their subjects have no page any more."""


@dataclass(frozen=True, slots=True)
class Log:
    """Whose log is read.

    Attributes:
        organization: None for the system's.
    """

    organization: Organization | None

    @property
    def organization_id(self) -> str:
        """Its id; "" for the system's."""
        return self.organization.id if self.organization else ""

    def path(self, *parts: str, query: Mapping[str, object] | None = None) -> str:
        """The address of a page of this log: "all", "export", or moment and id of an activity."""
        of = (ORGANIZATIONS, self.organization.id) if self.organization else (DASHBOARD,)
        return path_to(of[0], *of[1:], "activities", *parts, **(query or {}))

    def path_of(self, activity: Activity) -> str:
        """The address of an activity's details."""
        return self.path(timestamp(activity.time), activity.id)


async def show_all(visit: Visit) -> Outcome:
    """The list. Two storage calls or more for the log, one for the names of providers, one for each token."""
    log, query = await _log(visit), LogQuery.of(visit)
    start = position_of(_CURSOR, query.wanted.cursor)
    page = await activities.page(visit.context, query.filter(visit, log.organization_id), start, query.wanted.limit)
    return view(
        "activities/all.html",
        log=log,
        query=query,
        found=page.activities,
        rows_read=page.rows_read,
        next=cursor_of(_CURSOR, page.next),
        names=await activities.names(visit.context, page.activities),
        actors=_actors(visit, page.activities),
        labels=labels,
        gone=_AFTERWARDS_GONE,
        kept_days=visit.services.activity_retention.days,
        most_exported=MOST_EXPORTED,
    )


async def show_one(visit: Visit) -> Outcome:
    """The details of one."""
    log = await _log(visit)
    moment = _moment(visit.path["moment"])
    activity = await activities.one(visit.context, moment, visit.path["activityId"], log.organization_id)
    return view(
        "activities/one.html",
        log=log,
        activity=activity,
        type=TYPE_OF[activity.status],
        changes=changes_in(activity.detail),
        names=await activities.names(visit.context, [activity]),
        labels=labels,
        gone=_AFTERWARDS_GONE,
    )


async def export(visit: Visit) -> Outcome:
    """The same list as a file."""
    log, query = await _log(visit), LogQuery.of(visit)
    found = await activities.export(visit.context, query.filter(visit, log.organization_id))
    kind = visit.parameters(WantedFile).format
    file = await activity_file(found, kind, visit.context.now)
    return Download(name=file.name, content=file.content, media_type=file.media_type)


async def _log(visit: Visit) -> Log:
    organization_id = visit.path.get("organizationId")
    return Log(await organizations.get(visit.context, organization_id) if organization_id else None)


def _actors(visit: Visit, found: Sequence[Activity]) -> Mapping[str, str]:
    """People that *By* offers, name by id: oneself, Rollcall, and who is in the list."""
    listed = {each.actor.id: each.actor.name for each in found if each.actor.kind == "account"}
    principal = visit.context.principal
    return {principal.account_id: principal.name, ROLLCALL.id: ROLLCALL.name} | listed


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Missing(Sentence("There is no such activity, or it is not kept any more.")) from None


def _pages(below: str, place: str) -> tuple[Page, ...]:
    return (
        Page(path=f"{below}/activities/all", show=show_all, place=place),
        Page(path=f"{below}/activities/export", show=export, place=place),
        Page(path=f"{below}/activities/{{moment}}/{{activityId}}", show=show_one, place=place),
    )


PAGES = (
    *_pages(f"/{DASHBOARD}", f"{DASHBOARD}/activities/all"),
    *_pages(f"/{ORGANIZATIONS}/{{organizationId}}", ORGANIZATIONS),
)
