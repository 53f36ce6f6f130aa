"""Group Mapping in a browser."""

from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from scim.schema.urns import CORE_GROUP, CORE_USER, NINJAONE_USER
from tests.browser.chromium import NARROW


@pytest.fixture
def helpdesk(run, boss, scim):
    """A group of two technicians and an end user, and a role of each type."""
    stem, organization = uuid4().hex[:8], run["organizations"][0]["id"]
    members = [
        scim(
            "/Users",
            {
                "schemas": [CORE_USER, NINJAONE_USER],
                "userName": f"{name}-{stem}@contoso.com",
                NINJAONE_USER: {"userType": kind, "organizationId": organization},
            },
        )
        for name, kind in (("tess", "technician"), ("theo", "technician"), ("anna", "endUser"))
    ]
    name = f"Helpdesk {stem}"
    group = scim(
        "/Groups", {"schemas": [CORE_GROUP], "displayName": name, "members": [{"value": each} for each in members]}
    )
    roles = [
        boss.api("POST", "/roles", {"name": f"{each} {stem}", "type": kind})
        for each, kind in (("First line", "technician"), ("Portal", "endUser"))
    ]
    return name, group, members, roles


def test_a_group_is_mapped_by_the_keyboard_and_the_preview_is_what_happens(page, console, run, boss, helpdesk):
    """R078-R087, AMB-33."""
    name, _, (tess, theo, anna), (first_line, portal) = helpdesk
    page.goto(f"{console}/administration/accounts/identity-providers/{run['providers'][0]['id']}")
    page.get_by_role("row", name=name).get_by_role("link", name="Edit").press("Enter")
    dialog = page.get_by_role("dialog", name="Edit group mapping")
    choose(page, dialog, "Technician roles", first_line["name"])
    choose(page, dialog, "End user roles", portal["name"])
    told = dialog.get_by_role("region", name="What changes")
    expect(told.get_by_role("listitem").filter(has_text=f"2 people gain {first_line['name']}")).to_be_visible()
    expect(told.get_by_role("listitem").filter(has_text=f"1 person gains {portal['name']}")).to_be_visible()
    expect(dialog.get_by_role("button", name="Preview")).to_be_hidden()
    assert roles_of(boss, tess) == roles_of(boss, anna) == []

    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("Group mapping saved.")
    assert [roles_of(boss, each) for each in (tess, theo, anna)] == [[first_line["name"]]] * 2 + [[portal["name"]]]
    expect(page.get_by_role("row", name=name)).to_contain_text(first_line["name"])


def test_what_is_chosen_can_be_removed_where_it_is_shown(new_page, console, run, boss, helpdesk):
    name, group, (tess, *_), (first_line, _) = helpdesk
    address = f"/identity-providers/{run['providers'][0]['id']}/groups/{group}/mapping"
    boss.api("PUT", address, {"technicianRoles": [first_line["id"]]})
    page = new_page(boss, viewport=NARROW)
    page.goto(f"{console}/administration/accounts/identity-providers/{run['providers'][0]['id']}")
    page.get_by_role("row", name=name).get_by_role("link", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=f"Remove \N{EN DASH} {first_line['name']}").click()
    expect(dialog.get_by_text(f"2 people lose {first_line['name']}")).to_be_visible()
    expect(dialog.get_by_text("Choose roles").first).to_be_focused()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("Group mapping saved.")
    assert roles_of(boss, tess) == []


def test_without_scripts_a_button_shows_what_changes(new_page, console, run, boss, helpdesk):
    name, group, _, (first_line, _) = helpdesk
    page = new_page(boss, java_script_enabled=False)
    page.goto(f"{console}/administration/accounts/identity-providers/{run['providers'][0]['id']}/groups/{group}")
    page.get_by_text("Choose roles").first.click()
    page.get_by_label(first_line["name"]).check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text(f"2 people gain {first_line['name']}")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=name)).to_contain_text(first_line["name"])


def choose(page, dialog, label, role):
    """Open a drop-down, narrow it where it is long, choose a role, and close it: all by the keyboard."""
    group = dialog.get_by_role("group", name=label, exact=True)
    summary = group.locator("summary")
    summary.press("Enter")
    group.get_by_label(role).press("Space")
    expect(group.get_by_role("list", name=label).get_by_text(role)).to_be_visible()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(dialog).to_be_visible()


def roles_of(boss, account):
    found = boss.api("GET", f"/users/{account}/roles")
    return [each["role"]["name"] for each in found["items"] if each["isInForce"]]


@pytest.fixture
def scim(run):
    """Makes a resource as the first provider does; its id."""

    def create(path, body):
        provider = run["providers"][0]
        headers = {"Authorization": f"Bearer {provider['scim_token']}", "Content-Type": "application/scim+json"}
        reply = httpx.post(f"{run['scim_url']}{path}", json=body, headers=headers, timeout=60)
        assert reply.is_success, reply.text
        return reply.json()["id"]

    return create
