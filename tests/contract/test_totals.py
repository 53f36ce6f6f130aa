"""Totals stay what they are while the parts that nobody writes any more are put together."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from scim.errors import Unavailable
from scim.storage.tables import keys
from scim.storage.tables.counters import Counters, Folding
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import Insert, Rows
from tests.fakes.rows import (
    CountingRows,
    FakeRows,
    Fault,
    FaultyRows,
    Killed,
    fail_after,
    fail_before,
    kill_after,
    kill_before,
    on_calls,
    repeat,
)
from tests.invariants import directory, violations
from tests.world import World, group, user

SOON = datetime(2100, 1, 1, tzinfo=UTC)
"""After every row of every test was written: nobody counts as busy."""


@pytest.fixture
def table(storage: Rows) -> DirectoryTable:
    return DirectoryTable(storage)


async def counted(table: DirectoryTable, counters: Counters, delta: int, provider: str = "entra") -> None:
    """Count as a user's creation does: a stripe that turns out to be another is read again."""
    for _ in range(5):
        async with counters.stripe("u", provider) as stripe:
            with contextlib.suppress(Conflict):
                stripe.settle(delta, await table.apply([stripe.step(delta)]))
                return
    raise AssertionError("A stripe is never the one that was read.")


async def stripes(table: DirectoryTable, provider: str = "entra") -> list[str]:
    return [keys.last_part(key) for key in await table.keys(keys.counters("u", provider))]


async def test_parts_of_instances_that_are_gone_become_one(table: DirectoryTable) -> None:
    for _ in range(4):
        await counted(table, Counters(table), 3)
        await counted(table, Counters(table), -1, "okta")
    folding = Folding(table)

    assert await folding.fold(SOON) == 8
    assert await stripes(table) == ["base"]
    assert await folding.fold(SOON) == 0
    await counted(table, Counters(table), 1)
    assert await folding.fold(SOON) == 1
    assert await Counters(table).total("u", "entra") == 13
    assert await Counters(table).total("u", "okta") == -4


async def test_what_was_written_lately_is_left_alone(table: DirectoryTable) -> None:
    await counted(table, Counters(table), 3)
    row = (await table.first(keys.COUNTERS))[0]
    written = keys.written_at(row.etag)

    assert await Folding(table).fold(written) == 0
    assert await Folding(table).fold(written - timedelta(hours=1)) == 0
    assert await Folding(table).fold(written + timedelta(seconds=1)) == 1


async def test_an_instance_that_was_only_idle_counts_on(table: DirectoryTable) -> None:
    """It finds its stripe gone, reads it again, and begins a new one."""
    counters = Counters(table)
    await counted(table, counters, 5)
    await Folding(table).fold(SOON)

    await counted(table, counters, 2)
    assert await counters.total("u", "entra") == 7
    await Folding(table).fold(SOON)
    await counted(table, counters, -1)
    assert await counters.total("u", "entra") == 6


async def test_a_tenant_whose_instance_was_idle_goes_on_creating_and_deleting(world: World) -> None:
    """Users and groups are created and deleted at once after a fold, without any request being refused."""
    anna = await world.created("/Users", user("anna"))
    team = await world.created("/Groups", group("Team", [anna]))
    await world.app.totals.fold(SOON)

    assert (await world.call("DELETE", f"/Groups/{team}")).status == 204
    await world.app.totals.fold(SOON)
    await world.created("/Users", user("bert"))
    await world.created("/Groups", group("Team"))
    await world.app.totals.fold(SOON)
    assert (await world.call("DELETE", f"/Users/{anna}")).status == 204

    assert await violations(world.rows) == []
    assert (await world.call("GET", "/Users")).json["totalResults"] == 1


@pytest.mark.parametrize("storage", ["fake", "uneven", "azurite"], indirect=True)
async def test_no_total_changes_while_others_count_and_two_fold(table: DirectoryTable) -> None:
    """Whoever counts takes one away and puts it back: four are at most four off, and nobody ever sees more."""
    instances = [Counters(table) for _ in range(4)]
    await asyncio.gather(*(counted(table, instances[number % 4], 1) for number in range(40)))
    counting = True
    seen = set()

    async def fold() -> None:
        while counting:
            await Folding(table).fold(SOON)

    async def look() -> None:
        while counting:
            seen.add(await instances[0].total("u", "entra"))

    async def count(counters: Counters) -> None:
        for _ in range(6):
            await counted(table, counters, -1)
            await counted(table, counters, 1)

    beside = [asyncio.create_task(work()) for work in (fold, fold, look)]
    await asyncio.gather(*map(count, instances))
    counting = False
    await asyncio.gather(*beside)

    assert seen <= set(range(36, 41))
    assert await instances[0].total("u", "entra") == 40
    await Folding(table).fold(SOON)
    assert await stripes(table) == ["base"]
    assert await instances[1].total("u", "entra") == 40


@pytest.mark.parametrize("fault", [fail_before, fail_after, kill_before, kill_after, repeat])
async def test_a_fold_that_stops_anywhere_changes_no_total(fault: Fault) -> None:
    for number in range(1, 5):
        rows = FakeRows()
        table = DirectoryTable(rows)
        for start in (0, 80):
            await table.apply([Insert(keys.counter("u", "entra", f"{start + n:04d}"), {"n": 2}) for n in range(80)])
        failing = Folding(DirectoryTable(FaultyRows(rows, on_calls({number: fault}))))
        with contextlib.suppress(Unavailable, Killed):
            await failing.fold(SOON)

        assert await Counters(table).total("u", "entra") == 320
        await Folding(table).fold(SOON)
        await Folding(table).fold(SOON)
        assert await stripes(table) == ["base"]
        assert await Counters(table).total("u", "entra") == 320


async def test_a_thousand_parts_are_one_after_twelve_calls() -> None:
    rows = CountingRows(FakeRows())
    table = DirectoryTable(rows)
    for start in range(0, 1_000, 100):
        await table.apply([Insert(keys.counter("u", "entra", f"{start + n:04d}"), {"n": 1}) for n in range(100)])
    rows.reset()

    assert await Folding(table).fold(SOON) == 1_000
    assert rows.calls == {"query": 1, "batch": 11}
    assert [row.columns["n"] for key, row in (await directory(rows)).items() if key.startswith("c|")] == [1_000]
