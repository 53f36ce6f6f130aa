"""System administrators: made and unmade by hand only, and never the last one."""

import asyncio
from dataclasses import replace

import pytest

from scim.admin.records import note_able
from scim.domain.people import ACCESS_TOKEN_PREFIX, AuthenticationType
from scim.schema.urns import NINJAONE_USER
from tests.accounts import last_activity, switch_scim, technician
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import violations
from tests.people import Person
from tests.world import group, patch, user

ONE_REMAINS = "At least one active system administrator must remain."


@pytest.fixture
async def ana():
    """A system administrator at the console, who is the only one that can sign in natively."""
    admin = await AdminWorld.on(FakeRows())
    boss = await admin.services.users.find_by_name("boss@contoso.com", {"native"})
    person = await Person(admin, boss).equip()
    await person.sign_in()
    return person


async def grant(person, id_):
    proof = await person.proof("grantAdministrator", id_)
    return await person.call("POST", f"/users/{id_}:grantAdministrator", headers={"x-step-up-proof": proof})


async def revoke(person, id_):
    proof = await person.proof("revokeAdministrator", id_)
    return await person.call("POST", f"/users/{id_}:revokeAdministrator", headers={"x-step-up-proof": proof})


async def test_a_technician_is_made_a_system_administrator_by_hand(ana):
    """R017, with a code for this very change."""
    tess = await Person(ana.admin, await ana.admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    reply = await grant(ana, tess.user.id)
    assert (reply.status, reply.json["administrator"]) == (200, True)
    record = await last_activity(ana.admin)
    assert (record["status"], record["actor"]["mfa"]) == ("System Administrator Added", True)
    assert (await tess.call("GET", "/session")).status == 401  # a session is new after a change of privileges
    await tess.sign_in()
    assert (await tess.call("GET", "/users")).status == 200
    listed = (await ana.call("GET", "/users", type="administrator")).json["items"]
    assert [item["userName"] for item in listed] == ["boss@contoso.com", "tess@contoso.com"]
    assert (await revoke(tess, ana.user.id)).status == 200  # tess can sign in natively: she is one that remains
    assert await violations(ana.admin.world.rows) == []


async def test_an_account_of_scim_is_made_one_while_scim_is_on(ana):
    """R017, AMB-10: the flag is the console's, and SCIM can neither see nor clear it (R016)."""
    world = ana.admin.world
    id_ = await world.created("/Users", technician("tom@contoso.com"))
    assert (await grant(ana, id_)).json["administrator"] is True
    await world.call("PUT", f"/Users/{id_}", technician("tom@contoso.com", title="x"))
    page = (await ana.call("GET", f"/users/{id_}")).json
    assert (page["administrator"], page["locks"]["active"]["code"]) == (True, "managed_by_scim")
    end_user = patch(("replace", None, {NINJAONE_USER: {"userType": "endUser", "organizationId": "12"}}))
    assert (await world.call("PATCH", f"/Users/{id_}", end_user)).status == 403
    assert (await revoke(ana, id_)).json["administrator"] is False


async def test_no_attribute_or_group_of_scim_makes_one(ana):
    """R016."""
    world = ana.admin.world
    roles = {"roles": [{"value": "System Administrator"}], "administrator": True, "entitlements": [{"value": "admin"}]}
    id_ = await world.created("/Users", technician("eve@contoso.com", **roles))
    await world.created("/Groups", group("System Administrators", [id_]))
    assert (await ana.call("GET", f"/users/{id_}")).json["administrator"] is False
    assert (await world.call("POST", "/Users", user("bob", **{
        NINJAONE_USER: {"userType": "systemAdministrator"}
    }))).status == 400  # fmt: skip


async def test_without_a_proof_for_this_account_nobody_is_made_one(ana):
    tess = await ana.admin.account("tess@contoso.com")
    for action, object_id in (("grantAdministrator", "another"), ("revokeAdministrator", tess.id)):
        headers = {"x-step-up-proof": await ana.proof(action, object_id)}
        reply = await ana.call("POST", f"/users/{tess.id}:grantAdministrator", headers=headers)
        assert (reply.status, reply.json["code"]) == (403, "mfa_required")
    reply = await ana.call("POST", f"/users/{tess.id}:grantAdministrator")
    assert (reply.status, reply.json["code"]) == (403, "mfa_required")


CHANGES = {
    "deactivate": ("POST", "/users/{id}:deactivate", None),
    "deactivate by editing": ("PATCH", "/users/{id}", {"active": False}),
    "rename": ("PATCH", "/users/{id}", {"userName": "mallory@contoso.com"}),
    "authentication type": ("PATCH", "/users/{id}", {"authenticationType": "sso"}),
    "delete": ("DELETE", "/users/{id}", None),
    "invite": ("POST", "/users/{id}:invite", None),
    "revoke": ("POST", "/users/{id}:revokeAdministrator", None),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_opens_or_closes_an_administrators_way_in_takes_a_code(ana, change):
    """R013: with a session that was left open alone, nobody throws the other administrators out."""
    tess = (await ana.admin.account("tess@contoso.com", administrator=True)).id
    method, path, body = CHANGES[change]
    action = "revokeAdministrator" if change == "revoke" else "changeAdministrator"
    before = (await ana.call("GET", f"/users/{tess}")).json
    for headers in ({}, {"x-step-up-proof": await ana.proof(action, ana.user.id)}):
        reply = await ana.call(method, path.format(id=tess), body, headers=headers)
        assert (reply.status, reply.json["code"]) == (403, "mfa_required")
    assert (await ana.call("GET", f"/users/{tess}")).json == before
    headers = {"x-step-up-proof": await ana.proof(action, tess)}
    assert (await ana.call(method, path.format(id=tess), body, headers=headers)).status in {200, 204}


@pytest.mark.parametrize("change", ["deactivate", "deactivate by editing", "delete", "revoke"])
async def test_that_nobody_would_remain_is_said_before_a_code_is_asked_for(ana, change):
    """AMB-11."""
    method, path, body = CHANGES[change]
    reply = await ana.call(method, path.format(id=ana.user.id), body)
    assert (reply.status, reply.json["code"]) == (409, "last_administrator")


async def test_what_changes_nothing_of_an_administrators_way_in_takes_no_code(ana):
    tess = await ana.admin.account("tess@contoso.com", administrator=True)
    body = {"active": True, "userName": "tess@contoso.com", "familyName": "Okri", "authenticationType": "native"}
    assert (await ana.call("PATCH", f"/users/{tess.id}", body)).status == 200


async def test_an_end_user_cannot_be_one(ana):
    li = await ana.admin.account("li@contoso.com", technician=False)
    reply = await grant(ana, li.id)
    assert (reply.status, reply.json["code"]) == (409, "not_a_technician")
    assert reply.json["detail"] == "Only technicians can be system administrators."


async def test_granting_and_revoking_twice_changes_nothing_more(ana):
    tess = await ana.admin.account("tess@contoso.com")
    await grant(ana, tess.id)
    before = await last_activity(ana.admin)
    assert (await ana.call("POST", f"/users/{tess.id}:grantAdministrator")).status == 200
    assert await last_activity(ana.admin) == before
    await revoke(ana, tess.id)
    assert (await ana.call("POST", f"/users/{tess.id}:revokeAdministrator")).status == 200


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("revoke", ONE_REMAINS),
        (":deactivate", "The last active system administrator cannot be deactivated."),
        ("edit", "The last active system administrator cannot be deactivated."),
        ("delete", "The last active system administrator cannot be deleted."),
        ("reset", "At least one active system administrator who can sign in natively must remain."),
    ],
)
async def test_the_last_one_who_can_sign_in_stays(ana, change, text):
    """AMB-11: another administrator who has neither password nor app does not count."""
    id_ = ana.user.id
    await grant(ana, (await ana.admin.account("other@contoso.com")).id)
    if change == "revoke":
        reply = await revoke(ana, id_)
    elif change == "edit":
        reply = await ana.call("PATCH", f"/users/{id_}", {"active": False})
    elif change == "delete":
        reply = await ana.call("DELETE", f"/users/{id_}")
    elif change == "reset":
        proof = await ana.proof("resetMfa", id_)
        reply = await ana.call("POST", f"/users/{id_}:resetMfa", headers={"x-step-up-proof": proof})
    else:
        reply = await ana.call("POST", f"/users/{id_}{change}")
    assert (reply.status, reply.json["code"], reply.json["detail"]) == (409, "last_administrator", text)
    assert (await ana.call("GET", f"/users/{id_}")).json["administrator"] is True


async def test_scim_cannot_switch_the_last_one_off(ana):
    """AMB-11: it may switch off every other."""
    admin, world = ana.admin, ana.admin.world
    tom = await world.created("/Users", technician("tom@contoso.com"))
    await grant(ana, tom)
    found = await admin.services.accounts.get(tom)
    person = await Person(admin, found).equip()
    await person.sign_in()
    await note_able(admin.services, found)  # signs in at the provider, so there is nothing to note
    assert not (await admin.services.administrator_guard.is_last(found))
    profile = await admin.services.profiles.get(tom)
    await admin.services.profiles.save(replace(profile, authentication_type=AuthenticationType.NATIVE))
    await note_able(admin.services, found)
    off = patch(("replace", "active", "False"))
    assert (await revoke(person, ana.user.id)).status == 200
    assert (await world.call("PATCH", f"/Users/{tom}", off)).status == 403
    assert (await world.call("DELETE", f"/Users/{tom}")).status == 403
    await grant(person, ana.user.id)
    assert (await world.call("PATCH", f"/Users/{tom}", off)).status == 200


async def test_two_who_unmake_each_other_at_once_leave_one(ana):
    """AMB-11, whoever is faster."""
    tess = await Person(ana.admin, await ana.admin.account("tess@contoso.com")).equip()
    await grant(ana, tess.user.id)
    await tess.sign_in()
    proofs = [
        await ana.proof("revokeAdministrator", tess.user.id),
        await tess.proof("revokeAdministrator", ana.user.id),
    ]
    replies = await asyncio.gather(
        *(
            who.call("POST", f"/users/{whom.user.id}:revokeAdministrator", headers={"x-step-up-proof": proof})
            for who, whom, proof in ((ana, tess, proofs[0]), (tess, ana, proofs[1]))
        )
    )
    assert 200 in {reply.status for reply in replies}
    listed = [await ana.admin.services.accounts.get(person.user.id) for person in (ana, tess)]
    assert [account.administrator for account in listed].count(True) == 1


async def test_access_tokens_die_with_the_privilege(ana):
    tess = await ana.admin.account("tess@contoso.com")
    await grant(ana, tess.id)
    script = await ana.admin.as_(tess)
    assert script.token.startswith(f"{ACCESS_TOKEN_PREFIX}_")
    assert (await script.call("GET", "/users")).status == 200
    await revoke(ana, tess.id)
    assert (await script.call("GET", "/users")).status == 401


async def test_the_switch_of_scim_does_not_matter_to_administrators(ana):
    id_ = await ana.admin.world.created("/Users", technician("tom@contoso.com"))
    await switch_scim(ana.admin, on=False)
    assert (await grant(ana, id_)).status == 200


@pytest.mark.parametrize("verb", ["grant", "revoke"])
async def test_who_was_changed_since_the_administrator_looked_stays_as_they_are(ana, verb):
    """Also when there is nothing to change: the page that they read is old."""
    tess = await ana.admin.account("tess@contoso.com", administrator=verb == "revoke")
    path, critical = f"/users/{tess.id}:{verb}Administrator", f"{verb}Administrator"
    read = (await ana.call("GET", f"/users/{tess.id}")).headers["ETag"]
    changed = await ana.call("PATCH", f"/users/{tess.id}", {"phone": "1"})

    headers = {"x-step-up-proof": await ana.proof(critical, tess.id), "if-match": read}
    reply = await ana.call("POST", path, headers=headers)
    assert (reply.status, reply.json["code"]) == (412, "changed")
    page = await ana.call("GET", f"/users/{tess.id}")
    assert page.json["administrator"] is (verb == "revoke")

    headers |= {"if-match": changed.headers["ETag"]}
    assert (await ana.call("POST", path, headers=headers)).status == 200
    assert (await ana.call("POST", path, headers=headers)).status == 412
