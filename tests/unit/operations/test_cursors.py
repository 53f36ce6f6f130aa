"""Cursors: sealed, and the same on every instance."""

import asyncio

from tests.fakes.rows import CountingRows, FakeRows
from tests.world import World


async def test_a_cursor_tells_nothing_of_the_directory():
    world = await World.on(FakeRows())
    await world.users(3, "some.body")
    _, _, page = await world.call("GET", "/Users", cursor="", count=1, sortBy="userName")
    _, _, again = await world.call("GET", "/Users", cursor="", count=1, sortBy="userName")

    assert "some" not in page["nextCursor"]
    assert page["nextCursor"] != again["nextCursor"]


async def test_every_instance_opens_what_another_sealed_even_if_both_made_the_key():
    counting = CountingRows(FakeRows())
    one = await World.on(counting)
    await one.users(3)
    other = await one.instance()

    pages = await asyncio.gather(*(world.call("GET", "/Users", cursor="", count=1) for world in (one, other)))

    for world in (one, other, await one.instance()):
        for page in pages:
            status, _, following = await world.call("GET", "/Users", cursor=page.json["nextCursor"], count=1)
            assert (status, following["itemsPerPage"]) == (200, 1)
    stored = [key for key in counting._rows.contents("config") if key == ("key", "cursors")]
    assert len(stored) == 1


async def test_who_reads_by_index_needs_no_key():
    counting = CountingRows(FakeRows())
    world = await World.on(counting)
    await world.users(3)
    await world.call("GET", "/Users", count=1)

    assert not [entry for entry in counting.log if entry[1] == "config" and entry[2] == "cursors"]
