"""What requests of providers leave in the log, in words."""

import pytest

from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.world import World, add_members, group, patch


@pytest.fixture
async def world():
    return await World.on(FakeRows())


async def last(world):
    return max(activities(await directory(world.rows)), key=lambda each: each["id"])


async def test_an_adoption_names_who_managed_the_account_and_who_does_now(world):
    """AMB-22."""
    id_ = (await world.native("ada@contoso.com")).id
    assert (await world.call("PATCH", f"/Users/{id_}", patch(("replace", "title", "Countess")))).status == 200
    assert (await last(world))["detail"] == "managed by: Native → Contoso Entra"


async def test_a_change_of_members_names_the_group_where_it_was_read_anyway(world):
    one, two, three = await world.users(3)
    id_ = await world.created("/Groups", group("Staff"))
    path = f"/Groups/{id_}"
    await world.call("PATCH", path, add_members(one))
    assert "subject_name" not in await last(world)
    version = (await world.call("GET", path)).headers["ETag"]
    await world.call("PATCH", path, add_members(two), headers={"if-match": version})
    assert (await last(world))["subject_name"] == "Staff"
    body = patch(("add", "members", [{"value": three}]), ("replace", "displayName", "Staff"))
    await world.call("PATCH", path, body)
    assert (await last(world))["subject_name"] == "Staff"
