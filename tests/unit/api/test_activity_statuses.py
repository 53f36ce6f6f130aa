"""Each of the fifteen statuses is left by its operation, and found by its filter (R107-R121).

`PRODUCERS` has the operations of each.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from scim.admin.provider_switches import record_sso_test
from scim.domain.activities import FAMILIES, Status
from scim.schema.urns import NINJAONE_USER
from tests import people
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.unit.api.test_providers import SSO
from tests.world import add_members, group, patch, remove_members, user


@dataclass
class Scene:
    """A tenant with one of each, made before the operation."""

    admin: AdminWorld
    end_user: str
    technician: str
    group: str
    role: str
    other: str
    person: Person

    async def critical(
        self, method: str, path: str, action: str, object_id: str, *, body: object = None, **query: object
    ) -> None:
        """A request of an administrator with a proof of identity, which must succeed."""
        proof = await self.person.proof(action, object_id)
        reply = await self.person.call(method, path, body, headers={"x-step-up-proof": proof}, **query)
        assert reply.status < 300, reply

    async def scim(self, method: str, path: str, body: object = None) -> Any:
        """A request of the identity provider, which must succeed."""
        reply = await self.admin.world.call(method, path, body)
        assert reply.status < 300, reply
        return reply.json


def technician(name: str) -> dict[str, Any]:
    return {"userName": name, NINJAONE_USER: {"userType": "technician"}}


async def generate_token(scene: Scene) -> None:
    await scene.admin.done("POST", f"{PROVIDER}/scim/tokens", {"label": "new"})


async def revoke_token(scene: Scene) -> None:
    (token,) = await scene.admin.services.tokens.of("entra")
    await scene.critical("POST", f"{PROVIDER}/scim/tokens/{token.id}:revoke", "revokeToken", token.id)


async def expire_token(scene: Scene) -> None:
    (token,) = await scene.admin.services.tokens.of("entra")
    await scene.admin.services.tokens.update(token, replace(token, expires_at=scene.admin.clock.now()))
    await scene.admin.world.app.chores["ExpireTokens"]()


async def map_group(scene: Scene) -> None:
    path = f"{PROVIDER}/groups/{scene.group}/mapping"
    await scene.admin.done("PUT", path, {"technicianRoles": [scene.role], "endUserRoles": []})


async def add_provider(scene: Scene) -> None:
    await scene.admin.done("POST", "/identity-providers", {"name": "Fabrikam Okta", "kind": "okta"})


async def delete_provider(scene: Scene) -> None:
    await scene.critical("DELETE", f"/identity-providers/{scene.other}", "deleteProvider", scene.other, name="Interop")


async def disable_sso(scene: Scene) -> None:
    await scene.critical("POST", f"{PROVIDER}/sso:disable", "disableSso", "entra", body={})


async def enable_sso(scene: Scene) -> None:
    await scene.critical("POST", f"/identity-providers/{scene.other}/sso:enable", "enableSso", scene.other)


def scim(method: str, path: str, body: object = None) -> Callable[[Scene], Awaitable[None]]:
    """A request; the path names what it is about."""

    async def send(scene: Scene) -> None:
        places = {"end_user": scene.end_user, "technician": scene.technician, "group": scene.group}
        await scene.scim(method, path.format(**places), body)

    return send


PROVIDER = "/identity-providers/entra"
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
    Status.TOKEN_CREATED: [generate_token],
    Status.TOKEN_REMOVED: [revoke_token, expire_token],
    Status.USER_GROUP_CREATED: [scim("POST", "/Groups", group("New"))],
    Status.USER_GROUP_DELETED: [scim("DELETE", "/Groups/{group}")],
    Status.USER_GROUP_UPDATED: [
        scim("PATCH", "/Groups/{group}", patch(("replace", "displayName", "Renamed"))),
        lambda scene: scim("PATCH", "/Groups/{group}", add_members(scene.technician))(scene),
        lambda scene: scim("PATCH", "/Groups/{group}", remove_members(scene.end_user))(scene),
        map_group,
    ],
    Status.SSO_CREATED: [add_provider],
    Status.SSO_DELETED: [delete_provider],
    Status.SSO_DISABLED: [disable_sso],
    Status.SSO_ENABLED: [enable_sso],
}
"""Each way to each status."""

FIFTEEN = {status for family in FAMILIES if family.name in {"SCIM", "SSO"} for status in family.statuses}
END_USERS = {Status.END_USER_CREATED, Status.END_USER_UPDATED, Status.END_USER_DISABLED}


async def with_tested_sso(admin: AdminWorld, provider_id: str) -> None:
    services = admin.services
    await admin.done("PATCH", f"/identity-providers/{provider_id}", {"sso": SSO})
    tested = await services.providers.sso_configuration(provider_id)
    assert await record_sso_test(services, provider_id, tested, "ana@contoso.com", "request")


@pytest.fixture
async def scene() -> Scene:
    admin = await AdminWorld.on(FakeRows())
    end_user = await admin.world.created("/Users", user("anna"))
    other = (await admin.done("POST", "/identity-providers", {"name": "Interop", "kind": "other"}))["id"]
    for provider_id in ("entra", other):
        await with_tested_sso(admin, provider_id)
    await people.enable_sso(admin)
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await admin.services.administrator_guard.enrolled(person.user, able)
    await person.sign_in()
    made = Scene(
        admin=admin,
        end_user=end_user,
        technician=await admin.world.created("/Users", technician("tess")),
        group=await admin.world.created("/Groups", group("Team", [end_user])),
        role=(await admin.done("POST", "/roles", {"name": "L1", "type": "technician"}))["id"],
        other=other,
        person=person,
    )
    admin.clock.advance(minutes=10)
    return made


async def able() -> bool:
    return True


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
