"""Administration → Organizations in a browser."""

from uuid import uuid4

from playwright.sync_api import expect


def test_copy_org_id_puts_the_id_on_the_clipboard(page, console):
    """R055, R060, R061."""
    name = f"Organization {uuid4().hex[:8]}"
    page.goto(f"{console}/administration/organizations")
    page.get_by_role("link", name="Add organization").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Org ID").fill(name.replace("Organization ", "org-"))
    dialog.get_by_role("button", name="Add organization").click()
    expect(page.get_by_role("status").last).to_contain_text("Organization added.")
    row = page.get_by_role("row", name=name)
    row.hover()
    row.get_by_title("Actions").click()
    row.get_by_role("button", name="Copy Org ID").click()
    assert page.evaluate("navigator.clipboard.readText()") == name.replace("Organization ", "org-")
    expect(page.get_by_role("status").last).to_contain_text("copied.")
