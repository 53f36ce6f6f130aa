"""What the address of a log of activities asks for: filters, a period in the reader's days, and a place in the list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from scim.console.visits import Visit
from scim.contracts.activities import WantedPage
from scim.domain.activities import FAMILIES, TYPE_OF, Family, Status
from scim.domain.activity_log import ActivityFilter

PERIODS: Mapping[str, timedelta | None] = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "any": None,
    "custom": None,
}
"""The choices of *Date*, with how far they go back; for the last one the reader gives the days."""
USUAL_PERIOD = "7d"
_YEARS = range(1971, 9999)
"""Of days that have a moment in every time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What is asked for.

    Attributes:
        wanted: All but the period.
        period: Of `PERIODS`.
        first, last: The days of a custom period; None where it is open.
    """

    wanted: WantedPage
    period: str
    first: date | None
    last: date | None

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """From the address. What does not fit is left out: a mistyped address shows more, not an error.

        Without a period, it is that of the last days; what happened to one thing, or was done by one person, is shown
        from the beginning.
        """
        wanted = visit.parameters(WantedPage)
        if wanted.type:  # other statuses would find nothing
            statuses = tuple(status for status in wanted.status if TYPE_OF[status] is wanted.type)
            wanted = wanted.model_copy(update={"status": statuses})
        period = visit.query("period")
        if period not in PERIODS:
            period = "any" if wanted.subject or wanted.actor or wanted.provider else USUAL_PERIOD
        days = [_day(visit.query(name)) if period == "custom" else None for name in ("from", "to")]
        first, last = sorted(filter(None, days)) if all(days) else days
        return cls(wanted=wanted, period=period, first=first, last=last)

    def filter(self, visit: Visit, organization: str = "") -> ActivityFilter:
        """The same, for use cases; days begin and end as in the reader's time zone."""
        back, zone = PERIODS[self.period], visit.language.zone
        after = visit.services.clock.now() - back if back else None
        before = None
        if self.first:
            after = datetime.combine(self.first, time(), zone).astimezone(UTC)
        if self.last:
            before = datetime.combine(self.last + timedelta(days=1), time(), zone).astimezone(UTC)
        return replace(self.wanted.filter, organization=organization, after=after, before=before)

    @property
    def families(self) -> tuple[Family, ...]:
        """The statuses that the type leaves to choose from."""
        return tuple(family for family in FAMILIES if self.wanted.type in {None, family.type})

    @property
    def statuses(self) -> frozenset[Status]:
        """Those that are chosen."""
        return frozenset(self.wanted.status)

    @property
    def is_narrowed(self) -> bool:
        """Whether there are filters to clear."""
        wanted = self.wanted
        narrowing = (wanted.type, wanted.status, wanted.subject, wanted.actor, wanted.provider)
        return any(narrowing) or self.period != USUAL_PERIOD

    def address(self, **changed: object) -> Mapping[str, object]:
        """The parameters of an address that asks for the same, some changed, from the top of the list."""
        wanted = self.wanted
        same = {
            "type": wanted.type,
            "status": wanted.status,
            "period": self.period,
            "from": self.first,
            "to": self.last,
            "actor": wanted.actor,
            "provider": wanted.provider,
            "subject": wanted.subject,
        }
        return same | changed


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None
