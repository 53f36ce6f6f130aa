"""Dialogs over a page: what happens to them when the session ends, the server does not answer, or a secret is left."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.people import sign_in_again

ORGANIZATIONS = "administration/organizations"


def open_dialog(page, console):
    page.goto(f"{console}/{ORGANIZATIONS}")
    page.get_by_role("link", name="Add organization").first.click()
    return page.get_by_role("dialog")


def test_a_dialog_keeps_the_focus_and_gives_it_back(page, console):
    dialog = open_dialog(page, console)
    expect(dialog.get_by_label("Name")).to_be_focused()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("link", name="Add organization").last).to_be_focused()


def test_a_session_that_is_over_does_not_end_the_dialog(page, console, boss):
    """What was typed stays; the person signs in again above it, and the form is sent once more."""
    name = f"Kept {uuid4().hex[:8]}"
    dialog = open_dialog(page, console)
    dialog.get_by_label("Name").fill(name)
    boss.api("DELETE", "/session")
    dialog.get_by_role("button", name="Add organization").click()
    sign_in_again(page, boss)
    expect(page.get_by_role("status").last).to_contain_text("Organization added.")
    expect(page.get_by_role("rowheader", name=name)).to_be_visible()


def test_who_does_not_sign_in_again_finds_the_dialog_as_it_was(page, console, boss):
    dialog = open_dialog(page, console)
    dialog.get_by_label("Name").fill("Unsent")
    boss.api("DELETE", "/session")
    dialog.get_by_role("button", name="Add organization").click()
    expect(page.get_by_role("dialog", name="Sign in").get_by_label("E-mail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Sign in")).to_have_count(0)
    expect(dialog.get_by_label("Name")).to_have_value("Unsent")
    expect(dialog.get_by_role("button", name="Add organization")).to_be_enabled()


def test_a_server_that_does_not_answer_is_told_and_asked_again(page, console):
    page.goto(f"{console}/{ORGANIZATIONS}")
    page.route("**/organizations/add", lambda route: route.abort())
    page.get_by_role("link", name="Add organization").first.click()
    failed = page.get_by_role("dialog", name="This could not be loaded")
    expect(failed.get_by_role("button", name="Try again")).to_be_focused()
    page.unroute("**/organizations/add")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add organization")
    dialog.get_by_label("Name").fill("Typed")
    page.route("**/organizations/add", lambda route: route.abort())
    dialog.get_by_role("button", name="Add organization").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Rollcall did not answer.")
    expect(dialog.get_by_label("Name")).to_have_value("Typed")


def test_a_form_is_sent_once_however_often_its_button_is_pressed(page, console):
    dialog = open_dialog(page, console)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    dialog.get_by_label("Name").fill(f"Once {uuid4().hex[:8]}")
    dialog.get_by_role("button", name="Add organization").dblclick()
    expect(page.get_by_role("status").last).to_contain_text("Organization added.")
    assert len(sent) == 1


def test_one_field_that_is_wrong_has_the_focus_and_says_why(page, console):
    """It is not said above as well."""
    dialog = open_dialog(page, console)
    dialog.get_by_label("Name").fill("Contoso")
    dialog.get_by_label("Org ID").fill("a/b")
    dialog.get_by_role("button", name="Add organization").click()
    wrong = dialog.get_by_label("Org ID")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(re.compile("letters, digits"))
    expect(dialog.get_by_role("alert")).to_have_count(0)


def test_several_fields_that_are_wrong_have_links_above(page, console):
    page.goto(f"{console}/administration/accounts/identity-providers")
    page.get_by_role("link", name="Add provider").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Display name").fill("Half a connection")
    dialog.get_by_text("Single sign-on").click()
    dialog.get_by_label("Entity ID").fill("https://sts.example/")
    dialog.get_by_role("button", name="Add provider").click()
    expect(dialog.get_by_label("Sign-on URL")).to_be_focused()
    links = dialog.get_by_role("alert").get_by_role("link")
    expect(links).to_have_text([re.compile("^Sign-on URL: "), re.compile("^Signing certificates: ")])
    address = page.url
    links.last.click()
    expect(dialog.get_by_label("Signing certificates")).to_be_focused()
    assert page.url == address
