"""What signing in leaves behind does not pile up."""

import asyncio

import pytest

from scim.chores import chores
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person

LEFT_BEHIND = {"attempt", "once", "onceidx", "proof", "ses", "sesidx"}


@pytest.fixture
async def ana():
    admin = await AdminWorld.on(FakeRows())
    return await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()


def left_behind(person):
    return [key for key in person.admin.world.rows.contents("config") if key[0].partition("|")[0] in LEFT_BEHIND]


async def leave_something(person):
    tess = await person.admin.account("tess@contoso.com")
    await person.sign_in()
    await person.call("POST", "/me/access-tokens", {"label": "script"}, headers={"Idempotency-Key": "1"})
    proof = await person.proof("resetMfa", tess.id)
    await person.call("POST", f"/users/{tess.id}:resetMfa", headers={"X-Step-Up-Proof": proof})
    await person.sign_in(email="nobody@contoso.com")


async def test_everything_old_is_removed_by_however_many_runs(ana):
    await leave_something(ana)
    assert {key[0].partition("|")[0] for key in left_behind(ana)} == LEFT_BEHIND
    ana.admin.clock.advance(days=1, seconds=1)
    purge = chores(ana.admin.world.app)["PurgeSignIns"]
    await asyncio.gather(*(purge() for _ in range(2)))
    assert left_behind(ana) == []


async def test_what_is_in_use_stays(ana):
    await leave_something(ana)
    before = left_behind(ana)
    await chores(ana.admin.world.app)["PurgeSignIns"]()
    assert left_behind(ana) == before
    assert (await ana.sign_in(email="nobody@contoso.com", code="123456")).status == 401
