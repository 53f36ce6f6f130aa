"""One function for each scheduled job. Schedules are UTC."""

from collections.abc import Callable

import azure.functions as func

from scim.domain.ports import Clock, Jobs
from scim.maintenance.sweep_jobs import sweep_jobs

EVERY_MINUTE = "0 * * * * *"


def timers(jobs: Callable[[], Jobs], clock: Clock) -> func.Blueprint:
    """The blueprint.

    Args:
        jobs: Gives the jobs when the timer first fires.
        clock: The time.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]

    @blueprint.function_name("SweepJobs")
    @blueprint.timer_trigger("timer", EVERY_MINUTE)
    async def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host's binding
        """Finish what requests left unfinished."""
        await sweep_jobs(jobs(), clock)

    return blueprint
