"""What is looked for in the log of activities, and how long it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scim.domain.activities import TYPE_OF, Activity, ActivityType, Status

DEFAULT_RETENTION = timedelta(days=400)
"""How long activities are kept at least: a year, and time to look into it. They go by whole months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which activities are wanted. What is not given does not matter.

    Attributes:
        type: Those of a type (R105).
        statuses: Those with one of these labels (R106).
        organization: Those that an organization sees (AMB-28).
        subject: What was done to the user, group, token, provider, organization or role with this id.
        actor: What the token or the person with this id did.
        provider: What concerns a provider.
        after: At this moment or later.
        before: Before this moment.
    """

    type: ActivityType | None = None
    statuses: frozenset[Status] = frozenset()
    organization: str = ""
    subject: str = ""
    actor: str = ""
    provider: str = ""
    after: datetime | None = None
    before: datetime | None = None

    def matches(self, activity: Activity) -> bool:
        """Whether an activity is wanted, as far as it is not a question of time."""
        return (
            (self.type is None or TYPE_OF[activity.status] is self.type)
            and (not self.statuses or activity.status in self.statuses)
            and (not self.organization or self.organization in activity.organizations)
            and self.subject in {"", activity.subject_id}
            and self.actor in {"", activity.actor.id}
            and self.provider in {"", activity.provider}
        )


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """A part of the log.

    Attributes:
        activities: Newest first. There may be none, and still a next page.
        next: Where the next page starts; None when there is nothing more.
        rows_read: How many stored rows were read for it.
    """

    activities: Sequence[Activity]
    next: str | None
    rows_read: int
