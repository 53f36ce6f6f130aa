"""Searches over data of every kind: at the root the same as at the endpoints, by cursor the same as by index."""

import pytest

from scim.schema.catalog import resource_types
from scim.schema.values import UnknownAttributes
from tests.chaos.values import names
from tests.chaos.walk import Walk

NAMES = sorted({name for kind in resource_types() for name in names(kind)})


@pytest.fixture
async def walk():
    """A directory after many requests."""
    walk = await Walk.begin(1, UnknownAttributes.IGNORE)
    await walk.go(600)
    assert await walk.violations() == []
    return walk


async def found(world, path, **query):
    """The ids that a search finds, page by page; None when it is refused."""
    ids, more = [], {"cursor": ""} if query.pop("by_cursor", False) else {}
    while more is not None:
        status, _, body = await world.call("GET", path, attributes="id", **query, **more)
        if status != 200:
            return None
        ids += [each["id"] for each in body["Resources"]]
        more = {"cursor": body["nextCursor"]} if "nextCursor" in body else None
    return ids


async def test_in_every_order_the_same_is_found_by_cursor_as_by_index(walk):
    orders = [{"sortBy": name, "sortOrder": order} for name in NAMES for order in ("ascending", "descending")]
    sorted_by = 0
    for order in orders:
        by_index = await found(walk.world, "/", count=200, **order)
        by_cursor = await found(walk.world, "/", count=19, by_cursor=True, **order)

        assert by_cursor == by_index, order
        sorted_by += by_index is not None
    assert sorted_by > len(orders) / 2


async def test_a_filter_finds_at_the_root_what_it_finds_at_the_endpoints(walk):
    compared = 0
    for filter_ in [walk.searches.filter(resource_types()) for _ in range(500)]:
        users = await found(walk.world, "/Users", filter=filter_, count=200)
        groups = await found(walk.world, "/Groups", filter=filter_, count=200)
        by_index = await found(walk.world, "/", filter=filter_, count=200)
        by_cursor = await found(walk.world, "/", filter=filter_, count=19, by_cursor=True)

        assert by_cursor == by_index, filter_
        if users is not None and groups is not None:
            assert by_index == users + groups, filter_
            compared += bool(by_index)
    assert compared > 20
