"""Technician roles and End user roles, without a browser."""

import re
from html import unescape

import pytest

from scim.console.pages.roles import PERMISSIONS
from scim.domain.authority import Permission
from scim.schema.urns import NINJAONE_USER
from tests.people import technician
from tests.visitor import Visitor
from tests.world import group, user

TECHNICIANS = "administration/accounts/technician-roles"
END_USERS = "administration/accounts/end-user-roles"


async def role(admin, name, kind="technician", **more):
    return (await admin.done("POST", "/roles", {"name": name, "type": kind, **more}))["id"]


async def mapped(admin, role_id, *kinds):
    """A group of people of these types that is mapped to a role; their ids."""
    people = [
        await admin.world.created(
            "/Users",
            user(f"{kind}{at}@contoso.com")
            | {NINJAONE_USER: {"userType": kind} | ({"organizationId": "12"} if kind == "endUser" else {})},
        )
        for at, kind in enumerate(kinds)
    ]
    id_ = await admin.world.created("/Groups", group("Helpdesk", people))
    path = f"/identity-providers/entra/groups/{id_}/mapping"
    await admin.done("PUT", path, {"technicianRoles": [role_id]})
    return people


def version(page):
    return unescape(re.search(r'name="version" value="([^"]*)"', page.html)[1])


@pytest.mark.parametrize(("place", "kind"), [(TECHNICIANS, "technician"), (END_USERS, "endUser")])
async def test_a_role_is_added_edited_and_deleted(visitor, admin, place, kind):
    reply = await visitor.send(f"{place}/add", name="Field service", description="On the road")
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{place}", "role-added")
    (made,) = (await admin.done("GET", "/roles", type=kind))["items"]
    assert (made["name"], made["description"], made["permissions"]) == ("Field service", "On the road", [])
    assert "Field service On the road Native 0 · SCIM 0 0" in (await visitor.get(place)).text
    form = await visitor.get(f"{place}/{made['id']}/edit")
    reply = await visitor.send(f"{place}/{made['id']}/edit", name="Field", description="", version=version(form))
    assert (reply.status, reply.notice) == (303, "role-changed")
    assert (await admin.done("GET", f"/roles/{made['id']}"))["description"] == ""
    dialog = await visitor.get(f"{place}/{made['id']}/delete")
    assert "Delete “Field”?" in dialog.text
    assert "Nobody has it, and no group is mapped to it." in dialog.text
    reply = await visitor.send(f"{place}/{made['id']}/delete", version=version(dialog))
    assert (reply.status, reply.notice) == (303, "role-deleted")
    assert "No" in (await visitor.get(place)).text
    assert (await admin.done("GET", "/roles"))["items"] == []


async def test_each_page_lists_the_roles_of_its_type(visitor, admin):
    """R085."""
    await role(admin, "Helpdesk L1")
    await role(admin, "Portal", "endUser")
    technicians, end_users = [(await visitor.get(place)).text for place in (TECHNICIANS, END_USERS)]
    assert ("Helpdesk L1" in technicians, "Portal" in technicians) == (True, False)
    assert ("Helpdesk L1" in end_users, "Portal" in end_users) == (False, True)


async def test_a_new_technician_role_grants_nothing_or_everything(visitor, admin):
    await visitor.send(f"{TECHNICIANS}/add", name="Blank", description="", template="blank")
    await visitor.send(f"{TECHNICIANS}/add", name="Full", description="", template="full")
    granted = {each["name"]: each["permissions"] for each in (await admin.done("GET", "/roles"))["items"]}
    assert granted == {"Blank": [], "Full": sorted(Permission)}


async def test_what_a_technician_role_grants_is_chosen_in_words(visitor, admin):
    id_ = await role(admin, "Helpdesk L1")
    dialog = await visitor.get(f"{TECHNICIANS}/{id_}/edit")
    assert "See organizations and their activities" in dialog.text
    fields = {"name": "Helpdesk L1", "description": "", "permissions": ["viewAccounts", "viewOrganizations"]}
    await visitor.send(f"{TECHNICIANS}/{id_}/edit", **fields)
    assert (await admin.done("GET", f"/roles/{id_}"))["permissions"] == ["viewAccounts", "viewOrganizations"]
    await visitor.send(f"{TECHNICIANS}/{id_}/edit", name="Helpdesk L1", description="")
    assert (await admin.done("GET", f"/roles/{id_}"))["permissions"] == []


def test_every_permission_has_words():
    assert set(PERMISSIONS) == set(Permission)


async def test_members_are_counted_by_what_gives_them_the_role(visitor, admin):
    """R089-R091: technicians of a mapped group, and those who have it natively; end users there do not have it."""
    id_ = await role(admin, "Helpdesk L1")
    await mapped(admin, id_, "technician", "technician", "endUser")
    tess = await admin.account("tess@contoso.com")
    await admin.done("POST", f"/users/{tess.id}/roles/{id_}")
    assert "Helpdesk L1 \N{EN DASH} Native 1 · SCIM 2 1" in (await visitor.get(TECHNICIANS)).text


async def test_so_many_people_that_types_are_not_told_apart_are_many(visitor, admin, monkeypatch):
    monkeypatch.setattr("scim.admin.role_members.TOLD_APART", 1)
    id_ = await role(admin, "Helpdesk L1")
    await mapped(admin, id_, "technician", "technician")
    await role(admin, "Unused")
    page = await visitor.get(TECHNICIANS)
    assert "SCIM many 1" in page.text
    assert "Unused \N{EN DASH} Native 0 · SCIM 0 0" in page.text


async def test_a_role_that_is_used_is_deleted_with_its_impact_told(visitor, admin):
    id_ = await role(admin, "Helpdesk L1")
    people = await mapped(admin, id_, "technician", "technician")
    dialog = await visitor.get(f"{TECHNICIANS}/{id_}/delete")
    assert "Used by 1 group mapping and 2 people." in dialog.text
    assert "2 people lose Helpdesk L1" in dialog.text
    assert all(f"users/{person}" in dialog.html for person in people)
    refused = await visitor.send(f"{TECHNICIANS}/{id_}/delete", version=version(dialog))
    assert refused.status == 409
    reply = await visitor.send(f"{TECHNICIANS}/{id_}/delete", version=version(dialog), force="on")
    assert reply.status == 303
    assert (await admin.done("GET", f"/users/{people[0]}/roles"))["items"] == []


async def test_a_role_of_too_many_people_can_be_deleted_all_the_same(visitor, admin, monkeypatch):
    monkeypatch.setattr("scim.admin.impacts.MAX_PEOPLE", 1)
    id_ = await role(admin, "Helpdesk L1")
    await mapped(admin, id_, "technician", "technician")
    dialog = await visitor.get(f"{TECHNICIANS}/{id_}/delete")
    assert "Used by 1 group mapping and more people than can be counted here." in dialog.text
    assert (await visitor.send(f"{TECHNICIANS}/{id_}/delete", force="on")).status == 303


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("System administrator", "System administrator is not a role"),
        ("helpdesk l1", 'There is a role for technicians called "helpdesk l1" already.'),
        ("", "Fill this in."),
    ],
    ids=["reserved", "taken", "blank"],
)
async def test_a_name_that_cannot_be_is_told_and_what_was_typed_comes_back(visitor, admin, name, told):
    """R016."""
    await role(admin, "Helpdesk L1")
    page = await visitor.send(f"{TECHNICIANS}/add", name=name, description="For the night", template="full")
    assert page.status in {400, 409}
    assert told in page.text
    assert 'value="For the night"' in page.html
    assert re.search(r'value="full" checked', page.html)


async def test_a_role_that_somebody_else_changed_is_not_overwritten(visitor, admin):
    id_ = await role(admin, "Helpdesk L1")
    dialog = await visitor.get(f"{TECHNICIANS}/{id_}/edit")
    admin.clock.advance(minutes=1)
    await admin.done("PATCH", f"/roles/{id_}", {"name": "Helpdesk"})
    admin.clock.advance(minutes=1)
    page = await visitor.send(f"{TECHNICIANS}/{id_}/edit", name="Other", description="", version=version(dialog))
    assert page.status == 412
    assert "boss@contoso.com changed this 1 minute ago , after you opened it." in page.text


async def test_viewers_see_the_roles_and_no_way_to_change_them(admin):
    id_ = await role(admin, "Helpdesk L1")
    viewer = Visitor(await technician(admin, Permission.VIEW_ACCOUNTS))
    page = await viewer.get(TECHNICIANS)
    assert "Helpdesk L1" in page.text
    assert not re.search(rf"{TECHNICIANS}/(add|{id_})", page.html)
    for path in ("add", f"{id_}/edit", f"{id_}/delete"):
        assert (await viewer.get(f"{TECHNICIANS}/{path}")).status == 403
        assert (await viewer.send(f"{TECHNICIANS}/{path}", name="x", description="", force="on")).status == 403
    nobody = Visitor(await technician(admin))
    assert (await nobody.get(TECHNICIANS)).status == 403


async def test_a_role_of_the_other_page_is_not_found(visitor, admin):
    id_ = await role(admin, "Portal", "endUser")
    for path in ("edit", "delete"):
        assert (await visitor.get(f"{TECHNICIANS}/{id_}/{path}")).status == 404
