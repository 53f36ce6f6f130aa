"""The log of activities: what is read while it moves from the outbox to the months (ADR 14)."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from scim.admin.lists import Count
from scim.domain.activities import Activity, ActivityType, Actor, Status
from scim.domain.activity_log import ActivityFilter
from scim.domain.details import NO_DETAIL, change, first_of
from scim.errors import Unavailable
from scim.sentences import Code, Sentence
from scim.storage.tables.activity_keys import TABLE_PREFIX
from scim.storage.tables.entities import activity_key, activity_row
from scim.storage.tables.keys import DIRECTORY, PARTITION, TABLES
from scim.storage.tables.rows import Insert, Rows
from tests.activities import EVERYTHING, MARKS, MOST_READ, Log, made_up, newest_first
from tests.fakes.rows import (
    Call,
    CountingRows,
    FakeRows,
    Fault,
    FaultyRows,
    Killed,
    fail_after,
    fail_before,
    kill_after,
    kill_before,
    repeat,
)
from tests.world import World, user


@pytest.fixture
async def log(world: World) -> Log:
    return Log(world)


# Reading


@pytest.mark.parametrize("drained", [0, 13, 40])
async def test_activities_are_read_newest_first_wherever_they_are(log: Log, drained: int) -> None:
    """R103."""
    made = await log.record(40)
    log.world.clock.moment = made[0].time + timedelta(minutes=5, seconds=drained)
    assert await log.drain() == drained

    expected = newest_first(made)
    assert await log.ids() == expected
    assert await log.ids(limit=1) == expected
    assert await log.ids(limit=200) == expected


async def test_an_activity_comes_back_as_it_was_recorded(log: Log) -> None:
    actor = Actor(kind="account", id="boss", request_id="r", name="Ana", mfa=True)
    made = [
        made_up(
            log.world, 1, actor=actor, detail=change("active", Code("true"), Code("false")), changed=("active", "title")
        ),
        made_up(log.world, 2, provider="", subject_name="", organizations=(), changed=()),
    ]
    await log.put(made)
    fresh = (await log.port.page(EVERYTHING, "", 2, MOST_READ)).activities
    await log.settle()
    moved = (await log.port.page(EVERYTHING, "", 2, MOST_READ)).activities

    assert list(fresh) == list(moved) == sorted(made, key=activity_key)


async def test_details_can_be_told_in_another_language_wherever_they_are(log: Log) -> None:
    details = [
        NO_DETAIL,
        Sentence("deleted"),
        Sentence.counted("{number} session ended", "{number} sessions ended", 1_500),
        change("active", Code("true"), Code("false")),
        Sentence.joined([change("name", "{a}", '"b" → c'), Sentence("ignored: {names}", names=first_of("xyz", 2))]),
        Sentence("from {groups}", groups=Count(999, is_more=True).counted("{number} group", "{number} groups")),
    ]
    await log.put([made_up(log.world, number, detail=detail) for number, detail in enumerate(details)])
    fresh = (await log.port.page(EVERYTHING, "", 9, MOST_READ)).activities
    await log.settle()
    moved = (await log.port.page(EVERYTHING, "", 9, MOST_READ)).activities
    for found in (fresh, moved):
        assert [str(each.detail) for each in found] == details
        assert [each.detail.told(MARKS) for each in found] == [each.told(MARKS) for each in details]


async def test_pages_go_on_where_the_last_one_ended_while_the_log_moves_on(log: Log) -> None:
    """Between any two pages some activities leave the outbox, and new ones come."""
    made = await log.record(60)
    log.world.clock.moment = made[0].time + timedelta(minutes=5)
    seen: list[str] = []
    arrivals = count(1_000)
    async for page in log.pages(limit=4):
        seen += [activity.id for activity in page.activities]
        await log.put([made_up(log.world, next(arrivals))])
        log.world.clock.advance(seconds=7)
        await log.drain()

    known = {activity.id for activity in made}
    assert [id_ for id_ in seen if id_ in known] == newest_first(made)


@pytest.mark.parametrize("storage", ["fake", "short pages", "uneven", "azurite"], indirect=True)
async def test_who_reads_while_two_others_drain_sees_everything_once(log: Log) -> None:
    made = await log.record(120)
    expected = newest_first(made)
    log.world.clock.advance(minutes=5)
    reading = True
    other = Log(await log.world.instance())

    async def read() -> int:
        times = 0
        while reading or times == 0:
            assert await log.ids(limit=7) == expected
            times += 1
        return times

    reader = asyncio.create_task(read())
    await asyncio.gather(log.drain(), other.drain())
    reading = False

    assert await reader >= 1
    assert await log.outbox() == set()
    assert await log.ids() == expected


@pytest.mark.parametrize("storage", ["uneven"], indirect=True)
@pytest.mark.parametrize("seed", range(10))
async def test_a_page_that_is_read_in_the_very_moment_of_a_move_lacks_nothing(log: Log, seed: int) -> None:
    """The outbox is longer than a call reads, so that reading it and the months takes turns."""
    chance = random.Random(seed)
    made = await log.record(60)
    log.world.clock.moment = made[chance.randrange(60)].time + timedelta(minutes=5)
    wanted = ActivityFilter(provider="entra", type=ActivityType.SSO)

    found, _ = await asyncio.gather(log.ids(wanted, limit=chance.randrange(1, 20)), log.drain())

    assert found == newest_first(made)


# Filters

_STATUSES = [
    Status.END_USER_UPDATED,
    Status.TECHNICIAN_DELETED,
    Status.TOKEN_REMOVED,
    Status.SSO_ENABLED,
    Status.ROLE_CREATED,
    Status.ACCOUNT_DELETED,
    Status.ORGANIZATION_UPDATED,
]
_QUESTIONS = [
    ActivityFilter(type=ActivityType.SSO),
    ActivityFilter(type=ActivityType.ROLE),
    ActivityFilter(statuses=frozenset({Status.SSO_ENABLED})),
    ActivityFilter(statuses=frozenset({Status.SSO_ENABLED, Status.ROLE_CREATED, Status.TOKEN_REMOVED})),
    ActivityFilter(statuses=frozenset(_STATUSES[:6])),
    ActivityFilter(type=ActivityType.SSO, statuses=frozenset({Status.TOKEN_REMOVED, Status.ROLE_CREATED})),
    ActivityFilter(organization="12"),
    ActivityFilter(organization="a|b/c#"),
    ActivityFilter(organization="nobody"),
    ActivityFilter(organization="13", statuses=frozenset({Status.END_USER_UPDATED})),
    ActivityFilter(subject="subject-1"),
    ActivityFilter(subject="subject-1", type=ActivityType.ROLE),
    ActivityFilter(actor="boss"),
    ActivityFilter(actor="boss", organization="12"),
    ActivityFilter(provider="okta"),
    ActivityFilter(provider="okta", actor="boss", type=ActivityType.SSO),
]


async def test_a_question_finds_exactly_what_matches_it(log: Log) -> None:
    """R105, R106, AMB-28: by each condition alone and by several, over two months, half in the outbox."""
    made = varied(log.world)
    await log.put(made)
    assert 0 < await log.drain() < len(made)
    start, end = made[20].time, made[80].time

    for wanted in _QUESTIONS:
        matching = [each for each in made if wanted.matches(each)]
        within = [each for each in matching if start <= each.time < end]
        assert await log.ids(wanted, limit=12) == newest_first(matching), wanted
        assert await log.ids(replace(wanted, after=start, before=end), limit=12) == newest_first(within), wanted
    assert await log.ids(ActivityFilter(after=start)) == newest_first(made[20:])
    assert await log.ids(ActivityFilter(before=end)) == newest_first(made[:80])
    assert await log.ids(ActivityFilter(after=end, before=start)) == []


def varied(world: World) -> list[Activity]:
    """Ninety of all kinds, a minute apart, about the end of a month."""
    chance = random.Random(7)
    world.clock.moment = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    made = []
    for number in range(90):
        world.clock.advance(minutes=1)
        made.append(
            made_up(
                world,
                number,
                status=chance.choice(_STATUSES),
                provider=chance.choice(["entra", "okta", ""]),
                actor=Actor(kind="account", id=chance.choice(["boss", "ana"]), request_id=""),
                subject_id=f"subject-{chance.randrange(3)}",
                organizations=tuple(chance.sample(["12", "13", "a|b/c#"], chance.randrange(3))),
            )
        )
    return made


@pytest.mark.parametrize("start", ["x", "1", "|", "9" * 19 + "|", f"{'1' * 19}|a b", "\x00", "1" * 20])
async def test_a_position_that_is_none_is_refused(log: Log, start: str) -> None:
    with pytest.raises(ValueError, match="no position"):
        await log.port.page(EVERYTHING, start, 10, MOST_READ)


@pytest.mark.parametrize("start", ["0" * 19, "9" * 19, f"{'9' * 19}|x "])
async def test_a_position_outside_the_log_is_one_all_the_same(log: Log, start: str) -> None:
    await log.record(3)
    assert len((await log.port.page(EVERYTHING, start, 200, MOST_READ)).activities) in {0, 3, 4, 5}


async def test_a_search_for_something_rare_reads_so_much_and_goes_on_with_the_next_page(log: Log) -> None:
    await log.put([made_up(log.world, 1, provider="okta")])
    await log.record(250, every=timedelta(milliseconds=1))
    await log.settle()
    wanted = ActivityFilter(provider="okta", type=ActivityType.SSO, organization="12")

    pages = [page async for page in log.pages(wanted, most_read=1)]

    assert [activity.id for page in pages for activity in page.activities] == [made_up(log.world, 1).id]
    assert sum(page.rows_read for page in pages) >= 251


# Draining


async def test_what_is_young_stays_in_the_outbox(log: Log) -> None:
    """A request without an answer looks there for its activity."""
    made = await log.record(5)
    log.world.clock.moment = made[-1].time + timedelta(minutes=5)

    assert await log.drain() == 4
    assert await log.outbox() == {made[-1].id}


async def test_a_change_whose_answer_is_lost_while_the_log_is_drained_is_made_once(log: Log) -> None:
    async def lost_while_draining(call: Callable[[], Awaitable[object]]) -> object:
        try:
            return await fail_after(call)
        finally:
            await log.drain()

    def plan(call: Call) -> Fault | None:
        return lost_while_draining if call.verb == "batch" and call.table == DIRECTORY else None

    failing = await log.world.instance(FaultyRows(log.world.rows, plan))
    status, _, _ = await failing.call("POST", "/Users", user("anna"))

    assert status == 201
    await log.settle()
    assert len(await log.ids(ActivityFilter(statuses=frozenset({Status.END_USER_CREATED})))) == 1


async def test_a_row_that_cannot_be_read_stays_and_stops_no_other(log: Log) -> None:
    made = await log.record(3)
    columns = dict(activity_row(made_up(log.world, 99)).columns) | {"status": "From The Future"}
    key = activity_key(made_up(log.world, 99))
    await log.world.rows.insert(DIRECTORY, PARTITION, Insert(key, columns))

    assert await log.settle() == 3
    assert await log.world.rows.get(DIRECTORY, PARTITION, key) is not None
    assert await log.ids() == newest_first(made)


async def test_long_details_do_not_make_a_transaction_too_large(log: Log) -> None:
    made = await log.record(60, detail=Sentence("deleted {name}", name="\x01→" * 2_600))
    await log.settle()
    assert await log.ids(limit=60) == newest_first(made)


async def lists(rows: Rows) -> dict[str, object]:
    """What the tables of months have."""
    assert isinstance(rows, FakeRows)
    return {
        f"{table} {key}": row.columns
        for (table, _), partition in rows._partitions.items()
        if table.startswith(TABLE_PREFIX)
        for key, row in partition.rows.items()
    }


async def filled() -> Log:
    """A log with 60 activities of two months in its outbox, all settled."""
    log = Log(await World.on(FakeRows(tables=TABLES)))
    log.world.clock.moment = datetime(2026, 11, 30, 23, 59, 30, tzinfo=UTC)
    await log.record(60)
    log.world.clock.advance(minutes=5)
    return log


CALLS_OF_A_DRAIN = 1 + 2 * (2 + 3) + 1
"""Of the 60: a query; for each month its table, the write that found it missing, and three for its lists; a removal."""


class Struck:
    """A plan with one fault."""

    def __init__(self, number: int, fault: Fault) -> None:
        self._number = number
        self._fault = fault
        self.struck = False

    def __call__(self, call: Call) -> Fault | None:
        if call.number != self._number:
            return None
        self.struck = True
        return self._fault


@pytest.mark.parametrize("fault", [fail_before, fail_after, kill_before, kill_after, repeat])
async def test_a_drain_that_stops_anywhere_loses_nothing_and_doubles_nothing(fault: Fault) -> None:
    sound = await filled()
    expected = await sound.ids(limit=50)
    await sound.drain()
    complete = await lists(sound.world.rows)
    for number in range(1, CALLS_OF_A_DRAIN + 1):
        log = await filled()
        plan = Struck(number, fault)
        failing = Log(await log.world.instance(FaultyRows(log.world.rows, plan)))
        with contextlib.suppress(Unavailable, Killed):
            await failing.drain()
        assert plan.struck

        assert await log.ids(limit=50) == expected
        await log.drain()
        assert await log.outbox() == set()
        assert await log.ids(limit=50) == expected
        assert await lists(log.world.rows) == complete


async def test_draining_again_and_twice_at_once_changes_nothing(log: Log) -> None:
    made = await log.record(130)
    log.world.clock.advance(minutes=5)
    other = Log(await log.world.instance())
    await asyncio.gather(log.drain(), other.drain(), log.drain())

    assert await log.drain() == 0
    assert await log.ids(ActivityFilter(organization="12"), limit=50) == newest_first(made)


async def test_a_long_outbox_is_drained_in_bounded_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scim.storage.tables.activity_upkeep.MOST_MOVED", 200)
    log = Log(await World.on(FakeRows(tables=TABLES, page_rows=100)))
    await log.record(450)
    log.world.clock.advance(minutes=5)

    assert [await log.drain() for _ in range(4)] == [200, 200, 50, 0]


async def test_a_thousand_activities_are_moved_with_some_ninety_calls() -> None:
    rows = CountingRows(FakeRows(tables=TABLES))
    log = Log(await World.on(rows))
    await log.record(1)
    await log.settle()
    await log.record(1_000, every=timedelta(milliseconds=1))
    log.world.clock.advance(minutes=5)
    rows.reset()

    assert await log.drain() == 1_000
    assert rows.calls == {"query": 1, "batch": 70 + 10}


# Months


async def test_months_are_dropped_when_all_of_them_is_old(log: Log) -> None:
    log.world.clock.moment = datetime(2026, 1, 15, tzinfo=UTC)
    made = await log.record(8, every=timedelta(days=30))
    await log.settle()
    now = log.world.clock.now()

    assert await log.upkeep.purge(now - timedelta(days=400)) == 0
    assert await log.ids() == newest_first(made)
    assert await log.upkeep.purge(datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == 2
    assert await log.upkeep.purge(datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == 0
    assert await log.ids() == [each.id for each in sorted(made, key=activity_key) if each.time.month >= 3]
    assert await log.upkeep.purge(datetime(2026, 4, 1, tzinfo=UTC)) == 1


async def test_an_activity_of_a_dropped_month_is_no_longer_looked_for(log: Log) -> None:
    made = await log.record(2, every=timedelta(days=1))
    await log.settle()
    log.world.clock.moment = datetime(2027, 12, 31, tzinfo=UTC)
    assert await log.ids() == newest_first(made)
    log.world.clock.moment = datetime(2028, 1, 6, tzinfo=UTC)
    assert await log.ids() == []


async def test_months_are_dropped_twice_at_once(log: Log) -> None:
    await log.record(3)
    await log.settle()
    far = datetime(2030, 1, 1, tzinfo=UTC)
    await asyncio.gather(log.upkeep.purge(far), log.upkeep.purge(far))
    assert await log.upkeep.purge(far) == 0
