"""The SCIM window in a browser: by the keyboard alone, without scripts, without a clipboard, and the dashboard."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

WARNING = "Copy and store the token securely. It is displayed only once."


@pytest.fixture
def provider(boss):
    """A provider of this test's own: its path below the console."""
    made = boss.api("POST", "/identity-providers", {"name": f"Okta {uuid4().hex[:8]}", "kind": "okta"})
    yield f"administration/accounts/identity-providers/{made['id']}"
    boss.client.close()


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")


def test_a_token_is_generated_by_the_keyboard_alone(page, console, provider):
    """R028-R032."""
    page.goto(f"{console}/{provider}/scim")
    page.get_by_role("switch").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    page.get_by_label("Label").focus()
    page.keyboard.type("Okta production")
    page.keyboard.press("Tab")
    assert focused(page) == "Generate token"
    page.keyboard.press("Enter")
    expect(page.get_by_text(WARNING)).to_be_visible()
    expect(page.get_by_text("Okta production")).to_be_visible()


def test_the_window_works_without_scripts(new_page, boss, console, provider):
    """R028-R031, R099: the token is in the answer alone, and sending the form again makes no second one."""
    page = new_page(boss, java_script_enabled=False)
    page.goto(f"{console}/{provider}/scim")
    page.get_by_role("switch").click()
    expect(page.get_by_role("status")).to_contain_text("SCIM provisioning is on.")
    page.get_by_role("button", name="Generate token").click()
    token = page.get_by_label("Secret token", exact=True).input_value()
    assert token.startswith("rc_")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("You generated the token")
    assert token not in page.content()
    page.get_by_role("switch").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    page.get_by_role("switch").click()
    page.get_by_role("button", name="Disable SCIM").click()
    expect(page.get_by_role("status")).to_contain_text("SCIM provisioning is off.")
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")


def test_without_a_clipboard_the_token_is_selected_and_still_guarded(page, console, provider):
    """R030, R032."""
    page.goto(f"{console}/{provider}/scim")
    page.get_by_role("switch").click()
    page.get_by_role("button", name="Generate token").click()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('blocked')); }")
    page.get_by_label("Secret token", exact=True).locator("..").get_by_role("button").click()
    expect(page.get_by_role("status").last).to_contain_text("Copy did not work. Select the text and press Ctrl+C.")
    field = page.get_by_label("Secret token", exact=True)
    assert page.evaluate("getSelection().toString()") == field.input_value()
    expect(page.locator("[data-guard]")).to_have_count(1)
    page.evaluate("document.querySelector('[data-guard]').removeAttribute('data-guard')")


def test_the_dashboard_leads_to_the_token_that_is_missing(page, boss, console, provider):
    """R034."""
    identifier = provider.rpartition("/")[2]
    boss.api("POST", f"/identity-providers/{identifier}/scim:enable", {})
    page.goto(f"{console}/dashboard")
    page.locator(f"a[href$='{identifier}/scim']").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Generate token").click()
    copy = dialog.get_by_label("Secret token", exact=True).locator("..").get_by_role("button")
    copy.click()
    expect(dialog.get_by_role("status")).to_contain_text("Copied.")
    with page.expect_event("load"):
        dialog.get_by_role("link", name="Close").last.click()
    expect(page.locator(f"a[href$='{identifier}/scim']")).to_have_count(0)
