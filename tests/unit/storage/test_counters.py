"""Totals that writers do not contend for."""

import asyncio
import random

import pytest

from scim.storage.tables import keys
from scim.storage.tables.counters import Counters
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import Insert
from tests.fakes.rows import CountingRows, FakeRows


@pytest.fixture
def rows() -> CountingRows:
    return CountingRows(FakeRows())


@pytest.fixture
def table(rows: CountingRows) -> DirectoryTable:
    return DirectoryTable(rows)


async def step(counters: Counters, table: DirectoryTable, delta: int, provider: str = "entra") -> None:
    async with counters.stripe("u", provider) as stripe:
        stripe.settle(delta, await table.apply([stripe.step(delta)]))


async def test_a_total_is_the_sum_of_what_all_instances_counted(table: DirectoryTable) -> None:
    instances = [Counters(table) for _ in range(3)]
    await asyncio.gather(*(step(instances[number % 3], table, 1) for number in range(60)))
    await asyncio.gather(*(step(instances[number % 3], table, -1) for number in range(20)))
    await step(instances[0], table, 5, "okta")

    assert await instances[0].total("u", "entra") == 40
    assert await instances[1].total("u", "okta") == 5
    assert await instances[2].total("g", "entra") == 0


async def test_a_step_reads_nothing(rows: CountingRows, table: DirectoryTable) -> None:
    counters = Counters(table)
    for _ in range(5):
        await step(counters, table, 1)

    assert rows.calls == {"batch": 5}


async def test_one_after_the_other_share_a_stripe_and_at_once_they_have_one_each(table: DirectoryTable) -> None:
    counters = Counters(table)
    for _ in range(5):
        await step(counters, table, 1)
    assert len(await table.keys(keys.counters("u", "entra"))) == 1
    async with counters.stripe("u", "entra") as one, counters.stripe("u", "entra") as other:
        assert one.key != other.key


async def test_after_an_outcome_that_is_unknown_the_stripe_is_read_again(table: DirectoryTable) -> None:
    """Cancelled or failed, applied or not: the next step goes on from what storage has."""
    counters, chance, applied = Counters(table), random.Random(2), 0
    for _ in range(60):
        async with counters.stripe("u", "entra") as stripe:
            if chance.random() < 0.5:
                etags = await table.apply([stripe.step(1)])
                applied += 1
                if chance.random() < 0.5:
                    stripe.settle(1, etags)

    assert await counters.total("u", "entra") == applied
    await step(counters, table, 1)
    assert await counters.total("u", "entra") == applied + 1


async def test_a_step_that_was_overtaken_is_refused(table: DirectoryTable) -> None:
    counters = Counters(table)
    await step(counters, table, 1)
    async with counters.stripe("u", "entra") as stripe:
        stale = stripe.step(1)
        await table.apply([stale])
        with pytest.raises(Conflict):
            await table.apply([stale])


async def test_more_stripes_than_a_page_holds_are_all_summed(table: DirectoryTable) -> None:
    for start in range(0, 1200, 100):
        await table.apply([Insert(keys.counter("u", "entra", f"{n:05d}"), {"n": 2}) for n in range(start, start + 100)])

    assert await Counters(table).total("u", "entra") == 2400
