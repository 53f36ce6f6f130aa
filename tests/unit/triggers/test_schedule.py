"""The timers do their work on the application."""

import pytest

from scim.triggers.timers import TIMERS
from tests.fakes.rows import FakeRows
from tests.world import World, user


@pytest.mark.parametrize("name", TIMERS)
async def test_a_timer_runs_on_a_tenant_and_once_more(name):
    world = await World.on(FakeRows())
    await world.created("/Users", user("anna"))
    world.clock.advance(days=40)
    _, work = TIMERS[name]

    await work(world.app)
    await work(world.app)

    assert (await world.call("GET", "/Users")).json["totalResults"] == 1
