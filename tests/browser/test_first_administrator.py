"""From an empty tenant to its first administrator, who is the last as well, in a browser."""

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from localdev.stack import Stack
from tests.browser.people import PASSWORD

SECRET = "what the deployment put into the vault"


@pytest.fixture
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The console of a tenant in which nobody is."""
    with Stack(tmp_path_factory.mktemp("empty"), memory=True) as stack:
        app = stack.start_app()
        stack.run("The secret", "tests.tenants.nobody", {"SET_UP_SECRET": SECRET, "PUBLIC_URL": app.url})
        yield f"{app.url}/console"
        app.stop()


def set_up(page: Page, console: str) -> None:
    """Make the first administrator by what the page says."""
    page.goto(console)
    expect(page.get_by_text("Rollcall has no system administrator yet.")).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Set-up secret").fill(SECRET)
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Last name").fill("Ruiz")
    page.get_by_label("E-mail").fill("ana@contoso.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    secret = page.get_by_role("group", name="Key, if you cannot scan it").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("System dashboard")


def test_the_first_administrator_comes_in_by_the_secret_and_cannot_be_taken_away(new_page, console):
    """R131, AMB-11: not deactivated, not deleted, not made a technician; nothing has happened to the account."""
    page = new_page()
    set_up(page, console)
    page.goto(f"{console}/administration/accounts/users")
    page.get_by_role("rowheader").get_by_role("link").click()
    account = page.url
    for action, refusal in (
        ("Deactivate", "The last active system administrator cannot be deactivated."),
        ("Delete", "The last active system administrator cannot be deleted."),
    ):
        page.goto(account)
        page.get_by_role("main").locator("summary").first.click()
        page.get_by_role("main").get_by_role("link", name=action, exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=action).click()
        expect(page.get_by_text(refusal)).to_be_visible()
    page.goto(account)
    page.get_by_role("link", name="Remove system administrator").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("At least one active system administrator must remain.")).to_be_visible()
    page.goto(account)
    expect(page.get_by_role("link", name="Remove system administrator")).to_be_visible()
