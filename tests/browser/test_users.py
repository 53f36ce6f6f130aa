"""All users and the account configuration page in a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from scim.schema.urns import NINJAONE_USER
from tests.browser.people import Person

USERS = "administration/accounts/users"


@dataclass
class Managed:
    """An identity provider of this test's own, and how it sends users and groups."""

    id: str
    name: str
    boss: Person
    client: httpx.Client

    def create(self, name: str, **attributes: Any) -> str:
        """A technician; the id. The name is the user's display name, too."""
        body = {"userName": name, "displayName": name, NINJAONE_USER: {"userType": "technician"}, **attributes}
        return str(self._sent("/Users", body)["id"])

    def group(self, name: str, *members: str) -> str:
        """A group; the id."""
        return str(self._sent("/Groups", {"displayName": name, "members": [{"value": each} for each in members]})["id"])

    def _sent(self, path: str, body: object) -> Any:
        reply = self.client.post(path, json=body)
        assert reply.status_code == 201, reply.text
        return reply.json()

    def disable_scim(self) -> None:
        """Switch provisioning off."""
        self.boss.api("POST", f"/identity-providers/{self.id}/scim:disable", {})


@pytest.fixture
def managed(boss: Person, run: dict[str, Any]) -> Iterator[Managed]:
    """A provider that provisions."""
    made = boss.api("POST", "/identity-providers", {"name": f"Okta {uuid4().hex[:8]}", "kind": "okta"})
    boss.api("POST", f"/identity-providers/{made['id']}/scim:enable")
    token = boss.api("POST", f"/identity-providers/{made['id']}/scim/tokens", {})["token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    with httpx.Client(base_url=run["scim_url"], headers=headers, timeout=60) as client:
        yield Managed(made["id"], made["name"], boss, client)


@pytest.fixture(autouse=True)
def closing(boss: Person) -> Iterator[None]:
    """Close what the test has asked the API by."""
    yield
    boss.client.close()


@pytest.fixture
def stem() -> str:
    """What the names of this test's people begin with."""
    return f"t{uuid4().hex[:8]}"


def native(boss: Person, name: str, **more: object) -> str:
    """A native technician; the id."""
    body = {"email": f"{name}@example.com", "displayName": name, "userType": "technician", **more}
    return str(boss.api("POST", "/users", body)["id"])


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on something of this name."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText") == name:
            return
    raise AssertionError(name)


def test_users_are_filtered_by_the_keyboard_alone(page, boss, console, managed, stem):
    """R129: the filters are in the address, and in the file."""
    managed.create(f"{stem} Ana")
    native(boss, f"{stem}ben")
    page.goto(f"{console}/{USERS}")
    tab_to(page, "Search")
    page.keyboard.type(stem)
    tab_to(page, "Managed by")
    page.keyboard.type("SCIM")
    tab_to(page, "Apply")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_role("rowheader")).to_contain_text(f"{stem} Ana")
    assert f"search={stem}" in page.url
    assert "managedBy=scim" in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == "users.csv"
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.startswith(f"{stem} Ana,") for line in lines[1:]] == [True]


def test_a_native_account_is_added_and_edited(page, console, stem):
    page.goto(f"{console}/{USERS}")
    page.get_by_role("main").get_by_role("link", name="Add user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(f"{stem}@example.com")
    dialog.get_by_label("First name").fill("Ben")
    dialog.get_by_label("Type").select_option("Technician")
    dialog.get_by_role("button", name="Add user").click()
    expect(page.get_by_role("status").last).to_contain_text("User added.")
    page.get_by_label("Last name").fill(f"Okri {stem}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("Saved.")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ben Okri {stem}")


def test_an_invitation_link_is_copied_before_it_is_gone(page, boss, console, stem):
    id_ = native(boss, stem)
    page.goto(f"{console}/{USERS}/{id_}/security")
    page.get_by_role("link", name="Create invitation link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Create link").click()
    dialog.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "/console/invitation#" in copied
    assert dialog.get_by_label("Link", exact=True).input_value() == copied
    with page.expect_event("load"):  # the page shows what has changed behind the dialog
        page.keyboard.press("Escape")
    assert copied not in page.content()


def test_what_scim_manages_is_locked_until_scim_is_off(page, console, managed, stem):
    """R003, R005, R009: the explanation is at every field; the phone number can be changed all the same (R006)."""
    id_ = managed.create(f"{stem} Ana")
    lock = f"This field is managed by {managed.name} through SCIM. Change it there, or disable SCIM for this provider."
    page.goto(f"{console}/{USERS}/{id_}")
    expect(page.get_by_title(lock)).to_have_count(8)
    expect(page.get_by_role("textbox", name="First name")).to_have_count(0)
    page.get_by_label("Phone").fill("+34 600 000 000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("Saved.")
    page.get_by_role("main").get_by_title("Actions").click()
    expect(page.get_by_role("button", name="Delete")).to_be_disabled()
    expect(page.get_by_role("button", name="Delete")).to_have_accessible_description(
        f"This account is managed by {managed.name} through SCIM. Delete it there, or disable SCIM for this provider."
    )
    managed.disable_scim()
    page.reload()
    expect(page.get_by_text("SCIM is off: you can edit this user; the next sync may overwrite it.")).to_be_visible()
    page.get_by_role("textbox", name="First name").fill("Anna")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("Saved.")


def test_an_edit_that_was_begun_while_scim_was_off_is_refused_with_the_reason(page, boss, console, managed, stem):
    """R003, R005."""
    id_ = managed.create(f"{stem} Ana")
    managed.disable_scim()
    page.goto(f"{console}/{USERS}/{id_}")
    page.get_by_role("textbox", name="First name").fill("Anna")
    boss.api("POST", f"/identity-providers/{managed.id}/scim:enable")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_contain_text(f"This field is managed by {managed.name} through SCIM.")
    expect(page.get_by_role("textbox", name="First name")).to_have_count(0)


def test_why_tells_the_way_from_the_person_to_the_role(page, boss, console, managed, stem):
    """R089-R092."""
    ana = managed.create(f"{stem} Ana")
    group = managed.group(f"{stem} Helpdesk", ana)
    role = boss.api("POST", "/roles", {"name": f"{stem} L1", "type": "technician"})["id"]
    path = f"/identity-providers/{managed.id}/groups/{group}/mapping"
    boss.api("PUT", path, {"technicianRoles": [role]})
    page.goto(f"{console}/{USERS}/{ana}/roles")
    row = page.get_by_role("row", name=f"{stem} L1")
    expect(row).to_contain_text("SCIM")
    expect(row).to_contain_text(f"{stem} Helpdesk → mapping")
    expect(row.get_by_role("link", name="Remove")).to_have_count(0)
    row.get_by_role("link", name="Why").press("Enter")
    dialog = page.get_by_role("dialog")
    steps = [f"{stem} Ana", f"is in group {stem} Helpdesk", "which is mapped, by Test Person", f"to the role {stem} L1"]
    expect(dialog.get_by_role("listitem")).to_have_count(len(steps))
    for item, step in zip(dialog.get_by_role("listitem").all(), steps, strict=True):
        expect(item).to_contain_text(step)
    page.keyboard.press("Escape")
    expect(row.get_by_role("link", name="Why")).to_be_focused()


def test_a_native_role_is_previewed_given_and_removed(page, boss, console, stem):
    """R091, AMB-25."""
    id_ = native(boss, stem)
    boss.api("POST", "/roles", {"name": f"{stem} L1", "type": "technician"})
    page.goto(f"{console}/{USERS}/{id_}/roles")
    page.get_by_role("link", name="Add role").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Role", exact=True).select_option(f"{stem} L1")
    dialog.get_by_role("button", name="What changes?").click()
    expect(dialog).to_contain_text(f"This person gains {stem} L1.")
    dialog.get_by_role("button", name="Add role").click()
    expect(page.get_by_role("row", name=f"{stem} L1")).to_contain_text("Native")
    page.get_by_role("link", name=f"Remove the role {stem} L1").click()
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Remove role").click()
    expect(page.get_by_text("No roles. Add one here")).to_be_visible()


def test_bulk_deletion_leaves_scim_rows_out(page, boss, console, managed, stem):
    """R004."""
    managed.create(f"{stem} Ana")
    for number in range(2):
        native(boss, f"{stem}{number}")
    page.goto(f"{console}/{USERS}?search={stem}")
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 of 3 is managed by SCIM and is left out.")
    dialog.get_by_role("button", name="Delete 2 users").click()
    expect(dialog).to_contain_text("1 of 3 is managed by SCIM and was left out.")
    dialog.get_by_role("link", name="Close").last.click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_role("rowheader")).to_contain_text(f"{stem} Ana")


def test_a_system_administrator_is_made_with_a_code(page, boss, console, stem):
    """R017."""
    id_ = native(boss, stem)
    page.goto(f"{console}/{USERS}/{id_}")
    page.get_by_role("link", name="Make system administrator").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make system administrator").click()
    expect(dialog).to_contain_text(f"to make {stem} a system administrator.")
    dialog.get_by_label("Code").fill(boss.code())
    dialog.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status").last).to_contain_text("System administrator added.")
    expect(page.get_by_role("link", name="Remove system administrator")).to_be_visible()


LINES = """(element) => {
  const text = document.createRange();
  text.selectNodeContents(element);
  return new Set([...text.getClientRects()].map((part) => Math.round(part.bottom))).size;
}"""


def test_addresses_and_badges_stand_on_one_line_where_there_is_room(page, console, managed, stem):
    name = f"{stem}@contoso.example"
    id_ = managed.create(name, emails=[{"value": name, "type": "work", "primary": True}])
    page.goto(f"{console}/{USERS}?search={stem}")
    row = page.get_by_role("row", name=name)
    assert row.locator(".below-name bdi").evaluate(LINES) == 1
    assert row.locator(".badge > span").first.evaluate(LINES) == 1
    page.goto(f"{console}/dashboard/activities/all?subject={id_}")
    assert page.get_by_role("row").get_by_role("link", name=name).locator("bdi").evaluate(LINES) == 1
