"""One function for each scheduled job. Schedules are UTC."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import azure.functions as func

from scim.domain.ports import Clock, Expiring, Jobs
from scim.maintenance.purge_bookmarks import purge_bookmarks
from scim.maintenance.sweep_jobs import sweep_jobs


class Administered(Protocol):
    """Jobs on what only administration knows."""

    async def purge_sign_ins(self) -> None:
        """See `scim.maintenance.purge_sign_ins`."""
        ...


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
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def administration(self) -> Administered:
        """Administration, which is imported when a job first asks for it."""
        ...


TIMERS: Mapping[str, tuple[str, Callable[[Scheduled], Awaitable[None]]]] = {
    "SweepJobs": ("0 * * * * *", lambda app: sweep_jobs(app.jobs, app.clock)),
    "PurgeBookmarks": ("0 30 * * * *", lambda app: purge_bookmarks(app.bookmarks, app.clock)),
    "PurgeSignIns": ("0 50 * * * *", lambda app: app.administration.purge_sign_ins()),
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
