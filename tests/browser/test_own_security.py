"""The own account's security page in a browser: the guard of a new token above all."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def shown(page, console):
    """A new access token, just shown."""
    page.goto(f"{console}/account/security")
    page.get_by_role("link", name="Create access token").click()
    page.get_by_label("Label").fill("Nightly export")
    page.get_by_role("button", name="Create access token").click()
    dialog = page.get_by_role("dialog", name="Access token created")
    expect(dialog).to_be_visible()
    return dialog


def test_a_token_that_was_not_copied_is_not_lost_by_accident(page, shown):
    """R030-R032: the guard is the same for all secrets."""
    question = page.get_by_role("alertdialog", name="Close without copying?")
    for leave in (
        lambda: page.keyboard.press("Escape"),
        shown.get_by_role("link", name="Close").first.click,
        shown.get_by_role("link", name="Close").last.click,
    ):
        leave()
        expect(question).to_contain_text("You have not copied the token. It cannot be shown again.")
        expect(question.get_by_role("button", name="Go back")).to_be_focused()
        page.keyboard.press("Escape")
        expect(question).to_have_count(0)
        expect(shown).to_be_visible()
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Close anyway").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("rowheader", name="Nightly export")).to_be_visible()


def test_leaving_the_page_with_an_uncopied_token_asks_the_browser(page, shown):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    shown.get_by_label("Nightly export", exact=True).click()
    page.evaluate("location.assign('/console/help')")
    expect(shown).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_copied_token_lets_one_go_at_once(page, shown):
    token = shown.get_by_label("Nightly export", exact=True).input_value()
    shown.get_by_role("button", name="Copy").click()
    expect(shown.get_by_role("status")).to_contain_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.get_by_role("row", name="Nightly export")
    expect(row).to_contain_text("••••")
    assert token not in page.content()
    row.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete access token").click()
    expect(page.get_by_text("No access tokens yet.")).to_be_visible()


def test_a_password_is_changed_in_a_dialog_and_signs_in(page, console, boss):
    page.goto(f"{console}/account/security")
    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Present password").fill(boss.password)
    page.get_by_label("New password", exact=True).fill("a river of small blue lanterns")
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("That code is not right. 4 tries left.")
    page.get_by_label("Present password").fill(boss.password)
    page.get_by_label("New password", exact=True).fill("a river of small blue lanterns")
    page.get_by_label("Code").fill(boss.code())
    page.keyboard.press("Enter")
    expect(
        page.get_by_text("Your password is changed, and all your sessions are ended. Sign in again.")
    ).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
