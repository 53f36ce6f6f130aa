"""What the log says of identity providers that no longer call: an alert of the deployment reads it."""

import logging

import pytest

from scim.domain.activities import Actor
from scim.maintenance.notice_silence import notice_silence
from tests.fakes.rows import FakeRows
from tests.world import OKTA, World


@pytest.fixture
async def world():
    return await World.on(FakeRows())


async def lines(world, caplog):
    caplog.clear()
    caplog.set_level(logging.INFO)
    await notice_silence(world.app.providers, world.app.tokens, world.clock)
    return caplog.messages


async def test_a_provider_that_has_not_called_for_a_day_is_named(world, caplog):
    other = await world.provided(OKTA)
    world.clock.advance(hours=23, minutes=59)
    assert await lines(world, caplog) == []
    world.clock.advance(minutes=1)
    await other.warm_up()
    assert await lines(world, caplog) == ["provider_silent provider=entra hours=24"]


async def test_a_provider_that_may_not_provision_is_not_missed(world, caplog):
    before = await world.app.providers.get("entra")
    await world.app.providers.update(before, before.switched(scim_enabled=False, at=world.clock.now(), by="ana"))
    world.clock.advance(days=2)
    assert await lines(world, caplog) == []


async def test_a_provider_that_never_called_is_still_being_set_up(world, caplog):
    await world.app.providers.create(OKTA)
    await world.app.token_issuer.issue(OKTA.id, "test", Actor(kind="system", id="test", request_id=""))
    await world.warm_up()
    world.clock.advance(hours=23)
    await world.warm_up()
    world.clock.advance(hours=2)
    assert await lines(world, caplog) == []
