"""Lists: how many members a page of groups carries."""

import pytest

from scim.operations import search
from tests.fakes.rows import FakeRows
from tests.world import World, group


@pytest.fixture
async def world(monkeypatch) -> World:
    """Groups a, b, c and d with 2, 1, 5 and 0 members; a page carries 3 at most."""
    monkeypatch.setattr(search, "MAX_LISTED_MEMBERS", 3)
    world = await World.on(FakeRows())
    users = await world.users(5)
    for name, size in (("a", 2), ("b", 1), ("c", 5), ("d", 0)):
        await world.created("/Groups", group(name, users[:size]))
    return world


async def test_a_page_ends_before_the_group_whose_members_would_exceed_it(world):
    _, _, page = await world.call("GET", "/Groups")

    assert _sizes(page) == {"a": 2, "b": 1}
    assert (page["totalResults"], page["itemsPerPage"]) == (4, 2)


async def test_the_next_page_goes_on_there_and_has_at_least_one_group_with_all_its_members(world):
    _, _, page = await world.call("GET", "/Groups", startIndex=3)

    assert _sizes(page) == {"c": 5}
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (4, 3, 1)


async def test_pages_one_after_the_other_give_every_group_once(world):
    names, start = [], 1
    while start <= 4:
        _, _, page = await world.call("GET", "/Groups", startIndex=start, count=100)
        names += _sizes(page)
        start += page["itemsPerPage"]

    assert names == ["a", "b", "c", "d"]


async def test_without_members_the_page_is_whole(world):
    _, _, page = await world.call("GET", "/Groups", excludedAttributes="members")

    assert [each["displayName"] for each in page["Resources"]] == ["a", "b", "c", "d"]


async def test_as_many_members_as_fit_are_carried(world, monkeypatch):
    monkeypatch.setattr(search, "MAX_LISTED_MEMBERS", 8)

    _, _, page = await world.call("GET", "/Groups")

    assert _sizes(page) == {"a": 2, "b": 1, "c": 5, "d": 0}


def _sizes(page):
    return {each["displayName"]: len(each["members"]) for each in page["Resources"]}
