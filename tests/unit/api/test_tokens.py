"""Provisioning tokens through the API: generate, list, revoke, and what is refused."""

import asyncio
import json
from datetime import timedelta

import pytest

from scim.domain.authority import Permission
from scim.domain.providers import Provider
from scim.domain.tokens import expiry_of
from scim.errors import Unavailable
from scim.storage.tables.keys import TABLES
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.people import Person, technician
from tests.world import World

PROVIDER = Provider(id="fabrikam", name="Fabrikam Okta")
REVOKED = "The SCIM token was revoked. Generate a new one in the console."
TOKENS = f"/identity-providers/{PROVIDER.id}/scim/tokens"


@pytest.fixture
async def admin():
    admin = await AdminWorld.on(FakeRows())
    await admin.services.providers.create(PROVIDER)
    return admin


@pytest.fixture
async def ana(admin):
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await person.sign_in()
    return person


async def generated(admin, label=None, path=TOKENS):
    reply = await admin.call("POST", path, {"label": label} if label else {})
    assert reply.status == 201, reply
    return reply.json


async def scim(admin, text):
    """What SCIM answers to a token, on an instance that has never seen it: a status, and the refusal."""
    instance = await admin.world.instance()
    caller = World(instance.app, instance.rows, PROVIDER, text)
    reply = await caller.call("GET", "/Users", count=0)
    await instance.app.background.drain()
    return reply.status, (reply.json or {}).get("detail", "")


async def revoked(ana, token, path=TOKENS):
    proof = await ana.proof("revokeToken", token["id"])
    return await ana.call("POST", f"{path}/{token['id']}:revoke", headers={"x-step-up-proof": proof})


async def recorded(admin, status):
    """The activities of a label, newest first."""
    found = activities(await directory(admin.world.rows))
    return [activity for activity in found if activity["status"] == status]


async def removals(admin):
    return await recorded(admin, "Token Removed")


async def test_a_token_is_generated_with_all_that_is_to_be_pasted(admin):
    """R029, R030: URL and token together."""
    status, headers, body = await admin.call("POST", TOKENS, {"label": "Okta prod"})
    assert status == 201
    assert headers["Cache-Control"] == "no-store"
    assert headers["Location"] == f"/api{TOKENS}/{body['id']}"
    assert body["scimUrl"] == "https://rollcall.example/ws/scim/v2"
    assert body["token"].startswith(f"rc_{body['id']}_")
    assert body["token"].split("_")[2].endswith(body["lastFour"])
    assert (body["label"], body["state"], body["daysLeft"]) == ("Okta prod", "active", 181)
    assert body["createdBy"] == "boss@contoso.com"
    assert await scim(admin, body["token"]) == (200, "")


async def test_a_token_is_shown_once(admin):
    """R031: no later reply, no activity and no row of storage has the text or the digest."""
    token = await generated(admin, "Okta prod")
    assert await scim(admin, token["token"]) == (200, "")
    secret = token["token"].split("_")[2]
    for path in (TOKENS, f"{TOKENS}/{token['id']}", "/banners"):
        assert secret not in json.dumps(await admin.done("GET", path))
    digest = admin.world.app.vault.digests[token["id"]]
    everything = "".join(str(admin.world.rows.contents(table)) for table in TABLES)
    assert token["id"] in everything
    assert secret not in everything
    assert digest not in everything
    assert secret not in str(admin.world.app.vault.digests)


async def test_generating_leaves_an_activity(admin):
    """R113."""
    token = await generated(admin)
    (activity,) = await recorded(admin, "Token Created")
    assert (activity["provider"], activity["subject_id"]) == (PROVIDER.id, token["id"])
    assert activity["subject_name"] == f"••••{token['lastFour']}"
    assert activity["actor"]["name"] == "boss@contoso.com"


async def test_record_vault_and_api_show_the_same_moment_of_expiry(admin):
    """R033, AMB-17: whole seconds, because the vault counts in them."""
    admin.clock.advance(microseconds=987_654)
    token = await generated(admin)
    record = await admin.services.tokens.get(token["id"])
    created = admin.clock.now().replace(microsecond=0)
    assert record.expires_at == expiry_of(created) == admin.world.app.vault.expiries[token["id"]]
    assert token["expiresAt"] == "2027-05-23T12:00:00.000Z"
    listed = (await admin.done("GET", TOKENS))["items"][0]
    assert listed["expiresAt"] == token["expiresAt"]


async def test_a_token_works_until_six_months_have_passed_and_not_a_second_longer(admin):
    """R033, R034."""
    token = await generated(admin)
    expires = (await admin.services.tokens.get(token["id"])).expires_at
    admin.clock.moment = expires - timedelta(seconds=1)
    assert await scim(admin, token["token"]) == (200, "")
    admin.clock.moment = expires
    status, detail = await scim(admin, token["token"])
    assert status == 401
    assert detail == "The SCIM token expired on 2027-05-23T12:00:00.000Z. Generate a new one in the console."


async def test_after_the_expiry_a_new_token_works_at_once(admin):
    """R034: expired ones hold no slot, whether or not a timer has closed them."""
    for _ in range(2):
        await generated(admin)
    admin.clock.moment = expiry_of(admin.clock.now())
    fresh = await admin.as_(await admin.account("carl@contoso.com", administrator=True))
    assert [each["state"] for each in (await fresh.done("GET", TOKENS))["items"]] == ["expired", "expired"]
    token = await generated(fresh)
    assert await scim(fresh, token["token"]) == (200, "")


async def test_two_tokens_are_live_at_most(admin):
    """AMB-16."""
    await generated(admin)
    await generated(admin)
    for path in (TOKENS, f"{TOKENS}:rotate"):
        status, _, body = await admin.call("POST", path, {})
        assert (status, body["code"]) == (409, "too_many_tokens")
        assert body["detail"] == "Two tokens are live. Revoke one first."
    assert len((await admin.done("GET", TOKENS))["items"]) == 2


async def test_while_scim_is_off_no_token_is_generated(admin):
    """R029: the toggle comes first."""
    off = Provider(id="off", name="Off", scim_enabled=False)
    await admin.services.providers.create(off)
    status, _, body = await admin.call("POST", f"/identity-providers/{off.id}/scim/tokens", {})
    assert (status, body["code"]) == (409, "scim_disabled")
    assert await admin.services.tokens.of(off.id) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("POST", ":rotate"), ("POST", ":finish"), ("POST", ":cancel"), ("GET", "/abc"),
     ("POST", "/abc:revoke"), ("GET", "/abc/expiry.ics")],
)  # fmt: skip
async def test_of_a_provider_that_is_not_there_there_is_nothing(admin, method, path):
    body = {} if method == "POST" and path in ("", ":rotate") else None
    for provider_id in ("gone", "~guard", "\x00", "x" * 500, "ü"):
        reply = await admin.call(method, f"/identity-providers/{provider_id}/scim/tokens{path}", body)
        assert (reply.status, reply.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("token_id", ["0" * 16, "slots|fabrikam", "x" * 500, "a/b", "ü", "%00", "\x00"])
async def test_an_id_that_is_none_is_not_found(admin, token_id):
    for method, path in (("GET", token_id), ("POST", f"{token_id}:revoke"), ("GET", f"{token_id}/expiry.ics")):
        assert (await admin.call(method, f"{TOKENS}/{path}")).status == 404


async def test_the_token_of_another_provider_is_not_found(admin, ana):
    token = await generated(admin)
    other = TOKENS.replace(PROVIDER.id, "entra")
    assert (await admin.call("GET", f"{other}/{token['id']}")).status == 404
    assert (await revoked(ana, token, other)).status == 404
    assert await scim(admin, token["token"]) == (200, "")


async def test_who_may_view_identity_sees_tokens_and_changes_nothing(admin):
    token = await generated(admin)
    tina = await technician(admin, Permission.VIEW_IDENTITY)
    assert [each["id"] for each in (await tina.call("GET", TOKENS)).json["items"]] == [token["id"]]
    assert (await tina.call("GET", f"{TOKENS}/{token['id']}/expiry.ics")).status == 200
    for path in (TOKENS, f"{TOKENS}:rotate"):
        assert (await tina.call("POST", path, {})).json["code"] == "denied"
    for path in (f"{TOKENS}:finish", f"{TOKENS}:cancel", f"{TOKENS}/{token['id']}:revoke"):
        assert (await tina.call("POST", path)).json["code"] == "denied"


async def test_other_technicians_see_no_tokens(admin):
    token = await generated(admin)
    tess = await technician(admin, Permission.VIEW_ACCOUNTS)
    for path in (TOKENS, f"{TOKENS}/{token['id']}", f"{TOKENS}/{token['id']}/expiry.ics"):
        reply = await tess.call("GET", path)
        assert (reply.status, reply.json["code"]) == (403, "denied")


async def test_who_signed_in_long_ago_proves_it_before_generating(ana):
    for _ in range(3):
        ana.admin.clock.advance(minutes=25)
        await ana.call("GET", "/session")
        await ana.admin.world.app.background.drain()
    reply = await ana.call("POST", TOKENS, {})
    assert (reply.status, reply.json["code"]) == (403, "recent_sign_in_required")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"label": ""}', b'{"label": "a\\u0000"}', b'{"lable": "a"}'])
async def test_a_body_that_does_not_fit_generates_nothing(admin, body):
    assert (await admin.call("POST", TOKENS, body)).status == 400
    assert await admin.services.tokens.of(PROVIDER.id) == []


async def test_a_repeated_creation_tells_the_text_no_second_time(admin):
    key = {"idempotency-key": "k1"}
    assert (await admin.call("POST", TOKENS, {}, headers=key)).status == 201
    again = await admin.call("POST", TOKENS, {}, headers=key)
    assert (again.status, again.json["code"]) == (409, "already_done")
    assert len(await admin.services.tokens.of(PROVIDER.id)) == 1


async def test_the_list_has_pages(admin, ana):
    made = []
    for _ in range(5):
        made.append(await generated(admin))
        await revoked(ana, made[-1])
    first = await admin.done("GET", TOKENS, limit=3)
    second = await admin.done("GET", TOKENS, limit=3, cursor=first["next"])
    ids = [each["id"] for each in first["items"] + second["items"]]
    assert ids == [token["id"] for token in reversed(made)]
    assert "next" not in second
    assert (await admin.call("GET", TOKENS, cursor="bm9uZQ")).status == 400


async def test_a_token_is_revoked_with_a_proof(admin, ana):
    """R013, R101, R114."""
    token = await generated(admin)
    reply = await revoked(ana, token)
    assert (reply.status, reply.json["state"], reply.json["daysLeft"]) == (200, "revoked", 0)
    assert reply.json["ended"]["reason"] == "revoked"
    assert reply.json["ended"]["by"] == "ana@contoso.com"
    assert await scim(admin, token["token"]) == (401, REVOKED)
    (removal,) = await removals(admin)
    assert (removal["subject_id"], removal["detail"]) == (token["id"], "revoked")
    assert removal["actor"]["mfa"] is True
    assert removal["subject_name"] == f"••••{token['lastFour']}"
    assert token["id"] not in admin.world.app.vault.enabled


@pytest.mark.parametrize("proof", [None, "", "wrong", "of another token", "of another action"])
async def test_without_the_right_proof_a_token_works_on(admin, ana, proof):
    """R013: 403 `mfa_required`."""
    token, other = await generated(admin), await generated(admin)
    match proof:
        case "of another token":
            proof = await ana.proof("revokeToken", other["id"])
        case "of another action":
            proof = await ana.proof("disableSso", token["id"])
    headers = {} if proof is None else {"x-step-up-proof": proof}
    reply = await ana.call("POST", f"{TOKENS}/{token['id']}:revoke", headers=headers)
    assert (reply.status, reply.json["code"]) == (403, "mfa_required")
    assert await scim(admin, token["token"]) == (200, "")
    assert await removals(admin) == []


async def test_revoking_again_changes_nothing_and_takes_no_proof(admin, ana):
    """R101."""
    token = await generated(admin)
    first = await revoked(ana, token)
    admin.clock.advance(minutes=3)
    again = await ana.call("POST", f"{TOKENS}/{token['id']}:revoke")
    assert (again.status, again.json) == (200, first.json)
    assert len(await removals(admin)) == 1


async def test_revoked_twice_at_once_it_leaves_one_activity(admin, ana):
    """R114."""
    token = await generated(admin)
    proofs = [await ana.proof("revokeToken", token["id"]) for _ in range(2)]
    path = f"{TOKENS}/{token['id']}:revoke"
    replies = await asyncio.gather(*(ana.call("POST", path, headers={"x-step-up-proof": each}) for each in proofs))
    assert [reply.status for reply in replies] == [200, 200]
    assert len(await removals(admin)) == 1


async def test_revoking_does_not_mind_a_use_that_is_noted_meanwhile(admin, ana):
    token = await generated(admin)
    tokens = admin.services.tokens
    read = tokens.get

    async def read_and_use(token_id):
        found = await read(token_id)
        await scim(admin, token["token"])
        tokens.get = read
        return found

    tokens.get = read_and_use
    assert (await revoked(ana, token)).status == 200
    assert (await read(token["id"])).last_use is not None


async def test_when_the_vault_does_not_answer_nothing_is_generated(admin):
    """R029: the text of the dialog."""
    vault = admin.world.app.vault
    for step in ("put", "set_enabled"):
        real = getattr(vault, step)
        setattr(vault, step, unreachable)
        status, headers, body = await admin.call("POST", TOKENS, {})
        setattr(vault, step, real)
        assert (status, headers["Retry-After"]) == (503, "7")
        assert body["detail"] == (
            "The token could not be created (Key Vault did not answer). Nothing changed. Try again."
        )
    assert vault.enabled == {admin.world.token.split("_")[1]}
    assert all(token["state"] == "revoked" for token in (await admin.done("GET", TOKENS))["items"])
    await generated(admin)
    await generated(admin)


async def test_when_the_vault_does_not_answer_a_revoked_token_is_dead_and_repeating_completes_it(admin, ana):
    """R101: at no point of a failure does a revoked token work."""
    token = await generated(admin)
    vault = admin.world.app.vault
    real, vault.set_enabled = vault.set_enabled, unreachable
    reply = await revoked(ana, token)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "7")
    assert await scim(admin, token["token"]) == (401, REVOKED)
    assert len(await removals(admin)) == 1
    vault.set_enabled = real
    assert (await ana.call("POST", f"{TOKENS}/{token['id']}:revoke")).status == 200
    assert token["id"] not in vault.enabled
    assert len(await removals(admin)) == 1
    assert (await admin.services.tokens.get(token["id"])).is_settled


async def unreachable(*_arguments, **_options):
    raise Unavailable("The vault that holds the tokens is not reachable.", 7)


async def test_of_two_who_generate_at_once_none_makes_a_third(admin):
    """AMB-16: and who was slower is told to look."""
    await generated(admin)
    # Requests of one instance; `tests/contract/test_tokens.py` races instances.
    replies = await asyncio.gather(*(admin.call("POST", TOKENS, {}) for _ in range(4)))
    assert sorted(reply.status for reply in replies) == [201, 409, 409, 409]
    assert {reply.json["code"] for reply in replies if reply.status == 409} <= {
        "generated_meanwhile", "too_many_tokens", "under_way",
    }  # fmt: skip
    states = [each["state"] for each in (await admin.done("GET", TOKENS))["items"]]
    assert states == ["active", "active"]


async def test_the_last_use_says_where_the_request_came_from(admin):
    """The console shows: 12 min ago, from where, by what."""
    token = await generated(admin)
    instance = await admin.world.instance()
    caller = World(instance.app, instance.rows, PROVIDER, token["token"])
    headers = {"user-agent": "Okta SCIM Client 1.0.0", "x-forwarded-for": "10.0.0.1, 203.0.113.9:51234"}
    await caller.call("GET", "/Users", headers=headers, count=0)
    await instance.app.background.drain()
    use = (await admin.done("GET", f"{TOKENS}/{token['id']}"))["lastUse"]
    assert use == {"at": "2026-11-23T12:00:00.000Z", "address": "203.0.113.9", "agent": "Okta SCIM Client 1.0.0"}
