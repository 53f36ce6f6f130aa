"""Group Mapping, through the API."""

import pytest

from scim.admin.lists import cursor_of
from scim.domain.activities import Status
from scim.schema.urns import NINJAONE_USER
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.world import OKTA, group, patch, remove_members, user

TECHNICIAN, END_USER = "technician", "endUser"


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


class Scene:
    """Roles of both types, and a group of a technician and an end user."""

    def __init__(self, admin):
        self.admin = admin

    @classmethod
    async def on(cls, admin):
        scene = cls(admin)
        scene.tess = await scene.person("tess", TECHNICIAN)
        scene.anna = await scene.person("anna", END_USER)
        scene.group = await admin.world.created("/Groups", group("NinjaOne-Helpdesk", [scene.tess, scene.anna]))
        scene.l1, scene.l2 = [await scene.role(name, TECHNICIAN) for name in ("Helpdesk L1", "Helpdesk L2")]
        scene.portal, scene.tickets = [await scene.role(name, END_USER) for name in ("Portal", "Tickets")]
        return scene

    async def person(self, name, kind, **more):
        extension = {"userType": kind} | ({"organizationId": "12"} if kind == END_USER else {})
        return await self.admin.world.created(
            "/Users", user(f"{name}@contoso.com", **more) | {NINJAONE_USER: extension}
        )

    async def role(self, name, kind):
        return (await self.admin.done("POST", "/roles", {"name": name, "type": kind}))["id"]

    def path(self, group_id=None):
        return f"/identity-providers/entra/groups/{group_id or self.group}/mapping"

    async def map(self, technicians=(), end_users=(), group_id=None):
        body = {"technicianRoles": [*technicians], "endUserRoles": [*end_users]}
        return await self.admin.done("PUT", self.path(group_id), body)

    async def preview(self, technicians=(), end_users=()):
        body = {"technicianRoles": [*technicians], "endUserRoles": [*end_users]}
        return (await self.admin.done("PUT", self.path(), body, preview="true"))["preview"]

    async def roles(self, account_id):
        """Names of the roles in force."""
        found = await self.admin.done("GET", f"/users/{account_id}/roles")
        return [each["role"]["name"] for each in found["items"] if each["isInForce"]]


@pytest.fixture
async def scene(admin):
    return await Scene.on(admin)


async def test_without_groups_there_is_nothing_to_map(admin):
    """R083."""
    assert await admin.done("GET", "/identity-providers/entra/groups") == {"items": []}


async def test_a_provisioned_group_appears_with_its_members(scene):
    """R077, R078, R080, R081, AMB-35: groups are the tenant's, of one provider, in no organization."""
    listed = await scene.admin.done("GET", "/identity-providers/entra/groups")
    row = {
        "id": scene.group,
        "name": "NinjaOne-Helpdesk",
        "members": {"number": 2, "isMore": False},
        "technicians": 1,
        "endUsers": 1,
        "technicianRoles": [],
        "endUserRoles": [],
    }
    assert listed == {"items": [row]}
    status, headers, read = await scene.admin.call("GET", scene.path())
    assert (status, headers["ETag"], read) == (200, '"unmapped"', row)


async def test_technicians_and_end_users_are_not_told_apart_where_that_would_read_too_many(scene, monkeypatch):
    monkeypatch.setattr("scim.admin.mapping.TOLD_APART", 3)

    async def listed(**query):
        page = await scene.admin.done("GET", "/identity-providers/entra/groups", **query)
        return [(each.get("technicians"), each.get("endUsers")) for each in page["items"]]

    await scene.admin.world.created("/Groups", group("Same people", [scene.tess, scene.anna]))
    assert await listed() == [(1, 1), (1, 1)]
    others = [await scene.person(name, END_USER) for name in ("otto", "olga")]
    await scene.admin.world.created("/Groups", group("Others", others))
    assert await listed() == [(None, None)] * 3
    assert await listed(limit=1) == [(1, 1)]


async def test_members_have_the_roles_of_their_own_type(scene):
    """R079, R084-R087, AMB-33: at once, all who are in the group."""
    saved = await scene.map([scene.l1, scene.l2], [scene.portal, scene.tickets])
    assert [each["name"] for each in saved["technicianRoles"]] == ["Helpdesk L1", "Helpdesk L2"]
    assert [each["name"] for each in saved["endUserRoles"]] == ["Portal", "Tickets"]
    assert (saved["changedBy"], saved["changedAt"]) == ("boss@contoso.com", "2026-11-23T12:00:00.000Z")
    assert await scene.roles(scene.tess) == ["Helpdesk L1", "Helpdesk L2"]
    assert await scene.roles(scene.anna) == ["Portal", "Tickets"]
    (row,) = (await scene.admin.done("GET", "/identity-providers/entra/groups"))["items"]
    assert (row["technicianRoles"], row["endUserRoles"]) == (saved["technicianRoles"], saved["endUserRoles"])


async def test_a_saved_mapping_is_a_user_group_updated(scene):
    """R117, AMB-27: the detail tells the change of a mapping from one of members."""
    await scene.map([scene.l1], [scene.portal])
    await scene.map([scene.l2], [scene.portal])
    await scene.map([scene.l2], [scene.portal])
    found = sorted(activities(await directory(scene.admin.world.rows)), key=lambda each: each["id"])
    told = [each for each in found if each["status"] == Status.USER_GROUP_UPDATED]
    assert [(each["subject_id"], each["changed"], each["detail"]) for each in told] == [
        (scene.group, ["mapping"], "roles added: Helpdesk L1, Portal"),
        (scene.group, ["mapping"], "roles added: Helpdesk L2; roles removed: Helpdesk L1"),
    ]
    assert {(each["provider"], each["actor"]["name"]) for each in told} == {("entra", "boss@contoso.com")}


async def test_each_list_takes_roles_of_its_own_type_only(scene):
    """R085."""
    for body in ({"technicianRoles": [scene.portal]}, {"endUserRoles": [scene.l1]}):
        for preview in ("false", "true"):
            status, _, problem = await scene.admin.call("PUT", scene.path(), body, preview=preview)
            assert (status, problem["code"]) == (400, "wrong_role_type")
    assert await scene.roles(scene.tess) == []


@pytest.mark.parametrize("id_", ["systemAdministrator", "System Administrator", "administrator"])
async def test_a_mapping_never_makes_system_administrators(scene, id_):
    """R016: there is no such role, neither to be listed nor to be named."""
    listed = await scene.admin.done("GET", "/roles")
    assert {each["name"] for each in listed["items"]} == {"Helpdesk L1", "Helpdesk L2", "Portal", "Tickets"}
    for body in ({"technicianRoles": [id_]}, {"administrator": True}):
        assert (await scene.admin.call("PUT", scene.path(), body)).status in {400, 409}
    await scene.map([scene.l1, scene.l2])
    assert not (await scene.admin.services.accounts.get(scene.tess)).administrator


async def test_a_role_that_was_deleted_meanwhile_cannot_be_chosen(scene):
    await scene.admin.call("DELETE", f"/roles/{scene.l1}")
    status, _, problem = await scene.admin.call("PUT", scene.path(), {"technicianRoles": [scene.l1, scene.l2]})
    assert (status, problem["code"]) == (409, "role_missing")
    assert await scene.roles(scene.tess) == []


async def test_a_mapping_that_somebody_else_saved_is_not_overwritten(scene):
    old = (await scene.admin.call("GET", scene.path())).headers["ETag"]
    await scene.map([scene.l1])
    body = {"technicianRoles": [scene.l2]}
    status, _, problem = await scene.admin.call("PUT", scene.path(), body, headers={"If-Match": old})
    assert (status, problem["code"]) == (412, "changed")
    assert problem["detail"] == "This mapping was changed by boss@contoso.com meanwhile. Read it again."
    preview = await scene.admin.call("PUT", scene.path(), body, preview="true")
    reply = await scene.admin.call("PUT", scene.path(), body, headers={"If-Match": preview.headers["ETag"]})
    assert reply.status == 200
    assert await scene.roles(scene.tess) == ["Helpdesk L2"]


@pytest.mark.parametrize(
    "body",
    [
        {"technicianRoles": ["x"] * 51},
        {"technicianRoles": [""]},
        {"technicianRoles": "x"},
        {"roles": []},
        {"endUserRoles": [1]},
        [],
    ],
)
async def test_a_body_that_does_not_fit_is_refused(scene, body):
    assert (await scene.admin.call("PUT", scene.path(), body)).status == 400


async def test_groups_of_other_providers_and_none_are_404(scene):
    okta = await scene.admin.world.provided(OKTA)
    foreign = await okta.created("/Groups", group("Foreign"))
    for path in (
        scene.path(foreign),
        scene.path("x|y"),
        scene.path("0198c000-0000-7000-8000-000000000000"),
        f"/identity-providers/nobody/groups/{scene.group}/mapping",
    ):
        assert (await scene.admin.call("GET", path)).status == 404
        assert (await scene.admin.call("PUT", path, {})).status == 404
        assert (await scene.admin.call("PUT", path, {}, preview="true")).status == 404
    assert (await scene.admin.call("GET", "/identity-providers/nobody/groups")).status == 404
    assert (await scene.admin.call("GET", scene.path(foreign))).json["detail"] == (
        "No group with this id has arrived from Contoso Entra."
    )


async def test_rows_beside_those_of_providers_are_404(admin):
    await admin.done("POST", "/identity-providers", {"name": "Globex"})
    assert (await admin.call("GET", "/identity-providers/~guard/groups")).status == 404


async def test_a_list_of_groups_is_paged_in_the_order_of_their_arrival(scene):
    ids = [scene.group] + [await scene.admin.world.created("/Groups", group(f"G{number}")) for number in range(4)]
    found, cursor = [], ""
    while cursor is not None:
        page = await scene.admin.done("GET", "/identity-providers/entra/groups", cursor=cursor, limit=2)
        found += [each["id"] for each in page["items"]]
        cursor = page.get("next")
    assert found == ids


@pytest.mark.parametrize("position", ["d|okta|", "z|", "✓"])
async def test_a_cursor_of_ones_own_leads_nowhere_else(scene, position):
    cursor = cursor_of("groups", position)
    okta = await scene.admin.world.provided(OKTA)
    await okta.created("/Groups", group("Foreign"))
    status, _, page = await scene.admin.call("GET", "/identity-providers/entra/groups", cursor=cursor)
    assert status in {200, 400}
    assert status == 400 or {each["id"] for each in page["items"]} <= {scene.group}


async def test_who_leaves_the_group_loses_its_roles_and_keeps_those_of_another(scene):
    """AMB-24: a role goes with its last source. AMB-26: membership is the identity provider's."""
    other = await scene.admin.world.created("/Groups", group("Other", [scene.tess]))
    await scene.map([scene.l1, scene.l2])
    await scene.map([scene.l1], group_id=other)
    await scene.admin.world.call("PATCH", f"/Groups/{scene.group}", remove_members(scene.tess))
    assert await scene.roles(scene.tess) == ["Helpdesk L1"]
    await scene.admin.world.call("DELETE", f"/Groups/{other}")
    assert await scene.roles(scene.tess) == []


async def test_members_of_a_group_in_the_group_have_none_of_its_roles(scene):
    inner = await scene.person("inner", TECHNICIAN)
    nested = await scene.admin.world.created("/Groups", group("Nested", [inner]))
    await scene.admin.world.call(
        "PATCH", f"/Groups/{scene.group}", patch(("add", "members", [{"value": nested, "type": "Group"}]))
    )
    await scene.map([scene.l1])
    assert await scene.roles(inner) == []
    read = await scene.admin.done("GET", scene.path())
    assert (read["members"]["number"], read["technicians"], read["endUsers"]) == (3, 1, 1)


async def test_another_type_means_other_roles(scene):
    """AMB-23."""
    await scene.map([scene.l1], [scene.portal])
    await scene.admin.world.call(
        "PATCH", f"/Users/{scene.anna}", patch(("replace", f"{NINJAONE_USER}:userType", "Technician"))
    )
    assert await scene.roles(scene.anna) == ["Helpdesk L1"]


async def test_an_inactive_member_has_no_role_in_force_until_it_is_active_again(scene):
    """AMB-34: memberships and roles are kept."""
    await scene.map([scene.l1])
    await scene.admin.world.call("PATCH", f"/Users/{scene.tess}", patch(("replace", "active", "False")))
    (held,) = (await scene.admin.done("GET", f"/users/{scene.tess}/roles"))["items"]
    assert (held["role"]["name"], held["isInForce"]) == ("Helpdesk L1", False)
    await scene.admin.world.call("PATCH", f"/Users/{scene.tess}", patch(("replace", "active", "True")))
    assert await scene.roles(scene.tess) == ["Helpdesk L1"]


# Previews


async def test_a_preview_tells_who_gains_loses_and_keeps(scene):
    """AMB-33: before it is saved, and nothing is written."""
    await scene.map([scene.l1], [scene.portal])
    tom = await scene.person("tom", TECHNICIAN)
    await scene.person("ina", TECHNICIAN)
    await scene.admin.world.call("PATCH", f"/Groups/{scene.group}", patch(("add", "members", [{"value": tom}])))
    await scene.admin.done("POST", f"/users/{tom}/roles/{scene.l1}")
    before = await directory(scene.admin.world.rows)

    preview = await scene.preview([scene.l2], [scene.portal])

    assert await directory(scene.admin.world.rows) == before
    assert [(each["role"]["name"], each["gain"], each["lose"], each["keep"]) for each in preview["roles"]] == [
        ("Helpdesk L1", 0, 1, 1),
        ("Helpdesk L2", 2, 0, 0),
        ("Portal", 0, 0, 1),
    ]
    assert (preview["affected"], preview["technicians"], preview["endUsers"]) == (2, 2, 1)
    assert preview["people"] == [
        {"accountId": scene.tess, "name": "tess@contoso.com", "gains": [scene.l2], "loses": [scene.l1]},
        {"accountId": tom, "name": "tom@contoso.com", "gains": [scene.l2], "loses": []},
    ]


async def test_a_preview_counts_the_inactive_apart(scene):
    """AMB-34."""
    ina = await scene.person("ina", TECHNICIAN, active=False)
    await scene.admin.world.call("PATCH", f"/Groups/{scene.group}", patch(("add", "members", [{"value": ina}])))
    preview = await scene.preview([scene.l1])
    assert (preview["affected"], preview["inactive"]) == (1, 1)


async def test_a_preview_of_what_is_there_changes_nothing(scene):
    await scene.map([scene.l1])
    preview = await scene.preview([scene.l1])
    assert (preview["affected"], preview["people"]) == (0, [])
    assert [(each["gain"], each["lose"], each["keep"]) for each in preview["roles"]] == [(0, 0, 1)]
