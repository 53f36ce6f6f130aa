"""The console in another language, in a browser."""

from playwright.sync_api import expect


def test_the_console_speaks_the_language_of_the_account(page, boss, console):
    """R007."""
    boss.api("PATCH", f"/users/{boss.id}", {"language": "de"})
    page.goto(f"{console}/administration/organizations")
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.get_by_role("heading", level=1)).to_have_text("Organisationen")
    page.get_by_role("button", name="„All“ kopieren").click()
    expect(page.get_by_role("status").last).to_contain_text("„All“ kopiert.")
    page.get_by_role("link", name="Organisation hinzufügen").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Contoso")
    dialog.get_by_label("Org-ID").fill("All")
    dialog.get_by_role("button", name="Organisation hinzufügen").click()
    expect(dialog.locator(".field-error")).to_contain_text("Eine Organisations-ID besteht aus 1 bis 64 Buchstaben")
