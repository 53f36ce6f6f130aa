"""Administrators, identity providers and timers at the same time: nobody ends up in an organization that is gone."""

import asyncio
from collections.abc import Sequence

import pytest

from scim.domain.organizations import OrganizationState
from scim.maintenance.finish_organizations import finish_organizations
from tests.admin_world import AdminWorld
from tests.invariants import activities, directory, violations
from tests.world import World, group, user

pytestmark = pytest.mark.parametrize("storage", ["fake", "uneven", "azurite"], indirect=True)


@pytest.fixture
async def admin(storage, unqueued) -> AdminWorld:  # noqa: ARG001 - a fixture is asked for by its name
    return await AdminWorld.on(storage)


async def finish(worlds: Sequence[World]) -> None:
    """The timer, on two instances at once, two minutes later."""
    worlds[0].clock.advance(minutes=2)
    await asyncio.gather(
        *(
            finish_organizations(world.app.organizations, world.app.providers, world.app.clock, world.app.identifiers)
            for world in worlds
        )
    )


@pytest.mark.parametrize("knows", [True, False], ids=["which has seen it", "which has not"])
async def test_a_deletion_that_races_with_new_users_leaves_none_of_them_nowhere(admin: AdminWorld, knows) -> None:
    """R055, R130: on another instance, which may believe for half a minute that the organization is there."""
    elsewhere = await admin.world.instance()
    await elsewhere.warm_up()
    if knows:
        assert await elsewhere.app.organizations.exists("13")

    async def arrive(number: int) -> bool:
        for _ in range(number * 2):
            await asyncio.sleep(0)
        return (await elsewhere.call("POST", "/Users", user(f"u{number}@x.y", "13"))).status == 201

    deletion, *arrived = await asyncio.gather(
        admin.call("DELETE", "/organizations/13"), *(arrive(number) for number in range(6))
    )
    assert deletion.status in {202, 409}
    await finish([admin.world, elsewhere])

    kept = await admin.world.app.organizations.get("13")
    assert (kept is not None) == (any(arrived) or deletion.status == 409)
    if kept is not None:
        assert kept.state is OrganizationState.ACTIVE
        assert (await admin.done("GET", "/organizations/13"))["endUsers"]["number"] == sum(arrived)
    assert await violations(admin.world.rows) == []


async def test_two_timers_at_once_delete_an_organization_once(admin: AdminWorld) -> None:
    elsewhere = await admin.world.instance()
    await admin.done("DELETE", "/organizations/13")
    await finish([admin.world, elsewhere])
    recorded = [each["status"] for each in activities(await directory(admin.world.rows))]
    assert recorded.count("Organization Deleted") == 1


async def test_of_organizations_that_are_made_at_once_each_has_its_number_and_its_name(admin: AdminWorld) -> None:
    others = [AdminWorld(await admin.world.instance(), admin.token) for _ in range(2)]
    replies = await asyncio.gather(
        *(
            each.call("POST", "/organizations", {"name": f"New {number}"})
            for number, each in enumerate([admin, *others])
        ),
        *(each.call("POST", "/organizations", {"name": "Same"}) for each in others),
    )
    made = [reply.json for reply in replies if reply.status == 201]
    assert sorted(each["name"] for each in made) == ["New 0", "New 1", "New 2", "Same"]
    assert len({each["id"] for each in made}) == 4
    assert [reply.json["code"] for reply in replies if reply.status != 201] == ["name_taken"]


async def test_of_two_mappings_that_are_saved_at_once_one_is_told_of_the_other(admin: AdminWorld) -> None:
    other = AdminWorld(await admin.world.instance(), admin.token)
    group_id = await admin.world.created("/Groups", group("G"))
    roles = [(await admin.done("POST", "/roles", {"name": name, "type": "endUser"}))["id"] for name in "ab"]
    path = f"/identity-providers/entra/groups/{group_id}/mapping"
    etag = (await admin.call("GET", path)).headers["ETag"]
    replies = await asyncio.gather(
        *(
            each.call("PUT", path, {"endUserRoles": [role]}, headers={"If-Match": etag})
            for each, role in zip([admin, other], roles, strict=True)
        )
    )
    assert sorted(reply.status for reply in replies) == [200, 412]
    (winner,) = (role for role, reply in zip(roles, replies, strict=True) if reply.status == 200)
    assert [each["id"] for each in (await admin.done("GET", path))["endUserRoles"]] == [winner]


async def test_a_role_that_is_deleted_while_it_is_mapped_and_given_counts_nowhere(admin: AdminWorld) -> None:
    other = AdminWorld(await admin.world.instance(), admin.token)
    anna = await admin.world.created("/Users", user("anna@x.y"))
    group_id = await admin.world.created("/Groups", group("G", [anna]))
    role = (await admin.done("POST", "/roles", {"name": "Portal", "type": "endUser"}))["id"]
    mapping = f"/identity-providers/entra/groups/{group_id}/mapping"
    await asyncio.gather(
        admin.call("DELETE", f"/roles/{role}", force="true"),
        other.call("PUT", mapping, {"endUserRoles": [role]}),
        other.call("POST", f"/users/{anna}/roles/{role}"),
    )
    assert (await admin.done("GET", f"/users/{anna}/roles"))["items"] == []
    assert (await admin.done("GET", mapping))["endUserRoles"] == []

    admin.clock.advance(minutes=10)
    for _ in range(3):
        await asyncio.gather(*(each.world.app.chores["ClearRoles"]() for each in (admin, other)))
    assert await admin.services.roles.deleted() == []
    assert await admin.services.census.holders(role, 1) == ([], False)
    assert (await admin.services.mappings.get("entra", group_id)).roles == ()
