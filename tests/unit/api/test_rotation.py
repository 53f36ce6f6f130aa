"""Rotating a token without a gap, through the API."""

import pytest

from scim.domain.providers import Provider
from scim.maintenance.finish_rotations import finish_rotations
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.people import Person
from tests.world import World

PROVIDER = Provider(id="fabrikam", name="Fabrikam Okta")
TOKENS = f"/identity-providers/{PROVIDER.id}/scim/tokens"


class Rotating:
    """A provider whose administrator rotates its token."""

    def __init__(self, ana):
        self.ana = ana
        self.admin = ana.admin

    async def generate(self, path=TOKENS):
        reply = await self.ana.call("POST", path, {})
        assert reply.status == 201, reply
        return reply.json

    async def begin(self):
        """Returns the old token, which the provider uses, and the new one."""
        old = await self.generate()
        assert await self.use(old) == 200
        self.admin.clock.advance(minutes=10)
        return old, await self.generate(f"{TOKENS}:rotate")

    async def use(self, token):
        """Send a SCIM request with a token; returns the status."""
        instance = await self.admin.world.instance()
        reply = await World(instance.app, instance.rows, PROVIDER, token["token"]).call("GET", "/Users", count=0)
        await instance.app.background.drain()
        self.admin.clock.advance(minutes=1)
        return reply.status

    async def end(self, verb, token):
        """Finish or cancel with a proof for that token."""
        proof = await self.ana.proof("revokeToken", token["id"])
        return await self.ana.call("POST", f"{TOKENS}:{verb}", headers={"x-step-up-proof": proof})

    async def listed(self):
        reply = await self.ana.call("GET", TOKENS)
        assert reply.status == 200
        return reply.json

    async def removals(self):
        found = activities(await directory(self.admin.world.rows))
        return [each["detail"] for each in found if each["status"] == "Token Removed"]


@pytest.fixture
async def it():
    admin = await AdminWorld.on(FakeRows())
    await admin.services.providers.create(PROVIDER)
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await ana.sign_in()
    return Rotating(ana)


async def test_a_rotation_leaves_no_gap(it):
    """R034, AMB-16: both tokens work until the provider has switched and the old one is revoked."""
    old, new = await it.begin()
    rotation = {"old": old["id"], "new": new["id"]}
    assert (await it.listed())["rotation"] == rotation | {"hasSwitched": False}
    assert [await it.use(token) for token in (old, new)] == [200, 200]
    assert (await it.listed())["rotation"] == rotation | {"hasSwitched": True}

    reply = await it.end("finish", old)

    assert reply.status == 200
    assert "rotation" not in reply.json
    assert [each["state"] for each in reply.json["items"]] == ["active", "revoked"]
    assert [await it.use(token) for token in (old, new)] == [401, 200]
    assert await it.removals() == ["revoked: replaced by a new token"]


async def test_a_test_of_the_new_token_is_no_switch_as_long_as_the_old_one_is_used(it):
    """Entra ID tests a token by a request before it saves it."""
    old, new = await it.begin()
    for token in (new, old):
        await it.use(token)
    assert (await it.listed())["rotation"]["hasSwitched"] is False


async def test_a_rotation_is_not_finished_before_the_provider_uses_the_new_token(it):
    old, new = await it.begin()
    reply = await it.end("finish", old)
    assert (reply.status, reply.json["code"]) == (409, "not_switched")
    assert f"••••{new['lastFour']}" in reply.json["detail"]
    assert [await it.use(token) for token in (old, new)] == [200, 200]


async def test_a_cancelled_rotation_leaves_the_old_token(it):
    old, new = await it.begin()
    reply = await it.end("cancel", new)
    assert reply.status == 200
    assert [each["state"] for each in reply.json["items"]] == ["revoked", "active"]
    assert [await it.use(token) for token in (old, new)] == [200, 401]
    assert await it.removals() == ["revoked: the rotation was cancelled"]


async def test_a_rotation_is_not_cancelled_under_a_provider_that_uses_the_new_token(it):
    _, new = await it.begin()
    await it.use(new)
    reply = await it.end("cancel", new)
    assert (reply.status, reply.json["code"]) == (409, "already_switched")
    assert await it.use(new) == 200


@pytest.mark.parametrize(("verb", "revoked"), [("finish", 0), ("cancel", 1)])
async def test_ending_a_rotation_takes_a_proof_for_the_token_that_it_revokes(it, verb, revoked):
    """R013."""
    tokens = await it.begin()
    if verb == "finish":
        await it.use(tokens[1])
    assert (await it.ana.call("POST", f"{TOKENS}:{verb}")).json["code"] == "mfa_required"
    reply = await it.end(verb, tokens[1 - revoked])
    assert (reply.status, reply.json["code"]) == (403, "mfa_required")
    assert [await it.use(token) for token in tokens] == [200, 200]
    assert await it.removals() == []


@pytest.mark.parametrize(("verb", "other", "revoked"), [("finish", "cancel", 0), ("cancel", "finish", 1)])
async def test_ending_a_rotation_again_changes_nothing(it, verb, other, revoked):
    tokens = await it.begin()
    if verb == "finish":
        await it.use(tokens[1])
    first = await it.end(verb, tokens[revoked])
    again = await it.ana.call("POST", f"{TOKENS}:{verb}")
    assert (again.status, again.json) == (200, first.json)
    assert len(await it.removals()) == 1
    reply = await it.ana.call("POST", f"{TOKENS}:{other}")
    assert (reply.status, reply.json["code"]) == (409, "no_rotation")


@pytest.mark.parametrize("verb", ["finish", "cancel"])
async def test_without_a_rotation_there_is_none_to_end(it, verb):
    for _ in range(2):
        reply = await it.ana.call("POST", f"{TOKENS}:{verb}")
        assert (reply.status, reply.json["code"]) == (409, "no_rotation")
        await it.generate()
    assert (await it.listed())["rotation"]


async def test_there_is_nothing_to_rotate_without_a_live_token(it):
    reply = await it.ana.call("POST", f"{TOKENS}:rotate", {})
    assert (reply.status, reply.json["code"]) == (409, "nothing_to_rotate")


async def test_an_old_token_that_nobody_uses_for_a_week_ends_by_itself(it):
    """AMB-16: when the provider has switched, and not before."""
    old, new = await it.begin()
    await it.use(old)
    it.admin.clock.advance(days=8)
    await run_timer(it)
    assert await it.removals() == []

    await it.use(new)
    await run_timer(it)
    assert await it.removals() == ["revoked: replaced by a new token"]
    assert [await it.use(token) for token in (old, new)] == [401, 200]
    await run_timer(it)
    assert len(await it.removals()) == 1


async def test_an_old_token_that_was_used_this_week_stays(it):
    old, new = await it.begin()
    for days in (5, 2):
        await it.use(old)
        await it.use(new)
        it.admin.clock.advance(days=days)
    await run_timer(it)
    assert await it.removals() == []


async def run_timer(it):
    app = it.admin.world.app
    await finish_rotations(app.tokens, app.vault, app.activities, app.clock)
