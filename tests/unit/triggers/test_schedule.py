"""The timers do their work on the application."""

import pytest

from scim.triggers.timers import SCHEDULES
from tests.fakes.rows import FakeRows
from tests.world import World, user


@pytest.mark.parametrize("name", SCHEDULES)
async def test_a_timer_runs_on_a_tenant_and_once_more(name):
    world = await World.on(FakeRows())
    await world.created("/Users", user("anna"))
    world.clock.advance(days=40)

    await world.app.chores[name]()
    await world.app.chores[name]()

    assert (await world.call("GET", "/Users")).json["totalResults"] == 1
