"""How many storage calls the records of tokens take."""

from dataclasses import replace

import pytest

from scim.domain.tokens import TokenUse
from scim.storage.tables.tokens import TableTokens
from tests.fakes.rows import CountingRows, FakeRows
from tests.world import World


@pytest.fixture
async def world():
    return await World.on(CountingRows(FakeRows()))


@pytest.mark.parametrize(
    ("what", "calls"),
    [("get", 1), ("get no id", 0), ("of", 1), ("unsettled", 1), ("create", 3), ("update", 1), ("record_use", 1)],
)
async def test_each_method_makes_as_many_calls_as_it_says(world, what, calls):
    tokens = TableTokens(world.rows)
    token = await tokens.get(world.token.split("_")[1])
    use = TokenUse(world.clock.now())
    work = {
        "get": lambda: tokens.get(token.id),
        "get no id": lambda: tokens.get("slots|entra"),
        "of": lambda: tokens.of("entra"),
        "unsettled": tokens.unsettled,
        "create": lambda: tokens.create(replace(token, id="0" * 16)),
        "update": lambda: tokens.update(token, replace(token, warned=60)),
        "record_use": lambda: tokens.record_use(token.id, use),
    }[what]
    world.rows.reset()
    await work()
    assert sum(world.rows.calls.values()) == calls
