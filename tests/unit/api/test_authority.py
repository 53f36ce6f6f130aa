"""Who may see and do what with organizations, roles and mappings: the table of `scim.domain.authority`, by requests."""

import pytest

from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.world import group

SEES = {
    # a technician's permission: the areas whose lists open; None for no permission, "end user" for an end user
    None: set(),
    "viewIdentity": {"organizations", "roles", "mapping"},
    "viewOrganizations": {"organizations"},
    "viewAccounts": {"roles", "accounts"},
    "end user": set(),
    "administrator": {"organizations", "roles", "mapping", "accounts"},
}


class Scene:
    """A tenant with one of everything."""

    @classmethod
    async def on(cls, admin):
        scene = cls()
        scene.admin = admin
        scene.group = await admin.world.created("/Groups", group("G"))
        scene.role = (await admin.done("POST", "/roles", {"name": "L1", "type": "technician"}))["id"]
        scene.tess = (await admin.account("tess@contoso.com")).id
        await admin.done("POST", f"/users/{scene.tess}/roles/{scene.role}")
        return scene

    @property
    def reads(self):
        mapping = f"/identity-providers/entra/groups/{self.group}/mapping"
        return {
            "organizations": [("GET", "/organizations", None), ("GET", "/organizations/12", None), EXPRESSION],
            "roles": [("GET", "/roles", None), ("GET", f"/roles/{self.role}", None)],
            "mapping": [("GET", "/identity-providers/entra/groups", None), ("GET", mapping, None)],
            "accounts": [
                ("GET", f"/users/{self.tess}/roles", None),
                ("GET", f"/users/{self.tess}/roles/{self.role}/why", None),
            ],
        }

    @property
    def writes(self):
        mapping = f"/identity-providers/entra/groups/{self.group}/mapping"
        return [
            ("POST", "/organizations", {"name": "x"}),
            ("PATCH", "/organizations/12", {"name": "x"}),
            ("DELETE", "/organizations/12", None),
            ("POST", "/roles", {"name": "x", "type": "technician"}),
            ("PATCH", f"/roles/{self.role}", {"name": "x"}),
            ("DELETE", f"/roles/{self.role}", None),
            ("POST", f"/roles/{self.role}:previewDeletion", None),
            ("PUT", mapping, {"technicianRoles": [self.role]}),
            ("POST", f"/users/{self.tess}/roles/{self.role}", None),
            ("DELETE", f"/users/{self.tess}/roles/{self.role}", None),
            ("POST", f"/users/{self.tess}/roles:preview", {}),
        ]

    async def person(self, who):
        """Somebody who has signed in at the console."""
        account = await self.admin.account(
            "somebody@contoso.com", technician=who != "end user", administrator=who == "administrator"
        )
        if who in {"viewIdentity", "viewOrganizations", "viewAccounts", "every"}:
            role = await self.admin.done("POST", "/roles", {"name": "Own", "type": "technician", "template": "full"})
            if who != "every":
                await self.admin.done("PATCH", f"/roles/{role['id']}", {"permissions": [who]})
            await self.admin.done("POST", f"/users/{account.id}/roles/{role['id']}")
        person = await Person(self.admin, account).equip()
        assert (await person.sign_in()).status == 201
        return person


EXPRESSION = ("POST", "/organizations:expression", {"target": "entra", "default": "12"})


@pytest.fixture
async def scene():
    return await Scene.on(await AdminWorld.on(FakeRows()))


@pytest.mark.parametrize("who", list(SEES), ids=str)
async def test_people_see_what_their_roles_let_them(scene, who):
    person = await scene.person(who)
    for area, requests in scene.reads.items():
        for method, path, body in requests:
            reply = await person.call(method, path, body)
            assert reply.status == (200 if area in SEES[who] else 403), (area, path)
            assert reply.status == 200 or reply.json["code"] == "denied"


@pytest.mark.parametrize("who", ["every", None, "end user"], ids=str)
async def test_only_system_administrators_change_anything(scene, who):
    """R082: not even a technician with every permission."""
    person = await scene.person(who)
    for method, path, body in scene.writes:
        reply = await person.call(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "denied"), path
    assert (await scene.admin.done("GET", "/organizations/12"))["name"] == "Organization 12"


async def test_without_signing_in_nothing_is_told(scene):
    stranger = AdminWorld(scene.admin.world, "")
    for method, path, body in [*scene.writes, *(each for area in scene.reads.values() for each in area)]:
        assert (await stranger.call(method, path, body)).status == 401


async def test_everybody_sees_their_own_roles(scene):
    person = await scene.person("end user")
    reply = await person.call("GET", f"/users/{person.user.id}/roles")
    assert (reply.status, reply.json) == (200, {"items": []})


async def test_a_permission_ends_with_the_role(scene):
    """Permissions are those of the roles in force now, not of the sign-in."""
    person = await scene.person("viewOrganizations")
    assert (await person.call("GET", "/organizations")).status == 200
    (given,) = (await scene.admin.services.profiles.get(person.user.id)).roles
    await scene.admin.call("DELETE", f"/users/{person.user.id}/roles/{given.role}")
    assert (await person.call("GET", "/organizations")).status == 403
