"""The adoption queue: an administrator decides about native accounts that a provider would manage (AMB-22)."""

from dataclasses import replace

import pytest

from scim.domain.people import NativeRole
from scim.domain.providers import AdoptionPolicy, Policies
from tests.accounts import allow, change_provider, last_activity
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import violations
from tests.people import Person
from tests.world import ENTRA, patch, user

QUEUE = "/identity-providers/entra/adoptions"


@pytest.fixture
async def admin():
    """A tenant whose provider asks."""
    admin = await AdminWorld.on(FakeRows())
    await change_provider(admin, replace(ENTRA, policies=Policies(adoption=AdoptionPolicy.ASK)))
    return admin


async def asked(admin, name="li@contoso.com"):
    """A native account that the provider has tried to create."""
    account = await admin.account(name, technician=False)
    reply = await admin.world.call("POST", "/Users", user(name))
    assert reply.status == 409
    assert reply.json["detail"].endswith("An administrator can hand it over in the console.")
    return account.id


async def waiting(admin, **query):
    return [item["accountId"] for item in (await admin.done("GET", QUEUE, **query))["items"]]


async def test_an_account_that_was_asked_for_waits_for_a_decision(admin):
    """AMB-22: to the provider it does not exist meanwhile."""
    id_ = await asked(admin)
    (item,) = (await admin.done("GET", QUEUE))["items"]
    assert (item["accountId"], item["userName"], item["administrator"]) == (id_, "li@contoso.com", False)
    found = await admin.world.call("GET", "/Users", filter='userName eq "li@contoso.com"')
    assert found.json["totalResults"] == 0
    assert (await admin.world.call("GET", f"/Users/{id_}")).status == 404


async def test_an_approved_account_is_the_providers_at_once(admin):
    """AMB-22: same id, found by its name; Native roles stay Native."""
    id_ = await asked(admin)
    profile = await admin.services.profiles.get(id_)
    given = NativeRole(role="r", added_by="Ben", added_at=admin.clock.now())
    await admin.services.profiles.save(replace(profile, roles=(given,)))

    page = await admin.done("POST", f"{QUEUE}/{id_}:approve", {})

    assert (page["managedBy"], page["provider"]["id"], page["locks"]["email"]["code"]) == (
        "scim",
        "entra",
        "managed_by_scim",
    )
    record = await last_activity(admin)
    assert (record["status"], record["detail"]) == ("Account Adopted", "managed by: Native → Contoso Entra")
    found = await admin.world.call("GET", "/Users", filter='userName eq "LI@contoso.com"')
    assert [each["id"] for each in found.json["Resources"]] == [id_]
    assert (await admin.world.call("PATCH", f"/Users/{id_}", patch(("add", "title", "x")))).status == 200
    assert (await admin.services.profiles.get(id_)).roles == (given,)
    assert await waiting(admin) == []
    assert (await admin.call("POST", f"{QUEUE}/{id_}:approve", {})).status == 404
    assert await violations(admin.world.rows) == []


async def test_a_rejected_account_stays_native_however_often_it_is_asked_for(admin):
    id_ = await asked(admin)
    assert (await admin.call("POST", f"{QUEUE}/{id_}:reject")).status == 204
    assert (await last_activity(admin))["detail"] == "adoption by Contoso Entra rejected"
    recorded = await last_activity(admin)
    admin.clock.advance(minutes=40)
    assert (await admin.call("POST", f"{QUEUE}/{id_}:reject")).status == 204
    assert await last_activity(admin) == recorded  # to say it again changes nothing
    assert (await admin.world.call("POST", "/Users", user("li@contoso.com"))).status == 409
    assert await waiting(admin) == []
    assert await waiting(admin, state="rejected") == [id_]
    assert (await admin.done("POST", f"{QUEUE}/{id_}:approve", {}))["managedBy"] == "scim"


async def test_a_system_administrator_is_handed_over_only_if_that_is_meant(admin):
    """AMB-11: also where other accounts are adopted without a question."""
    await change_provider(admin, ENTRA)
    boss = await admin.account("ana@contoso.com", administrator=True)
    assert (await admin.world.call("POST", "/Users", user("ana@contoso.com"))).status == 409
    (item,) = (await admin.done("GET", QUEUE))["items"]
    assert (item["accountId"], item["administrator"]) == (boss.id, True)
    reply = await admin.call("POST", f"{QUEUE}/{boss.id}:approve", {})
    assert (reply.status, reply.json["code"]) == (409, "administrator_not_confirmed")
    assert await waiting(admin) == [boss.id]
    page = await admin.done("POST", f"{QUEUE}/{boss.id}:approve", {"administrator": True})
    assert (page["managedBy"], page["administrator"]) == ("scim", True)
    assert page["security"]["authenticationType"] == "native"  # goes on signing in as before
    assert await violations(admin.world.rows) == []


async def test_what_was_settled_otherwise_waits_no_longer(admin):
    first, second = await asked(admin), await asked(admin, "bo@contoso.com")
    await admin.done("DELETE", f"/users/{first}")
    assert await waiting(admin) == [second]
    for verb, body in (("approve", {}), ("reject", None)):
        assert (await admin.call("POST", f"{QUEUE}/{first}:{verb}", body)).status == 404


async def test_nobody_waits_where_the_policy_is_never(admin):
    await change_provider(admin, replace(ENTRA, policies=Policies(adoption=AdoptionPolicy.NEVER)))
    await admin.account("li@contoso.com", technician=False)
    reply = await admin.world.call("POST", "/Users", user("li@contoso.com"))
    assert (reply.status, reply.json["detail"]) == (409, '"li@contoso.com" is a native account here.')
    assert await waiting(admin) == []


async def test_what_is_in_no_queue_cannot_be_decided(admin):
    account = await admin.account("li@contoso.com", technician=False)
    for provider in ("entra", "no such", "a|b", "#"):
        for verb, body in (("approve", {}), ("reject", None)):
            for id_ in (account.id, "x", "a|b", "#"):
                path = f"/identity-providers/{provider}/adoptions/{id_}:{verb}"
                assert (await admin.call("POST", path, body)).status == 404
    assert (await admin.call("GET", "/identity-providers/x/adoptions")).status == 404
    assert (await admin.done("GET", f"/users/{account.id}"))["managedBy"] == "native"


async def test_only_administrators_decide(admin):
    id_ = await asked(admin)
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    assert (await tess.call("GET", QUEUE)).status == 403
    await allow(admin, tess.user, "viewIdentity")
    assert (await tess.call("POST", f"{QUEUE}/{id_}:approve", {})).status == 403
    assert (await tess.call("POST", f"{QUEUE}/{id_}:reject")).status == 403


async def test_who_was_changed_since_the_administrator_looked_is_not_handed_over(admin):
    id_ = await asked(admin)
    read = (await admin.call("GET", f"/users/{id_}")).headers["ETag"]
    changed = await admin.call("PATCH", f"/users/{id_}", {"givenName": "Li"})
    reply = await admin.call("POST", f"{QUEUE}/{id_}:approve", {}, headers={"if-match": read})
    assert (reply.status, reply.json["code"]) == (412, "changed")
    assert await waiting(admin) == [id_]
    headers = {"if-match": changed.headers["ETag"]}
    assert (await admin.call("POST", f"{QUEUE}/{id_}:approve", {}, headers=headers)).status == 200
