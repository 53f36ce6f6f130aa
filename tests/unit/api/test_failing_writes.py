"""Storage that fails at a write of an administrator: each change is whole, with one activity, or it is not there.

What the administrator is told is true: success, or 503 for an outcome that looking again settles.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from scim.schema.urns import NINJAONE_USER
from scim.storage.tables.keys import DIRECTORY
from tests.admin_world import AdminWorld
from tests.fakes.rows import Call, FakeRows, Fault, FaultyRows, fail_after, fail_before, repeat
from tests.invariants import activities, directory, violations
from tests.world import Reply, group


@dataclass(frozen=True)
class Scene:
    """A tenant, and an instance of the app whose storage fails at one write."""

    admin: AdminWorld
    rows: FakeRows
    technician: str
    role: str
    held: str
    group: str

    @property
    def mapping(self) -> str:
        return f"/identity-providers/entra/groups/{self.group}/mapping"


async def build() -> Scene:
    rows = FakeRows()
    admin = await AdminWorld.on(rows)
    technician = await admin.world.created("/Users", {"userName": "tess", NINJAONE_USER: {"userType": "technician"}})
    group_id = await admin.world.created("/Groups", group("G", [technician]))
    role, held = [
        (await admin.done("POST", "/roles", {"name": name, "type": "technician"}))["id"] for name in ("Role", "Held")
    ]
    await admin.done("POST", f"/users/{technician}/roles/{held}")
    return Scene(admin, rows, technician, role, held, group_id)


type Change = Callable[[AdminWorld, Scene], Awaitable[Reply]]
CHANGES: dict[str, Change] = {
    "new organization": lambda admin, _: admin.call("POST", "/organizations", {"name": "New"}),
    "rename organization": lambda admin, _: admin.call("PATCH", "/organizations/12", {"name": "New"}),
    "delete organization": lambda admin, _: admin.call("DELETE", "/organizations/12"),
    "new role": lambda admin, _: admin.call("POST", "/roles", {"name": "New", "type": "technician"}),
    "rename role": lambda admin, scene: admin.call("PATCH", f"/roles/{scene.role}", {"name": "New"}),
    "delete role": lambda admin, scene: admin.call("DELETE", f"/roles/{scene.held}", force="true"),
    "map": lambda admin, scene: admin.call("PUT", scene.mapping, {"technicianRoles": [scene.role]}),
    "give": lambda admin, s: admin.call("POST", f"/users/{s.technician}/roles/{s.role}"),
    "take": lambda admin, s: admin.call("DELETE", f"/users/{s.technician}/roles/{s.held}"),
}


def at_first_write(fault: Fault) -> Callable[[Call], Fault | None]:
    """A plan with one fault, at the first write of the directory."""
    left = [fault]
    return lambda call: left.pop() if left and call.write and call.table == DIRECTORY else None


@pytest.mark.parametrize("fault", [fail_before, fail_after, repeat], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_is_whole_with_one_activity_or_not_there(what: str, fault: Fault) -> None:
    scene = await build()
    before = await directory(scene.rows)
    failing = await scene.admin.world.instance(FaultyRows(scene.rows, at_first_write(fault)))

    reply = await CHANGES[what](AdminWorld(failing, scene.admin.token), scene)

    after = await directory(scene.rows)
    recorded = len(activities(after)) - len(activities(before))
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert recorded == (1 if changed else 0)
    assert bool(changed) == (fault is not fail_before)
    assert reply.status in ({503} if fault is fail_before else {200, 201, 202, 204})
    assert reply.status < 400 or reply.headers["Retry-After"]
    assert await violations(scene.rows) == []


@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_that_is_sent_again_after_a_failure_succeeds(what: str) -> None:
    scene = await build()
    failing = await scene.admin.world.instance(FaultyRows(scene.rows, at_first_write(fail_before)))
    admin = AdminWorld(failing, scene.admin.token)
    assert (await CHANGES[what](admin, scene)).status == 503
    assert (await CHANGES[what](admin, scene)).status < 300
