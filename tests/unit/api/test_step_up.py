"""Proofs of identity for critical changes."""

import pytest

from scim.admin.context import Context
from scim.admin.people import principal_of
from scim.admin.problems import Denied
from scim.admin.step_up import CriticalAction, require_proof
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person


@pytest.fixture
async def ana():
    admin = await AdminWorld.on(FakeRows())
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await person.sign_in()
    return person


async def context_of(person):
    services = person.admin.services
    session = person.cookie.partition("=")[2]
    from_cookie = (await services.sessions.of(person.user.id))[0].id
    assert session
    principal = await principal_of(
        services, person.user, via="session", credential=from_cookie, verified_at=services.clock.now()
    )
    return Context(services=services, principal=principal)


async def test_a_proof_is_good_once_for_what_it_was_asked_for(ana):
    """R013, R014: the change is bound to a code of the person that makes it."""
    context = await context_of(ana)
    proof = await ana.proof("revokeToken", "t1")
    for action, object_id in ((CriticalAction.REVOKE_TOKEN, "t2"), (CriticalAction.DISABLE_SSO, "t1")):
        with pytest.raises(Denied, match="something else"):
            await require_proof(context, proof, action, object_id)
    await require_proof(context, proof, CriticalAction.REVOKE_TOKEN, "t1")
    with pytest.raises(Denied, match="over"):
        await require_proof(context, proof, CriticalAction.REVOKE_TOKEN, "t1")


async def test_a_proof_lives_five_minutes(ana):
    context = await context_of(ana)
    proof = await ana.proof("disableSso", "p")
    ana.admin.clock.advance(minutes=5)
    with pytest.raises(Denied, match="over"):
        await require_proof(context, proof, CriticalAction.DISABLE_SSO, "p")


@pytest.mark.parametrize("proof", [None, "", "x", "x.y", f"{'0' * 32}.AAAA"])
async def test_without_a_proof_nothing_is_changed(ana, proof):
    """R013: refused without a code."""
    with pytest.raises(Denied) as refused:
        await require_proof(await context_of(ana), proof, CriticalAction.REVOKE_TOKEN, "t1")
    assert refused.value.code == "mfa_required"


async def test_a_proof_of_somebody_else_is_none(ana):
    proof = await ana.proof("revokeToken", "t1")
    ben = await Person(ana.admin, await ana.admin.account("ben@contoso.com", administrator=True)).equip()
    await ben.sign_in()
    with pytest.raises(Denied):
        await require_proof(await context_of(ben), proof, CriticalAction.REVOKE_TOKEN, "t1")


async def test_wrong_codes_are_counted_and_lock(ana):
    """R015, and what the dialog says."""
    body = {"code": "000000", "action": "revokeToken", "object": "t1"}
    details = [(await ana.call("POST", "/mfa:verify", body)).json["detail"] for _ in range(4)]
    assert details[0] == "That code is not right. 4 tries left."
    assert details[3] == "That code is not right. 1 try left."
    reply = await ana.call("POST", "/mfa:verify", body)
    assert (reply.status, reply.json["detail"]) == (429, "Too many wrong codes. Try again in 15 minutes.")
    assert (await ana.call("POST", "/mfa:verify", body | {"code": ana.code()})).status == 429
    ana.admin.clock.advance(minutes=15)
    assert (await ana.call("POST", "/mfa:verify", body | {"code": ana.code()})).status == 200


async def test_a_used_code_is_named_as_such(ana):
    """R015: replay."""
    body = {"code": ana.code(), "action": "revokeToken", "object": "t1"}
    assert (await ana.call("POST", "/mfa:verify", body)).status == 200
    reply = await ana.call("POST", "/mfa:verify", body)
    assert (reply.status, reply.json["code"]) == (403, "used_code")
    assert reply.json["detail"] == "This code was already used. Wait for the next one."


async def test_who_has_no_app_must_set_one_up_first(ana):
    """AMB-12: a script in the name of an administrator without an app."""
    boss = ana.admin
    script = await boss.as_(await boss.account("carl@contoso.com", administrator=True))
    reply = await script.call("POST", "/mfa:verify", {"code": "123456", "action": "disableSso", "object": "p"})
    assert (reply.status, reply.json["code"]) == (403, "mfa_not_enrolled")


async def test_a_session_is_proven_anew(ana):
    context_before = (await ana.call("GET", "/session")).json["verifiedAt"]
    ana.admin.clock.advance(minutes=20)
    assert (await ana.call("POST", "/session:verify", {"code": ana.code()})).status == 204
    assert (await ana.call("GET", "/session")).json["verifiedAt"] > context_before


async def test_after_an_hour_critical_changes_ask_for_a_proof(ana):
    for _ in range(3):
        ana.admin.clock.advance(minutes=25)
        await ana.call("GET", "/session")
        await ana.admin.world.app.background.drain()
    reply = await ana.call("POST", "/me/access-tokens", {"label": "script"})
    assert (reply.status, reply.json["code"]) == (403, "recent_sign_in_required")
    await ana.call("POST", "/session:verify", {"code": ana.code()})
    reply = await ana.call("POST", "/me/access-tokens", {"label": "script"})
    assert reply.status == 201
    assert reply.json["token"].startswith("rcp_")


async def test_a_proof_tells_nothing(ana):
    proof = await ana.proof("revokeToken", "0123456789abcdef")
    assert ana.user.id not in proof
    assert "0123456789abcdef" not in proof
