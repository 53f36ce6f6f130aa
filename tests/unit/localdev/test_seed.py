"""The demo tenant."""

from localdev.seed import ROLES, seed_accounts, seed_roles
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.world import patch


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


async def test_the_accounts_of_the_demo_tenant_can_be_edited_and_switched():
    """Their documents say that they are technicians."""
    admin = await AdminWorld.on(FakeRows())
    for account in await seed_accounts(admin.world.app):
        assert (await admin.done("PATCH", f"/users/{account.id}", {"givenName": "D"}))["userType"] == "technician"
        page = await admin.done("PATCH", f"/users/{account.id}", {"organizationId": "12"})
        assert page["userType"] == "technician"
    assert (await admin.done("POST", f"/users/{account.id}:deactivate"))["active"] is False


async def test_an_adopted_account_of_the_demo_tenant_stays_a_technician():
    """AMB-22."""
    admin = await AdminWorld.on(FakeRows())
    _, native = await seed_accounts(admin.world.app)
    await admin.world.call("PATCH", f"/Users/{native.id}", patch(("replace", "active", False)))
    page = await admin.done("GET", f"/users/{native.id}")
    assert (page["managedBy"], page["userType"], page["active"]) == ("scim", "technician", False)
