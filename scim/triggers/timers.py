"""One function for each scheduled job."""

from collections.abc import Awaitable, Callable, Mapping

import azure.functions as func

SCHEDULES: Mapping[str, str] = {
    "SweepJobs": "0 * * * * *",
    "PurgeBookmarks": "0 30 * * * *",
    "PurgeTombstones": "0 50 * * * *",
    "ExpireTokens": "0 */5 * * * *",
    "FinishRotations": "0 20 * * * *",
    "WarnOfExpiry": "0 10 * * * *",
    "FinishOrganizations": "30 * * * * *",
    "ClearRoles": "0 40 * * * *",
    "DrainActivities": "30 * * * * *",
    "PurgeActivities": "0 20 3 * * *",
    "FoldCounters": "0 45 * * * *",
    "ReleaseUsers": "30 * * * * *",
    "PurgeSignIns": "0 50 * * * *",
    "BackUp": "0 */10 1-4 * * *",
}
"""By function name, in UTC, seconds first. What each does is in `scim.chores`."""

type Chores = Callable[[], Mapping[str, Callable[[], Awaitable[None]]]]
"""Gives what the jobs do, by the same names."""


def timers(chores: Chores) -> func.Blueprint:
    """The blueprint with a function for each of `SCHEDULES`.

    Args:
        chores: Asked whenever a timer fires.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]
    for name, schedule in SCHEDULES.items():
        register = blueprint.timer_trigger("timer", schedule)
        blueprint.function_name(name)(register(_trigger(name, chores)))
    return blueprint


def _trigger(name: str, chores: Chores) -> Callable[[func.TimerRequest], Awaitable[None]]:
    async def run(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host's binding
        await chores()[name]()

    return run
