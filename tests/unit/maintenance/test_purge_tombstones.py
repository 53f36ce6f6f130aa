"""Removing deleted accounts for good."""

from datetime import timedelta

from scim.chores import chores
from scim.domain.accounts import RETENTION
from scim.maintenance.purge_tombstones import SLACK
from tests.admin_world import AdminWorld
from tests.fakes.rows import Call, FakeRows, Fault, FaultyRows, fail_before
from tests.invariants import directory, kinds


async def test_one_that_cannot_be_removed_does_not_stop_the_others() -> None:
    admin = await AdminWorld.on(FakeRows())
    ids = [(await admin.account(f"t{number}@contoso.com")).id for number in range(3)]
    for id_ in ids:
        await admin.done("DELETE", f"/users/{id_}")
    admin.clock.advance(seconds=(RETENTION + SLACK + timedelta(seconds=1)).total_seconds())

    def plan(call: Call) -> Fault | None:
        return fail_before if call.verb == "get" and call.detail == f"t|native|{ids[0]}" else None

    elsewhere = await admin.world.instance(FaultyRows(admin.world.rows, plan))
    await chores(elsewhere.app)["PurgeTombstones"]()
    assert kinds(await directory(admin.world.rows))["t"] == 1
    assert await admin.services.accounts.tombstone(ids[0]) is not None

    await chores(admin.world.app)["PurgeTombstones"]()
    assert kinds(await directory(admin.world.rows))["t"] == 0
