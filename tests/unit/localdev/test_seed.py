"""The demo tenant."""

from localdev.seed import ROLES, seed_roles
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows


async def test_the_demo_tenant_has_roles_of_both_types_however_often_it_is_started():
    """R085: so that both lists of Group Mapping have something to choose from."""
    admin = await AdminWorld.on(FakeRows())
    await seed_roles(admin.world.app)
    first = await admin.done("GET", "/roles")
    await seed_roles(admin.world.app)
    assert await admin.done("GET", "/roles") == first
    assert {(each["name"], each["type"]) for each in first["items"]} == {(each.name, each.user_type) for each in ROLES}
    assert {each["type"] for each in first["items"]} == {"technician", "endUser"}


async def test_a_demo_role_that_is_missing_is_made():
    admin = await AdminWorld.on(FakeRows())
    await seed_roles(admin.world.app)
    gone = (await admin.done("GET", "/roles"))["items"][0]
    await admin.done("DELETE", f"/roles/{gone['id']}")
    await seed_roles(admin.world.app)
    names = [each["name"] for each in (await admin.done("GET", "/roles"))["items"]]
    assert sorted(names) == sorted(each.name for each in ROLES)
