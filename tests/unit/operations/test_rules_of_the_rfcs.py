"""Rules of RFC 7643 and 7644 that need more resources than a wire case shows."""

from scim.bootstrap import Uuid7Identifiers
from tests.fakes.rows import FakeRows
from tests.world import World, group

ROWS_ON_A_PAGE = 1
SEARCHED_PAGES = 20


async def test_no_two_resources_have_the_same_id_whatever_their_type():
    world = await World.on(FakeRows())
    people = await world.users(30)
    groups = [await world.created("/Groups", group(f"Group {number}")) for number in range(30)]

    assert len({*people, *groups}) == 60


def test_ids_are_never_given_twice():
    identifiers = Uuid7Identifiers()

    assert len({identifiers.new() for _ in range(10_000)}) == 10_000


def test_no_id_has_the_reserved_word_in_it():
    assert "bulkid" not in Uuid7Identifiers().new().lower()


async def test_a_search_that_would_look_at_too_much_is_refused_with_too_many():
    world = await World.on(FakeRows(page_rows=ROWS_ON_A_PAGE))
    await world.users(SEARCHED_PAGES)
    allowed, _, _ = await world.call("GET", "/Users", filter="title pr")
    await world.users(1, stem="one-more")

    status, _, body = await world.call("GET", "/Users", filter="title pr")

    assert (allowed, status, body["scimType"]) == (200, 400, "tooMany")
