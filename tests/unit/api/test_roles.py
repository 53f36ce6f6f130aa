"""Roles, through the API."""

import pytest

from scim.domain.activities import Status
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.world import add_members, group, user


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def role(admin, name="Helpdesk L1", kind="technician", **more):
    return (await admin.done("POST", "/roles", {"name": name, "type": kind, **more}))["id"]


async def recorded(admin):
    found = sorted(activities(await directory(admin.world.rows)), key=lambda each: (each["time"], each["id"]))
    return [(each["status"], each.get("detail", "")) for each in found if each["subject_kind"] == "role"]


@pytest.mark.parametrize("kind", ["technician", "endUser"])
async def test_roles_of_both_types_are_made_renamed_and_deleted(admin, kind):
    """R125."""
    status, headers, made = await admin.call("POST", "/roles", {"name": " L1 ", "type": kind, "description": "First"})
    assert (status, headers["Location"]) == (201, f"/api/roles/{made['id']}")
    assert made == {
        "id": made["id"],
        "name": "L1",
        "type": kind,
        "description": "First",
        "permissions": [],
        "createdAt": "2026-11-23T12:00:00.000Z",
        "createdBy": "boss@contoso.com",
    }

    change = {"name": "L2", "description": ""}
    renamed = await admin.call("PATCH", f"/roles/{made['id']}", change, headers={"If-Match": headers["ETag"]})
    assert (renamed.status, renamed.json["name"], renamed.json["description"]) == (200, "L2", "")
    read = await admin.call("GET", f"/roles/{made['id']}")
    assert read.headers["ETag"] == renamed.headers["ETag"]
    assert read.json == renamed.json | {"nativeHolders": {"number": 0, "isMore": False}, "mappedGroups": 0}

    assert (await admin.call("DELETE", f"/roles/{made['id']}")).status == 204
    assert (await admin.call("GET", f"/roles/{made['id']}")).status == 404
    assert [status for status, _ in await recorded(admin)] == [
        Status.ROLE_CREATED,
        Status.ROLE_UPDATED,
        Status.ROLE_DELETED,
    ]
    assert (await recorded(admin))[1] == (Status.ROLE_UPDATED, "name: L1 → L2")


@pytest.mark.parametrize("field", ["name", "description", "permissions"])
async def test_a_null_changes_nothing_and_is_refused(admin, field):
    reply = await admin.call("PATCH", f"/roles/{await role(admin)}", {field: None})
    assert (reply.status, reply.json["code"]) == (400, "invalid")


async def test_what_a_role_grants_is_chosen_and_changed(admin):
    full = await role(admin, template="full")
    assert (await admin.done("GET", f"/roles/{full}"))["permissions"] == [
        "viewAccounts",
        "viewIdentity",
        "viewOrganizations",
    ]
    changed = await admin.done("PATCH", f"/roles/{full}", {"permissions": ["viewIdentity"]})
    assert changed["permissions"] == ["viewIdentity"]
    assert (await recorded(admin))[-1] == (Status.ROLE_UPDATED, "-viewAccounts; -viewOrganizations")
    assert (await admin.done("PATCH", f"/roles/{full}", {})) == changed
    assert len(await recorded(admin)) == 2


@pytest.mark.parametrize("name", ["System administrator", " SYSTEM  Administrators", "\uff33ystem administrator"])
async def test_system_administrator_is_no_role(admin, name):
    """R016: so no mapping can offer it."""
    status, _, problem = await admin.call("POST", "/roles", {"name": name, "type": "technician"})
    assert (status, problem["field"]) == (400, "name")
    made = await role(admin)
    assert (await admin.call("PATCH", f"/roles/{made}", {"name": name})).status == 400
    assert [each["name"] for each in (await admin.done("GET", "/roles"))["items"]] == ["Helpdesk L1"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "x", "type": "systemAdministrator"},
        {"name": "", "type": "technician"},
        {"name": "x", "type": "technician", "permissions": ["viewIdentity"]},
        {"name": "x", "type": "technician", "template": "root"},
        {"name": "x", "type": "endUser", "template": "full"},
    ],
)
async def test_a_role_that_cannot_be_is_refused(admin, body):
    """R016."""
    assert (await admin.call("POST", "/roles", body)).status == 400
    assert (await admin.done("GET", "/roles"))["items"] == []


async def test_an_end_user_role_never_grants_anything_in_the_console(admin):
    portal = await role(admin, "Portal", "endUser")
    status, _, problem = await admin.call("PATCH", f"/roles/{portal}", {"permissions": ["viewIdentity"]})
    assert (status, problem["field"]) == (400, "permissions")


async def test_a_name_is_unique_within_its_type(admin):
    first, second = await role(admin), await role(admin, "Helpdesk L2")
    await role(admin, "Helpdesk L1", "endUser")
    for reply in (
        await admin.call("POST", "/roles", {"name": "HELPDESK l1", "type": "technician"}),
        await admin.call("PATCH", f"/roles/{second}", {"name": "helpdesk L1"}),
    ):
        assert (reply.status, reply.json["code"]) == (409, "name_taken")
    assert (await admin.done("PATCH", f"/roles/{first}", {"name": "HELPDESK L1"}))["name"] == "HELPDESK L1"


async def test_a_change_of_what_was_changed_meanwhile_is_refused(admin):
    made = await role(admin)
    old = (await admin.call("GET", f"/roles/{made}")).headers["ETag"]
    await admin.done("PATCH", f"/roles/{made}", {"description": "x"})
    for method, body in (("PATCH", {"name": "y"}), ("DELETE", None)):
        reply = await admin.call(method, f"/roles/{made}", body, headers={"If-Match": old})
        assert (reply.status, reply.json["code"]) == (412, "changed")
    assert (await admin.done("GET", f"/roles/{made}"))["name"] == "Helpdesk L1"


async def test_a_list_is_by_type_and_name_and_paged(admin):
    """R079, R085: each kind of user has roles of its own."""
    for name, kind in (("b", "technician"), ("C", "endUser"), ("A", "technician"), ("a", "endUser")):
        await role(admin, name, kind)

    async def names(**query):
        found, cursor = [], ""
        while cursor is not None:
            page = await admin.done("GET", "/roles", cursor=cursor, limit=1, **query)
            found += [each["name"] for each in page["items"]]
            cursor = page.get("next")
        return found

    assert await names() == ["A", "a", "b", "C"]
    assert await names(type="technician") == ["A", "b"]
    assert await names(type="endUser") == ["a", "C"]
    assert (await admin.call("GET", "/roles", type="administrator")).status == 400


async def test_names_that_grow_in_comparison_have_cursors_that_fit(admin):
    for ending in "ab":
        await role(admin, "\ufdfa" * 149 + ending)
    page = await admin.done("GET", "/roles", limit=1)
    assert (await admin.call("GET", "/roles", limit=1, cursor=page["next"])).status == 200


async def mapped(admin):
    """A role that one of two technicians in a group has natively too, and that an inactive one is mapped to."""
    made = await role(admin)
    ids = [
        await admin.world.created("/Users", technician(name, active=name != "ina")) for name in ("tess", "tom", "ina")
    ]
    ids.append(await admin.world.created("/Users", user("end@contoso.com")))
    group_id = await admin.world.created("/Groups", group("Helpdesk", ids))
    await admin.done("PUT", f"/identity-providers/entra/groups/{group_id}/mapping", {"technicianRoles": [made]})
    native = await admin.account("native@contoso.com")
    for id_ in (ids[0], native.id):
        await admin.done("POST", f"/users/{id_}/roles/{made}")
    return made, group_id, [*ids[:2], native.id]


def technician(name, **more):
    body = user(f"{name}@contoso.com", **more)
    body["urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User"] = {"userType": "technician"}
    return body


async def holders(admin, role_id, ids):
    replies = [await admin.done("GET", f"/users/{id_}/roles") for id_ in ids]
    return [any(each["role"]["id"] == role_id and each["isInForce"] for each in reply["items"]) for reply in replies]


async def test_a_role_that_is_used_is_deleted_by_force_only(admin):
    """R125: deleting a mapped role warns, and unmaps."""
    made, group_id, people = await mapped(admin)
    use = await admin.done("GET", f"/roles/{made}")
    assert (use["nativeHolders"]["number"], use["mappedGroups"]) == (2, 1)
    status, _, problem = await admin.call("DELETE", f"/roles/{made}")
    assert (status, problem["code"], problem["groupMappings"], problem["nativeHolders"]) == (409, "role_in_use", 1, 2)
    assert problem["detail"].startswith("Used by 1 group mapping and given to 2 accounts directly.")
    assert await holders(admin, made, people) == [True] * 3

    preview = await admin.done("POST", f"/roles/{made}:previewDeletion")
    assert preview["roles"] == [{"role": {"id": made, "name": "Helpdesk L1"}, "gain": 0, "lose": 3, "keep": 0}]
    assert (preview["affected"], preview["inactive"]) == (3, 1)
    assert {each["accountId"]: each["name"] for each in preview["people"]} == dict(
        zip(people, ["tess@contoso.com", "tom@contoso.com", "native@contoso.com"], strict=True)
    )

    assert (await admin.call("DELETE", f"/roles/{made}", force="true")).status == 204
    assert await holders(admin, made, people) == [False] * 3
    assert (await admin.done("GET", f"/identity-providers/entra/groups/{group_id}/mapping"))["technicianRoles"] == []
    assert (await recorded(admin))[-1] == (
        Status.ROLE_DELETED,
        "unmapped from 1 group; taken from 2 accounts",
    )


async def test_a_group_that_is_gone_uses_no_role(admin):
    """R125: neither in lists, nor in the refusal, nor in the record; its mapping is cleared away later."""
    made = await role(admin)
    groups = [await admin.world.created("/Groups", group(name)) for name in ("Stays", "Goes")]
    for id_ in groups:
        await admin.done("PUT", f"/identity-providers/entra/groups/{id_}/mapping", {"technicianRoles": [made]})
    await admin.world.call("DELETE", f"/Groups/{groups[1]}")
    assert (await admin.done("GET", f"/roles/{made}"))["mappedGroups"] == 1
    assert [each["mappedGroups"] for each in (await admin.done("GET", "/roles"))["items"]] == [1]
    assert (await admin.call("DELETE", f"/roles/{made}")).json["groupMappings"] == 1

    await admin.world.call("DELETE", f"/Groups/{groups[0]}")
    assert (await admin.call("DELETE", f"/roles/{made}")).status == 204
    assert (await recorded(admin))[-1] == (Status.ROLE_DELETED, "unmapped from 0 groups; taken from 0 accounts")


async def test_only_so_many_groups_are_looked_for_and_all_others_count(admin, monkeypatch):
    monkeypatch.setattr("scim.admin.roles.CHECKED", 1)
    made = await role(admin)
    groups = [await admin.world.created("/Groups", group(name)) for name in "ABC"]
    for id_ in groups:
        await admin.done("PUT", f"/identity-providers/entra/groups/{id_}/mapping", {"technicianRoles": [made]})
        await admin.world.call("DELETE", f"/Groups/{id_}")
    assert (await admin.done("GET", f"/roles/{made}"))["mappedGroups"] == 2


async def test_who_is_deleted_still_holds_the_role_and_loses_nothing(admin):
    """A deleted account can be restored, with its Native roles; it is in no preview."""
    made, _, people = await mapped(admin)
    assert (await admin.world.call("DELETE", f"/Users/{people[0]}")).status == 204
    assert (await admin.done("GET", f"/roles/{made}"))["nativeHolders"]["number"] == 2
    preview = await admin.done("POST", f"/roles/{made}:previewDeletion")
    assert sorted(each["accountId"] for each in preview["people"]) == sorted(people[1:])


async def test_a_role_of_the_same_name_is_another_role(admin):
    made, _, people = await mapped(admin)
    await admin.call("DELETE", f"/roles/{made}", force="true")
    again = await role(admin)
    assert again != made
    assert await holders(admin, again, people) == [False] * 3


async def test_a_deleted_role_is_cleared_out_of_storage(admin):
    """Also twice at once; what is cleared changes nobody's roles any more."""
    made, group_id, people = await mapped(admin)
    kept = await role(admin, "Kept")
    await admin.done("PUT", f"/identity-providers/entra/groups/{group_id}/mapping", {"technicianRoles": [made, kept]})
    await admin.done("POST", f"/users/{people[0]}/roles/{kept}")
    await admin.call("DELETE", f"/roles/{made}", force="true")
    services, clear_roles = admin.services, admin.world.app.chores["ClearRoles"]

    await clear_roles()

    assert (await services.mappings.get("entra", group_id)).technician_roles == (kept,)
    assert [each.role for each in (await services.profiles.get(people[0])).roles] == [kept]
    assert await services.census.holders(made, 1) == ([], False)
    assert [each.id for each in await services.roles.deleted()] == [made], "a slow request may still name it"
    admin.clock.advance(minutes=10)
    await clear_roles()
    await clear_roles()
    assert await services.roles.deleted() == []
    assert await holders(admin, kept, people) == [True, True, False]


async def test_the_mapping_of_a_group_that_is_gone_is_cleared(admin):
    """The members lose the role with the group; a mapping without its group means nothing, and goes."""
    made, group_id, people = await mapped(admin)
    await admin.world.call("DELETE", f"/Groups/{group_id}")
    assert await holders(admin, made, people) == [True, False, True]
    await admin.world.app.chores["ClearRoles"]()
    assert await admin.services.mappings.all() == []


@pytest.mark.parametrize("id_", ["0198c000-0000-7000-8000-000000000000", "x", "a|b", "😀"])
async def test_what_is_not_there_is_404(admin, id_):
    for method, path, body in (
        ("GET", f"/roles/{id_}", None),
        ("PATCH", f"/roles/{id_}", {"name": "x"}),
        ("DELETE", f"/roles/{id_}", None),
        ("POST", f"/roles/{id_}:previewDeletion", None),
    ):
        assert (await admin.call(method, path, body)).status == 404


async def test_there_are_five_hundred_roles_at_most(admin, monkeypatch):
    monkeypatch.setattr("scim.admin.roles.MAX_ROLES", 2)
    await role(admin, "a")
    await role(admin, "b")
    status, _, problem = await admin.call("POST", "/roles", {"name": "c", "type": "technician"})
    assert (status, problem["code"]) == (409, "too_many_roles")


async def test_a_preview_of_too_many_people_says_so(admin, monkeypatch):
    made, group_id, _ = await mapped(admin)
    monkeypatch.setattr("scim.admin.impacts.MAX_PEOPLE", 3)
    for method, path, body, query in (
        ("POST", f"/roles/{made}:previewDeletion", None, {}),
        ("PUT", f"/identity-providers/entra/groups/{group_id}/mapping", {}, {"preview": "true"}),
    ):
        status, _, problem = await admin.call(method, path, body, **query)
        assert (status, problem["code"]) == (409, "too_many_people")


async def test_who_joins_a_mapped_group_has_its_roles(admin):
    """R086, R087."""
    made, group_id, _ = await mapped(admin)
    late = await admin.world.created("/Users", technician("late"))
    await admin.world.call("PATCH", f"/Groups/{group_id}", add_members(late))
    assert await holders(admin, made, [late]) == [True]
