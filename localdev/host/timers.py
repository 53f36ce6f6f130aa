"""Timer functions: run when their schedule says so, and on demand, never twice at once."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime

from localdev.host import protos
from localdev.host.schedule import Schedule, parse
from localdev.host.worker import Function, Worker, WorkerFailure

_LOGGER = logging.getLogger("localdev.host")


class Timers:
    """The timer functions of an app.

    Args:
        worker: Runs them.
        now: The time, UTC.

    Raises:
        ValueError: A schedule is malformed.
    """

    def __init__(self, worker: Worker, now: Callable[[], datetime] | None = None) -> None:
        self._worker = worker
        self._now = now or (lambda: datetime.now(UTC))  # noqa: TID251 - this is the clock out here
        functions = [function for function in worker.functions if function.trigger["type"] == "timerTrigger"]
        self._schedules = {function.name.lower(): (function, _schedule(function)) for function in functions}
        self._running: dict[str, asyncio.Lock] = {name: asyncio.Lock() for name in self._schedules}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Follow the schedules from now on."""
        for name, (function, _) in self._schedules.items():
            if function.trigger.get("runOnStartup"):
                self._begin(self._run(name))
            self._begin(self._follow(name))

    def trigger(self, name: str) -> bool:
        """Run a timer function now, in the background; false when there is none of this name."""
        if name.lower() not in self._schedules:
            return False
        self._begin(self._run(name.lower()))
        return True

    async def stop(self) -> None:
        """End what is running."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, name: str) -> None:
        _, schedule = self._schedules[name]
        due = schedule.after(self._now())
        while True:
            # The clock of the loop and that of the wall drift apart while a machine sleeps, so look at the wall often.
            await asyncio.sleep(min(60, max(0.0, (due - self._now()).total_seconds())))
            if self._now() >= due:
                await self._run(name)
                due = schedule.after(self._now())

    async def _run(self, name: str) -> None:
        function, schedule = self._schedules[name]
        async with self._running[name]:
            try:
                await self._worker.invoke(function, protos.TypedData(json=_timer(schedule, self._now())))
            except WorkerFailure as failure:
                _LOGGER.error("The timer function %s failed: %s\n%s", function.name, failure, failure.stack_trace)  # noqa: TRY400 - as it says


def _schedule(function: Function) -> Schedule:
    return parse(function.trigger["schedule"])


def _timer(schedule: Schedule, now: datetime) -> str:
    return json.dumps(
        {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {
                "Last": now.isoformat(),
                "LastUpdated": now.isoformat(),
                "Next": schedule.after(now).isoformat(),
            },
            "IsPastDue": False,
        }
    )
