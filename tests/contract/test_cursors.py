"""Reading by cursor while users come and go: who is there throughout is seen once, and each row is read once."""

from collections import Counter

import pytest

from scim.storage.tables import search
from tests.contract.test_paging import QUERIES, SIZE, Crowd, ids
from tests.fakes.rows import CountingRows, FakeRows
from tests.invariants import violations
from tests.world import World, group, patch, user


async def read_on(crowd: Crowd | None, readers: list[World], endpoint: str, **query: object) -> list[str]:
    """The ids on all pages, while the crowd is stirred after each; the readers take turns."""
    seen: list[str] = []
    cursor = ""
    for turn in range(200):
        status, _, page = await readers[turn % len(readers)].call("GET", endpoint, cursor=cursor, **query)
        assert status == 200, page
        seen += [resource["id"] for resource in page["Resources"]]
        if "nextCursor" not in page:
            return seen
        cursor = page["nextCursor"]
        if crowd is not None:
            await crowd.stir()
    raise AssertionError("there is no last page")


@pytest.mark.parametrize(
    ("storage", "query"),
    [
        *(("fake", query) for query in QUERIES),
        *(("short pages", query) for query in QUERIES),
        ("azurite", "all"),
        ("azurite", "by name"),
        ("azurite", "a scan"),
    ],
    indirect=["storage"],
)
async def test_whoever_is_there_throughout_is_seen_once(world: World, query: str) -> None:
    readers = [world, await world.instance()]
    crowd = Crowd(world, len(query))
    await crowd.gather()

    for _ in range(2):
        seen = Counter(await read_on(crowd, readers, "/Users", count=SIZE, **QUERIES[query]))
        assert {id_: seen[id_] for id_ in crowd.stay} == dict.fromkeys(crowd.stay, 1)
        assert max(seen.values()) == 1
    assert await violations(world.rows) == []


async def test_members_of_a_group_are_read_page_by_page(world: World) -> None:
    crowd = Crowd(world, 5)
    await crowd.gather()
    id_ = await world.created("/Groups", group("G", [*crowd.stay, *crowd.others]))

    seen = Counter(await read_on(crowd, [world], "/Users", count=SIZE, filter=f'groups.value eq "{id_}"'))

    assert {member: seen[member] for member in crowd.stay} == dict.fromkeys(crowd.stay, 1)


@pytest.mark.parametrize("storage", ["fake", "short pages"], indirect=True)
async def test_by_cursor_the_same_is_found_in_the_same_order_as_by_index(world: World) -> None:
    crowd = Crowd(world, 2)
    await crowd.gather()

    for query in QUERIES.values():
        everybody = ids(await world.call("GET", "/Users", count=200, **query))
        for count in (1, 7, 200):
            assert await read_on(None, [world], "/Users", count=count, **query) == everybody


@pytest.mark.parametrize("query", [{}, {"sortBy": "displayName"}, {"sortBy": "displayName", "sortOrder": "descending"}])
@pytest.mark.parametrize("storage", ["fake", "short pages"], indirect=True)
async def test_at_the_root_the_same_is_found_by_cursor_as_by_index(world: World, query: dict[str, str]) -> None:
    for number in range(7):
        await world.created("/Users", user(f"u{number}", displayName=f"N{number * 5 % 7}"))
        await world.created("/Groups", group(f"N{number * 3 % 7}"))
    everything = ids(await world.call("GET", "/", count=200, **query))

    assert len(everything) == 14
    for count in (1, 4, 14):
        assert await read_on(None, [world], "/", count=count, **query) == everything
        for start in range(1, 16):
            page = await world.call("GET", "/", startIndex=start, count=count, **query)
            assert ids(page) == everything[start - 1 :][:count]


@pytest.mark.parametrize("storage", ["fake"], indirect=True)
async def test_a_group_that_is_deleted_between_two_pages_has_no_more_members(world: World) -> None:
    id_ = await world.created("/Groups", group("G", await world.users(12)))
    query = {"filter": f'groups.value eq "{id_}"', "count": 5}
    _, _, by_cursor = await world.call("GET", "/Users", cursor="", **query)
    await world.call("GET", "/Users", startIndex=1, **query)
    await world.call("DELETE", f"/Groups/{id_}")

    for position in ({"cursor": by_cursor["nextCursor"]}, {"startIndex": 6}):
        status, _, page = await world.call("GET", "/Users", **query, **position)
        assert (status, page["Resources"]) == (200, [])


@pytest.mark.parametrize("storage", ["short pages"], indirect=True)
async def test_a_scan_by_cursor_reads_on_where_one_by_index_must_give_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_SCAN_CALLS", 2)  # of three rows each
    people = await world.users(20)
    for id_ in people[9:11]:
        await world.call("PATCH", f"/Users/{id_}", patch(("add", "title", "Boss")))

    by_index = await world.call("GET", "/Users", filter="title pr")
    first = await world.call("GET", "/Users", filter="title pr", cursor="", count=5)

    assert (by_index.status, by_index.json["scimType"]) == (400, "tooMany")
    assert (first.json["Resources"], "totalResults" in first.json) == ([], False)
    assert await read_on(None, [world], "/Users", filter="title pr", count=5) == people[9:11]


async def test_a_list_of_thousands_by_cursor_reads_each_row_once() -> None:
    counting = CountingRows(FakeRows())
    world = await World.on(counting)
    people = await world.users(3_000)
    await world.call("GET", "/Users", cursor="", count=1)  # makes the key that seals cursors
    counting.reset()

    assert await read_on(None, [world], "/Users", count=200) == people
    stripes = 1  # of the counter: requests came one at a time
    assert counting.rows_read == 3_000 + stripes
    assert counting.calls == {"query": 3_000 / 200 + 1}
    assert counting.rows_written == 0
