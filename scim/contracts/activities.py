"""The log of activities."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field

from scim.contracts import texts
from scim.contracts.base import Contract, Moment, Paging, Parameters
from scim.domain.activities import TYPE_OF, Activity, ActivityType, Status, SubjectKind
from scim.domain.activity_log import ActivityFilter
from scim.sentences import Sentence

Id = Annotated[str, Field(max_length=200, pattern=texts.PLAIN_OR_NONE)]


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(Sentence("This moment is too far away")) from None


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]


class Wanted(Parameters):
    """Which activities are wanted."""

    type: ActivityType | None = None
    """"SSO" has everything on SSO and SCIM."""
    status: Annotated[tuple[Status, ...], Field(max_length=100)] = ()
    """Any of these labels; may be given several times."""
    organization_id: Id = ""
    """What this organization sees. Needed by people whose roles do not show them the system's activities."""
    after: Instant | None = None
    """At this moment or later (RFC 3339)."""
    before: Instant | None = None
    """Before this moment."""
    actor: Id = ""
    """The id of the token or the person that did it."""
    provider: Id = ""
    """The id of the identity provider that it concerns; `native` for accounts that none manages."""
    subject: Id = ""
    """The id of the user, group, token, provider, organization or role to which it was done."""

    @property
    def filter(self) -> ActivityFilter:
        """The same, for the use case."""
        return ActivityFilter(
            type=self.type,
            statuses=frozenset(self.status),
            organization=self.organization_id,
            after=self.after,
            before=self.before,
            actor=self.actor,
            provider=self.provider,
            subject=self.subject,
        )


class WantedPage(Wanted, Paging):
    """A page of them."""


class WantedFile(Wanted):
    """A file of them."""

    format: Literal["csv", "json"] = "csv"


class ActorDetails(Contract):
    """Who did it."""

    kind: Literal["token", "account", "system"]
    id: str
    name: str = ""
    verified: bool = False
    """Whether the person entered a time-based code for this very change."""


class SubjectDetails(Contract):
    """To whom or what."""

    kind: SubjectKind
    id: str
    name: str = ""


class ActivityDetails(Contract):
    """An activity: one accepted change."""

    id: str
    time: Moment
    type: ActivityType
    status: Status
    actor: ActorDetails
    subject: SubjectDetails
    provider: str = ""
    organizations: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Names of changed attributes."""
    detail: str = ""
    request_id: str = ""

    @classmethod
    def told(cls, activity: Activity) -> Self:
        """The activity, as the API tells it; not validated again, since a file may hold very many."""
        actor = activity.actor
        return cls.model_construct(
            id=activity.id,
            time=activity.time,
            type=TYPE_OF[activity.status],
            status=activity.status,
            actor=ActorDetails.model_construct(kind=actor.kind, id=actor.id, name=actor.name, verified=actor.mfa),
            subject=SubjectDetails.model_construct(
                kind=activity.subject_kind, id=activity.subject_id, name=activity.subject_name
            ),
            provider=activity.provider,
            organizations=activity.organizations,
            changed=activity.changed,
            detail=activity.detail,
            request_id=actor.request_id,
        )


class StatusFamily(Contract):
    """Statuses under a heading."""

    type: ActivityType
    name: str
    statuses: tuple[Status, ...]


class Statuses(Contract):
    """What the filter of the log offers, in its order."""

    families: tuple[StatusFamily, ...]
    kept_days: int
    """How long activities are kept at least."""


class ActivityFile(Contract):
    """A JSON file of activities, newest first."""

    items: tuple[ActivityDetails, ...]
