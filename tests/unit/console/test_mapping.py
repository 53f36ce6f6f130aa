"""Group Mapping, without a browser."""

import html
import re

import pytest

from scim.domain.authority import Permission
from scim.schema.urns import NINJAONE_USER
from tests.people import technician
from tests.visitor import Visitor
from tests.world import group, user

PROVIDER = "administration/accounts/identity-providers/entra"
TECHNICIAN, END_USER = "technician", "endUser"


class Scene:
    """A group of two technicians and an end user, and roles of both types."""

    def __init__(self, visitor, admin):
        self.visitor, self.admin = visitor, admin

    @classmethod
    async def of(cls, visitor, admin):
        scene = cls(visitor, admin)
        scene.tess = await scene.person("tess", TECHNICIAN)
        scene.tom = await scene.person("tom", TECHNICIAN)
        scene.anna = await scene.person("anna", END_USER)
        members = [scene.tess, scene.tom, scene.anna]
        scene.group = await scene.admin.world.created("/Groups", group("NinjaOne-Helpdesk", members))
        scene.first, scene.second = [await scene.role(name, TECHNICIAN) for name in ("Helpdesk L1", "Billing")]
        scene.portal, scene.tickets = [await scene.role(name, END_USER) for name in ("Portal", "Tickets")]
        return scene

    @property
    def dialog(self):
        return f"{PROVIDER}/groups/{self.group}"

    @property
    def api(self):
        return f"/identity-providers/entra/groups/{self.group}/mapping"

    async def person(self, name, kind):
        extension = {"userType": kind} | ({"organizationId": "12"} if kind == END_USER else {})
        return await self.admin.world.created("/Users", user(f"{name}@contoso.com") | {NINJAONE_USER: extension})

    async def role(self, name, kind):
        return (await self.admin.done("POST", "/roles", {"name": name, "type": kind}))["id"]

    async def map(self, technicians=(), end_users=()):
        body = {"technicianRoles": [*technicians], "endUserRoles": [*end_users]}
        return await self.admin.done("PUT", self.api, body)

    async def mapped(self):
        found = await self.admin.done("GET", self.api)
        return [[role["id"] for role in found[name]] for name in ("technicianRoles", "endUserRoles")]


@pytest.fixture
async def scene(visitor, admin):
    return await Scene.of(visitor, admin)


def section(page):
    return text(re.search(r'<section [^>]*id="group-mapping".*?</section>', page.html, re.DOTALL)[0])


def text(markup):
    return " ".join(html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", markup)).split())


def offered(page, name):
    """The roles of a drop-down, by id, and whether each is chosen."""
    boxes = re.findall(rf'<input [^>]*type="checkbox" name="{name}"[^>]*>', page.html)
    return {re.search(r'value="([^"]*)"', box)[1]: " checked" in box for box in boxes}


async def test_the_section_names_groups_their_members_and_their_roles(scene):
    """R077-R081."""
    assert "Not mapped" in section(await scene.visitor.get(PROVIDER))
    await scene.map([scene.first, scene.second], [scene.portal])
    told = section(await scene.visitor.get(PROVIDER))
    for words in (
        "Group Mapping",
        "Identity group Members User roles",
        "NinjaOne-Helpdesk",
        "3 2 technicians, 1 end user",
        "Technician: Billing , Helpdesk L1",
        "End user: Portal",
    ):
        assert words in told
    assert "Not mapped" not in told


async def test_without_groups_the_section_says_how_they_arrive(visitor):
    """R083: nothing can be edited, and why is told."""
    page = await visitor.get(PROVIDER)
    told = section(page)
    assert "No groups have arrived from Contoso Entra . Let your identity provider send groups." in told
    assert re.search(r'<button [^>]*disabled aria-describedby="no-groups">Edit</button>', page.html)


async def test_many_groups_come_in_pages(scene):
    second = await scene.admin.world.created("/Groups", group("Second", []))
    page = await scene.visitor.get(PROVIDER, limit=1)
    assert "Second" not in section(page)
    following = html.unescape(re.search(r'rel="next" href="([^"]*)"', page.html)[1])
    assert "Second" in section(await scene.visitor.get(following))
    await scene.admin.world.call("DELETE", f"/Groups/{second}")
    assert "There are no more groups." in section(await scene.visitor.get(following))


async def test_each_drop_down_offers_the_roles_of_its_type_alone(scene):
    """R016, R079, R084, R085: system administrator is none of them."""
    await scene.map([scene.first], [scene.portal])
    page = await scene.visitor.get(scene.dialog)
    assert offered(page, "technicianRoles") == {scene.second: False, scene.first: True}
    assert offered(page, "endUserRoles") == {scene.portal: True, scene.tickets: False}
    assert "3 (2 technicians, 1 end user)" in page.text
    assert "System administrator" not in page.text


async def test_several_roles_are_saved(scene):
    """R084."""
    fields = {"technicianRoles": [scene.first, scene.second], "endUserRoles": [scene.portal, scene.tickets]}
    reply = await scene.visitor.send(scene.dialog, **fields, version='"unmapped"')
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{PROVIDER}", "mapping-saved")
    assert [set(roles) for roles in await scene.mapped()] == [
        {scene.first, scene.second},
        {scene.portal, scene.tickets},
    ]


async def test_no_role_chosen_unmaps_the_group(scene):
    await scene.map([scene.first], [scene.portal])
    assert (await scene.visitor.send(scene.dialog)).status == 303
    assert await scene.mapped() == [[], []]


async def test_a_preview_tells_who_gains_and_loses_and_writes_nothing(scene):
    """R086, R087: technicians gain the technician role, the end user the other."""
    await scene.map([scene.first])
    page = await scene.visitor.send(
        scene.dialog, technicianRoles=[scene.second], endUserRoles=[scene.portal], preview="1"
    )
    assert page.status == 200
    for words in ("Billing 2 gain it", "Helpdesk L1 2 lose it", "Portal 1 gains it", "3 people are concerned"):
        assert words in page.text
    assert offered(page, "technicianRoles") == {scene.second: True, scene.first: False}
    assert "3 (2 technicians, 1 end user)" in page.text
    assert await scene.mapped() == [[scene.first], []]


async def test_a_preview_of_nothing_says_so(scene):
    await scene.map([scene.first])
    page = await scene.visitor.send(scene.dialog, technicianRoles=scene.first, preview="1")
    assert "Nobody gains or loses a role. Helpdesk L1 2 keep it" in page.text


async def test_a_mapping_that_somebody_else_changed_is_not_overwritten(scene):
    page = await scene.visitor.get(scene.dialog)
    version = html.unescape(re.search(r'name="version" value="([^"]*)"', page.html)[1])
    await scene.map([scene.second])
    page = await scene.visitor.send(scene.dialog, technicianRoles=scene.first, version=version)
    assert page.status == 412
    assert "This mapping was changed by boss@contoso.com meanwhile." in page.text
    assert "Reload" in page.text
    assert offered(page, "technicianRoles")[scene.first], "what was chosen is not lost"
    assert await scene.mapped() == [[scene.second], []]


@pytest.mark.parametrize("button", [{}, {"preview": "1"}])
async def test_a_role_that_was_deleted_meanwhile_is_refused(scene, button):
    await scene.admin.done("DELETE", f"/roles/{scene.first}")
    page = await scene.visitor.send(scene.dialog, technicianRoles=scene.first, **button)
    assert page.status == 409
    assert "A role that you chose was deleted meanwhile. Choose again." in page.text
    assert scene.first not in offered(page, "technicianRoles")


async def test_a_role_of_the_other_type_is_refused(scene):
    """R085."""
    page = await scene.visitor.send(scene.dialog, endUserRoles=scene.first)
    assert page.status == 400
    assert 'The role "Helpdesk L1" is for the other type of user.' in page.text


async def test_more_roles_than_there_may_be_are_told_at_their_drop_down(scene):
    page = await scene.visitor.send(scene.dialog, technicianRoles=[f"role-{number}" for number in range(51)])
    assert page.status == 400
    assert re.search(r'data-wrong aria-describedby="hint-technicianRoles"', page.html)


async def test_only_system_administrators_edit(scene):
    """R082: whatever permissions a technician has."""
    seer = Visitor(await technician(scene.admin, *Permission))
    page = await seer.get(PROVIDER)
    assert "NinjaOne-Helpdesk" in section(page)
    assert "Edit" not in section(page)
    assert (await seer.get(scene.dialog)).status == 403
    for button in ({}, {"preview": "1"}):
        assert (await seer.send(scene.dialog, technicianRoles=scene.first, **button)).status == 403
    assert await scene.mapped() == [[], []]


async def test_a_group_that_is_gone_is_not_found(scene):
    await scene.admin.world.call("DELETE", f"/Groups/{scene.group}")
    page = await scene.visitor.get(scene.dialog)
    assert page.status == 404
    assert "No group with this id has arrived from Contoso Entra." in page.text


async def test_without_roles_the_dialog_leads_to_where_they_are_made(visitor, admin):
    id_ = await admin.world.created("/Groups", group("Lonely", []))
    page = await visitor.get(f"{PROVIDER}/groups/{id_}")
    assert "There are none yet." in page.text
    assert 'href="/console/administration/accounts/technician-roles"' in page.html
