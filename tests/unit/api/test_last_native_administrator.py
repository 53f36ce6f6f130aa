"""Whatever is done about single sign-on: one active system administrator who can sign in natively remains (AMB-11)."""

import pytest

from scim.domain.sso import SsoState
from tests.accounts import technician
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.signing_in import SamlProvider
from tests.world import patch

PATH = "/identity-providers/entra"
NATIVE_REMAINS = "At least one active system administrator who can sign in natively must remain."
NOBODY = "No active system administrator could sign in natively then. Give an administrator native sign-in first."


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def boss(admin):
    """The only one, native, who has just signed in; Contoso Entra has single sign-on."""
    boss = await Person(admin, await admin.services.users.find_by_name("boss@contoso.com", {"native"})).equip()
    await boss.sign_in()
    await SamlProvider(admin).connect(SsoState.ENABLED)
    return boss


@pytest.fixture
async def ana(admin, boss):
    """Of Contoso Entra, a system administrator with a password and an app, who signs in there."""
    id_ = await admin.world.created("/Users", technician("ana@contoso.com"))
    person = await Person(admin, await admin.services.accounts.get(id_)).equip()
    assert (await critical(boss, "grantAdministrator", id_, "POST", f"/users/{id_}:grantAdministrator")).status == 200
    return person


async def critical(person, action, object_id, method, path, body=None, **query):
    proof = await person.proof(action, object_id)
    return await person.call(method, path, body, headers={"x-step-up-proof": proof}, **query)


async def retype(person, account_id, how):
    path, body = f"/users/{account_id}", {"authenticationType": how}
    return await critical(person, "changeAdministrator", account_id, "PATCH", path, body)


async def is_last(admin, person):
    return await admin.services.administrator_guard.is_last(person.user)


async def adopted(admin, person):
    """Contoso Entra asks for the account, and gets it."""
    assert (await admin.world.call("POST", "/Users", technician(person.user.user_name))).status == 409
    path = f"{PATH}/adoptions/{person.user.id}:approve"
    assert (await admin.done("POST", path, {"administrator": True}))["managedBy"] == "scim"


def told(reply):
    return reply.status, reply.json["code"], reply.json["detail"]


async def delete_provider(person):
    return await critical(person, "deleteProvider", "entra", "DELETE", PATH, name="Contoso Entra")


async def test_who_signs_in_at_a_provider_is_not_one(admin, boss, ana):
    """Neither by default nor by choice, whatever credentials there are."""
    assert await is_last(admin, boss)
    assert told(await retype(boss, boss.user.id, "sso")) == (409, "last_administrator", NATIVE_REMAINS)
    assert (await retype(boss, ana.user.id, "native")).status == 200
    assert not await is_last(admin, boss)
    assert (await retype(boss, ana.user.id, "sso")).status == 200
    assert await is_last(admin, boss)


async def test_a_handed_over_one_signs_in_natively_as_before(admin, boss):
    """And the provider can neither deactivate nor delete the last one (R017)."""
    await adopted(admin, boss)
    assert await is_last(admin, boss)
    path = f"/Users/{boss.user.id}"
    refused = [
        await admin.world.call("PATCH", path, patch(("replace", "active", False))),
        await admin.world.call("DELETE", path),
    ]
    assert [each.status // 100 for each in refused] == [4, 4]
    assert told(await retype(boss, boss.user.id, "sso")) == (409, "last_administrator", NATIVE_REMAINS)
    assert (await boss.sign_in()).status == 201


async def released(admin):
    admin.clock.advance(minutes=2)
    await admin.world.app.chores["ReleaseUsers"]()


async def let_go(person):
    return await person.call("POST", f"{PATH}/scim:disable", {"users": "becomeNative"})


@pytest.mark.parametrize("end", [delete_provider, let_go])
async def test_after_the_end_of_the_provider_the_last_one_is_still_the_last(admin, boss, end):
    """Who was handed over to it signs in natively on the way and afterwards."""
    await adopted(admin, boss)
    assert (await end(boss)).status < 300
    await released(admin)
    assert (await admin.services.accounts.get(boss.user.id)).provider == "native"
    assert await is_last(admin, boss)
    assert (await boss.sign_in()).status == 201


async def test_one_who_becomes_native_with_the_end_of_the_provider_counts_from_the_next_sign_in_on(admin, boss, ana):
    assert (await ana.sign_in()).json["code"] == "sso_required"
    assert (await delete_provider(boss)).status == 204
    await released(admin)
    assert await is_last(admin, boss)
    assert (await ana.sign_in()).status == 201
    assert not await is_last(admin, boss)


async def test_a_restored_one_is_none_until_it_is_made_one(admin, boss):
    """R017."""
    other = await Person(admin, await admin.account("other@contoso.com", administrator=True)).equip()
    await other.sign_in()
    assert not await is_last(admin, boss)
    path = f"/users/{other.user.id}"
    assert (await critical(boss, "changeAdministrator", other.user.id, "DELETE", path)).status == 204
    assert (await boss.call("POST", f"{path}:restore")).status == 200
    assert await is_last(admin, boss)
    assert told(await critical(boss, "changeAdministrator", boss.user.id, "DELETE", f"/users/{boss.user.id}"))[:2] == (
        409,
        "last_administrator",
    )
    reply = await critical(boss, "grantAdministrator", other.user.id, "POST", f"{path}:grantAdministrator")
    assert reply.status == 200
    assert not await is_last(admin, boss)
