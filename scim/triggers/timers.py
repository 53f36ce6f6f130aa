"""One function for each scheduled job. Schedules are UTC."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Protocol

import azure.functions as func

from scim.domain.ports import Clock, Expiring, Jobs
from scim.domain.ports.activities import ActivityUpkeep, Totals
from scim.maintenance.drain_activities import drain_activities
from scim.maintenance.fold_counters import fold_counters
from scim.maintenance.purge_activities import purge_activities
from scim.maintenance.purge_bookmarks import purge_bookmarks
from scim.maintenance.sweep_jobs import sweep_jobs


class Scheduled(Protocol):
    """What the jobs work on."""

    @property
    def jobs(self) -> Jobs:
        """Unfinished work."""
        ...

    @property
    def bookmarks(self) -> Expiring:
        """Where pages start."""
        ...

    @property
    def activity_upkeep(self) -> ActivityUpkeep:
        """The log."""
        ...

    @property
    def activity_retention(self) -> timedelta:
        """How long activities are kept."""
        ...

    @property
    def totals(self) -> Totals:
        """The running totals."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...


TIMERS: Mapping[str, tuple[str, Callable[[Scheduled], Awaitable[None]]]] = {
    "SweepJobs": ("0 * * * * *", lambda app: sweep_jobs(app.jobs, app.clock)),
    "PurgeBookmarks": ("0 30 * * * *", lambda app: purge_bookmarks(app.bookmarks, app.clock)),
    "DrainActivities": ("30 * * * * *", lambda app: drain_activities(app.activity_upkeep, app.clock)),
    "PurgeActivities": (
        "0 20 3 * * *",
        lambda app: purge_activities(app.activity_upkeep, app.clock, app.activity_retention),
    ),
    "FoldCounters": ("0 45 * * * *", lambda app: fold_counters(app.totals, app.clock)),
}
"""By function name: the schedule (seconds first), and what is done."""


def timers(application: Callable[[], Scheduled]) -> func.Blueprint:
    """The blueprint with a function for each of `TIMERS`.

    Args:
        application: Gives the application when a timer first fires.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]
    for name, (schedule, work) in TIMERS.items():
        register = blueprint.timer_trigger("timer", schedule)
        blueprint.function_name(name)(register(_trigger(work, application)))
    return blueprint


def _trigger(
    work: Callable[[Scheduled], Awaitable[None]], application: Callable[[], Scheduled]
) -> Callable[[func.TimerRequest], Awaitable[None]]:
    async def run(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host's binding
        await work(application())

    return run
