"""Timers follow the clock, and no run overlaps the one before."""

import asyncio
from datetime import UTC, datetime

from localdev.host.timers import Timers
from localdev.host.worker import Function

START = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 4, 12, 10, 1, tzinfo=UTC)


class FakeWorker:
    """Records what it runs; each run waits for `finish`."""

    def __init__(self, **trigger):
        binding = {"type": "timerTrigger", "name": "timer", "schedule": "0 */5 * * * *", **trigger}
        self.functions = [Function("1", "Sweep", binding)]
        self.started = 0
        self.at_once = 0
        self.most_at_once = 0
        self.finish = asyncio.Event()

    async def invoke(self, _function, _data):
        self.started += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.finish.wait()
        self.at_once -= 1


class Clock:
    """Jumps over the due time when it is read for the second time."""

    def __init__(self):
        self.reads = 0

    def __call__(self):
        self.reads += 1
        return START if self.reads == 1 else LATER


async def test_a_timer_runs_when_it_is_due(until):
    worker = FakeWorker()
    worker.finish.set()
    timers = Timers(worker, now=Clock())

    timers.start()

    await until(lambda: worker.started == 1)
    await timers.stop()


async def test_a_timer_does_not_run_before_it_is_due():
    worker = FakeWorker()
    timers = Timers(worker, now=lambda: START)

    timers.start()
    for _ in range(20):
        await asyncio.sleep(0)

    assert worker.started == 0
    await timers.stop()


async def test_run_on_startup_runs_at_once(until):
    worker = FakeWorker(runOnStartup=True)
    timers = Timers(worker, now=lambda: START)

    timers.start()

    await until(lambda: worker.started == 1)
    await timers.stop()


async def test_runs_of_a_timer_do_not_overlap(until):
    worker = FakeWorker()
    timers = Timers(worker, now=lambda: START)

    for _ in range(3):
        assert timers.trigger("sweep")
    await until(lambda: worker.started == 1)
    worker.finish.set()
    await until(lambda: worker.started == 3)

    assert worker.most_at_once == 1
    await timers.stop()
