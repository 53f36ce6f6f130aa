"""Each of the fifteen statuses is left by its operation, and found by its filter (R107-R121).

`PRODUCERS` has the operation of each. Those that no use case does yet record their activity as it will be.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from scim.domain.activities import FAMILIES, Actor, Status
from scim.schema.urns import NINJAONE_USER
from tests.activities import made_up
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.world import add_members, group, patch, remove_members, user


@dataclass
class Scene:
    """A tenant with one of each, made before the operation."""

    admin: AdminWorld
    end_user: str
    technician: str
    group: str

    async def scim(self, method: str, path: str, body: object = None) -> Any:
        """A request of the identity provider, which must succeed."""
        reply = await self.admin.world.call(method, path, body)
        assert reply.status < 300, reply
        return reply.json


def technician(name: str) -> dict[str, Any]:
    return {"userName": name, NINJAONE_USER: {"userType": "technician"}}


async def issue_token(scene: Scene) -> None:
    actor = Actor(kind="account", id="boss", request_id="")
    await scene.admin.world.app.token_issuer.issue("entra", "new", actor)


def recorded(status: Status, kind: str) -> Callable[[Scene], Awaitable[None]]:
    """The place of an operation that is built elsewhere."""

    async def record(scene: Scene) -> None:
        world = scene.admin.world
        activity = made_up(world, 1, status=status, subject_kind=kind, organizations=(), subject_name="Contoso Entra")
        await scene.admin.services.activities.record(activity)

    return record


def scim(method: str, path: str, body: object = None) -> Callable[[Scene], Awaitable[None]]:
    """A request; the path names what it is about."""

    async def send(scene: Scene) -> None:
        places = {"end_user": scene.end_user, "technician": scene.technician, "group": scene.group}
        await scene.scim(method, path.format(**places), body)

    return send


OFF = patch(("replace", "active", False))
TITLE = patch(("replace", "title", "Lead"))

PRODUCERS: Mapping[Status, list[Callable[[Scene], Awaitable[None]]]] = {
    Status.END_USER_CREATED: [scim("POST", "/Users", user("new"))],
    Status.END_USER_UPDATED: [
        scim("PATCH", "/Users/{end_user}", TITLE),
        scim("PATCH", "/Users/{end_user}", patch(("replace", f"{NINJAONE_USER}:organizationId", "13"))),
        scim(
            "PATCH",
            "/Users/{technician}",
            patch(("add", None, {NINJAONE_USER: {"userType": "endUser", "organizationId": "12"}})),
        ),
    ],
    Status.END_USER_DISABLED: [scim("PATCH", "/Users/{end_user}", OFF), scim("DELETE", "/Users/{end_user}")],
    Status.TECHNICIAN_CREATED: [scim("POST", "/Users", technician("tom"))],
    Status.TECHNICIAN_DELETED: [scim("DELETE", "/Users/{technician}")],
    Status.TECHNICIAN_UPDATED: [
        scim("PATCH", "/Users/{technician}", TITLE),
        scim("PATCH", "/Users/{technician}", OFF),
        scim("PATCH", "/Users/{end_user}", patch(("replace", f"{NINJAONE_USER}:userType", "technician"))),
    ],
    Status.TOKEN_CREATED: [issue_token],
    Status.TOKEN_REMOVED: [recorded(Status.TOKEN_REMOVED, "token")],
    Status.USER_GROUP_CREATED: [scim("POST", "/Groups", group("New"))],
    Status.USER_GROUP_DELETED: [scim("DELETE", "/Groups/{group}")],
    Status.USER_GROUP_UPDATED: [
        scim("PATCH", "/Groups/{group}", patch(("replace", "displayName", "Renamed"))),
        lambda scene: scim("PATCH", "/Groups/{group}", add_members(scene.technician))(scene),
        lambda scene: scim("PATCH", "/Groups/{group}", remove_members(scene.end_user))(scene),
    ],
    Status.SSO_CREATED: [recorded(Status.SSO_CREATED, "provider")],
    Status.SSO_DELETED: [recorded(Status.SSO_DELETED, "provider")],
    Status.SSO_DISABLED: [recorded(Status.SSO_DISABLED, "provider")],
    Status.SSO_ENABLED: [recorded(Status.SSO_ENABLED, "provider")],
}
"""Each way to each status."""

FIFTEEN = {status for family in FAMILIES if family.name in {"SCIM", "SSO"} for status in family.statuses}
END_USERS = {Status.END_USER_CREATED, Status.END_USER_UPDATED, Status.END_USER_DISABLED}


@pytest.fixture
async def scene() -> Scene:
    admin = await AdminWorld.on(FakeRows())
    end_user = await admin.world.created("/Users", user("anna"))
    made = Scene(
        admin=admin,
        end_user=end_user,
        technician=await admin.world.created("/Users", technician("tess")),
        group=await admin.world.created("/Groups", group("Team", [end_user])),
    )
    admin.clock.advance(hours=1)
    return made


def test_every_one_of_the_fifteen_has_its_operation() -> None:
    assert set(PRODUCERS) == FIFTEEN


WAYS = [(status, produce) for status, ways in PRODUCERS.items() for produce in ways]


@pytest.mark.parametrize(
    ("status", "produce"), WAYS, ids=[f"{status}-{number}" for number, (status, _) in enumerate(WAYS)]
)
async def test_an_operation_leaves_its_status_and_the_filter_finds_it(scene, status, produce) -> None:
    """R107, R108, R109, R110, R111, R112, R113, R114, R115, R116, R117, R118, R119, R120, R121, AMB-1, AMB-23, AMB-27.

    Exactly one activity; found by its status, by its type and by its status among others, before and after it has
    moved from the outbox; by no other status; and in its organization's log only if it is about an end user (AMB-28).
    """
    admin, since = scene.admin, scene.admin.clock.now()
    await produce(scene)

    async def found(**query: object) -> list[str]:
        page = await admin.done("GET", "/activities", after=since.isoformat(), limit=200, **query)
        return [item["status"] for item in page["items"]]

    for _ in range(2):
        assert await found() == [status]
        assert await found(type="SSO") == [status]
        assert await found(status=status) == [status]
        assert await found(status=[status, Status.ROLE_CREATED], type="SSO") == [status]
        assert await found(status=[other for other in FIFTEEN if other is not status]) == []
        in_organizations = await found(organizationId="12")
        assert (in_organizations == [status]) == (status in END_USERS or scene_left(status, produce))
        await admin.world.app.activity_upkeep.drain(admin.clock.now() + timedelta(days=1))


def scene_left(status: Status, produce: object) -> bool:
    """Whether an end user became a technician: the organization sees them leave."""
    return status is Status.TECHNICIAN_UPDATED and produce is PRODUCERS[status][2]
