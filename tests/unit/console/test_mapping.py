"""Group Mapping on the provider page, and its dialog, without a browser."""

import re
from html import unescape

import pytest

from scim.domain.authority import Permission
from scim.schema.urns import NINJAONE_USER
from tests.people import technician
from tests.visitor import Visitor
from tests.world import group, user

PROVIDER = "administration/accounts/identity-providers/entra"
TECHNICIAN, END_USER = "technician", "endUser"


class Scene:
    """Roles of both types, and a group of a technician and an end user."""

    @classmethod
    async def on(cls, admin):
        scene = cls()
        scene.admin = admin
        scene.tess, scene.anna = [await scene.person(*each) for each in (("tess", TECHNICIAN), ("anna", END_USER))]
        scene.group = await admin.world.created("/Groups", group("Helpdesk", [scene.tess, scene.anna]))
        scene.l1, scene.l2 = [await scene.role(name, TECHNICIAN) for name in ("Helpdesk L1", "Helpdesk L2")]
        scene.portal, scene.tickets = [await scene.role(name, END_USER) for name in ("Portal", "Tickets")]
        return scene

    async def person(self, name, kind):
        extension = {"userType": kind} | ({"organizationId": "12"} if kind == END_USER else {})
        return await self.admin.world.created("/Users", user(f"{name}@contoso.com") | {NINJAONE_USER: extension})

    async def role(self, name, kind):
        return (await self.admin.done("POST", "/roles", {"name": name, "type": kind}))["id"]

    @property
    def dialog(self):
        return f"{PROVIDER}/groups/{self.group}"

    async def roles(self, account_id):
        found = await self.admin.done("GET", f"/users/{account_id}/roles")
        return {each["role"]["name"] for each in found["items"] if each["isInForce"]}


@pytest.fixture
async def scene(admin):
    return await Scene.on(admin)


def offered(page, name):
    """The ids of the roles in a drop-down."""
    return set(re.findall(rf'type="checkbox" name="{name}" value="([^"]+)"', page.html))


def chosen(page):
    return set(re.findall(r'type="checkbox" name="\w+" value="([^"]+)"[^>]* checked', page.html))


def changes(page):
    """The lines of *What changes*."""
    (lines,) = re.findall(r'<ul class="impact">(.*?)</ul>', page.html, re.DOTALL)
    return [
        " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", line)).split())
        for line in re.findall(r"<li.*?</li>", lines, re.DOTALL)
    ]


def version(page):
    return unescape(re.search(r'name="version" value="([^"]*)"', page.html)[1])


async def test_the_section_lists_groups_with_their_members_and_roles(visitor, scene):
    """R077, R078, R080, R081."""
    page = await visitor.get(PROVIDER)
    assert re.search(r"<h2[^>]*>Group Mapping</h2>", page.html)
    assert re.search(
        r'<th scope="col">Identity group</th><th scope="col">Members</th><th scope="col">User roles', page.html
    )
    assert "Helpdesk 2 (1 technician, 1 end user) \N{EN DASH} (not mapped)" in page.text
    await visitor.send(scene.dialog, technicianRoles=[scene.l1, scene.l2], endUserRoles=scene.portal)
    assert "Technician: Helpdesk L1 , Helpdesk L2 End user: Portal" in (await visitor.get(PROVIDER)).text


async def test_without_groups_it_says_what_to_do_and_edit_is_disabled_with_the_reason(visitor):
    """R083."""
    page = await visitor.get(PROVIDER)
    assert "No groups have arrived from Contoso Entra." in page.text
    assert re.search(r'<button[^>]* disabled aria-describedby="group-mapping-none">Edit</button>', page.html)
    assert 'id="group-mapping-none"' in page.html


async def test_more_groups_than_a_page_holds_are_on_further_pages(visitor, scene, monkeypatch):
    monkeypatch.setattr("scim.console.pages.mapping._GROUPS", 1)
    await scene.admin.world.created("/Groups", group("Second"))
    first = await visitor.get(PROVIDER)
    address = re.search(r'rel="next" href="([^"]+)"', first.html)[1].replace("&amp;", "&")
    second = await visitor.get(address.partition("#")[0])
    assert ("Helpdesk" in first.text, "Second" in first.text) == (True, False)
    assert ("Second" in second.text, 'rel="next"' in second.html) == (True, False)


async def test_each_drop_down_lists_the_roles_of_its_own_type_and_no_system_administrator(visitor, scene):
    """R016, R079, R085."""
    page = await visitor.get(scene.dialog)
    assert "Edit group mapping \N{EN DASH} Helpdesk" in page.text
    assert offered(page, "technicianRoles") == {scene.l1, scene.l2}
    assert offered(page, "endUserRoles") == {scene.portal, scene.tickets}
    assert "System administrator" not in re.search(r"<main.*</main>", page.html, re.DOTALL)[0]


async def test_several_roles_of_each_type_are_saved_and_held_by_members_of_that_type(visitor, scene):
    """R084, R086, R087, AMB-33."""
    reply = await visitor.send(
        scene.dialog, technicianRoles=[scene.l1, scene.l2], endUserRoles=[scene.portal, scene.tickets]
    )
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{PROVIDER}", "mapping-saved")
    assert await scene.roles(scene.tess) == {"Helpdesk L1", "Helpdesk L2"}
    assert await scene.roles(scene.anna) == {"Portal", "Tickets"}
    page = await visitor.get(scene.dialog)
    assert chosen(page) == {scene.l1, scene.l2, scene.portal, scene.tickets}
    assert "by chief@contoso.com" in page.text


async def test_the_preview_tells_what_saving_then_does_and_saves_nothing(visitor, scene):
    """AMB-33."""
    await visitor.send(scene.dialog, technicianRoles=scene.l1, endUserRoles=scene.portal)
    wanted = {"technicianRoles": [scene.l2], "endUserRoles": [scene.portal]}
    page = await visitor.send(scene.dialog, **wanted, preview="on")
    assert page.status == 200
    assert changes(page) == ["1 person loses Helpdesk L1", "1 person gains Helpdesk L2", "1 person keeps Portal"]
    assert "tess@contoso.com gains Helpdesk L2 loses Helpdesk L1" in page.text
    assert chosen(page) == {scene.l2, scene.portal}
    assert await scene.roles(scene.tess) == {"Helpdesk L1"}
    await visitor.send(scene.dialog, **wanted)
    assert (await scene.roles(scene.tess), await scene.roles(scene.anna)) == ({"Helpdesk L2"}, {"Portal"})


async def test_a_preview_without_changes_says_so(visitor, scene):
    assert "Nobody gains or loses a role." in (await visitor.send(scene.dialog, preview="on")).text


async def test_a_preview_of_too_many_people_says_so_and_saving_goes_on(visitor, scene, monkeypatch):
    monkeypatch.setattr("scim.admin.impacts.MAX_PEOPLE", 1)
    page = await visitor.send(scene.dialog, technicianRoles=scene.l1, preview="on")
    assert (page.status, chosen(page)) == (409, {scene.l1})
    assert "people are concerned. That is too many for a preview." in page.text
    assert (await visitor.send(scene.dialog, technicianRoles=scene.l1)).status == 303


async def test_a_mapping_that_somebody_else_changed_is_not_overwritten(visitor, scene):
    page = await visitor.get(scene.dialog)
    await scene.admin.done(
        "PUT", f"/identity-providers/entra/groups/{scene.group}/mapping", {"technicianRoles": [scene.l1]}
    )
    again = await visitor.send(scene.dialog, technicianRoles=scene.l2, version=version(page), fragment=True)
    assert again.status == 412
    assert "This mapping was changed by boss@contoso.com meanwhile." in again.text
    assert f'<a href="/console/{scene.dialog}" data-dialog>Load the present state</a>' in again.html
    assert chosen(again) == {scene.l2}
    assert await scene.roles(scene.tess) == {"Helpdesk L1"}


async def test_a_role_that_was_deleted_meanwhile_is_told_and_the_others_stay_chosen(visitor, scene):
    await scene.admin.done("DELETE", f"/roles/{scene.l2}")
    page = await visitor.send(scene.dialog, technicianRoles=[scene.l1, scene.l2])
    assert page.status == 409
    assert "A role that you chose was deleted meanwhile." in page.text
    assert chosen(page) == {scene.l1}


async def test_saving_takes_a_recent_sign_in_and_sends_every_role_again(visitor, scene):
    await visitor.grow_old()
    page = await visitor.send(scene.dialog, technicianRoles=[scene.l1, scene.l2])
    assert "Verify it's you" in page.text
    assert re.findall(r'name="technicianRoles" value="([^"]+)"', page.html) == [scene.l1, scene.l2]


async def test_only_system_administrators_see_edit_and_may_use_it(admin, scene):
    """R082."""
    viewer = Visitor(await technician(admin, *Permission))
    page = await viewer.get(PROVIDER)
    assert "Helpdesk" in page.text
    assert f"groups/{scene.group}" not in page.html
    assert (await viewer.get(scene.dialog)).status == 403
    for fields in ({}, {"preview": "on"}):
        assert (await viewer.send(scene.dialog, technicianRoles=scene.l1, **fields)).status == 403
    assert await scene.roles(scene.tess) == set()
    nobody = Visitor(await technician(admin))
    assert (await nobody.get(PROVIDER)).status == 403


async def test_a_group_that_is_gone_is_404(visitor):
    assert (await visitor.get(f"{PROVIDER}/groups/nothing")).status == 404
