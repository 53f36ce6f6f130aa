"""Technician roles in a browser."""

from uuid import uuid4

from playwright.sync_api import expect


def test_a_role_is_added_changed_and_deleted_by_the_keyboard(page, console, boss):
    """R125."""
    name = f"Night shift {uuid4().hex[:8]}"
    page.goto(f"{console}/administration/accounts/technician-roles")
    page.get_by_role("link", name="Add role").press("Enter")
    dialog = page.get_by_role("dialog", name="Add technician role")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type("When nobody else is there")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("radio", name="Blank")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("Role added.")
    (made,) = (each for each in boss.api("GET", "/roles?limit=200")["items"] if each["name"] == name)
    assert len(made["permissions"]) == 3

    row = page.get_by_role("row", name=name)
    row.get_by_title("Actions").press("Enter")
    row.get_by_role("link", name="Edit").press("Enter")
    dialog = page.get_by_role("dialog", name=f"Edit role \N{EN DASH} {name}")
    dialog.get_by_label("See all users and the roles").press("Space")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("Role saved.")
    assert "viewAccounts" not in boss.api("GET", f"/roles/{made['id']}")["permissions"]

    row.get_by_title("Actions").press("Enter")
    row.get_by_role("link", name="Delete").press("Enter")
    dialog = page.get_by_role("dialog", name=f"Delete “{name}”?")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("Role deleted.")
    expect(row).to_have_count(0)
