"""What was typed and not saved is not lost by leaving."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

ORGANIZATIONS = "administration/organizations"


@pytest.fixture
def question(page: Page):
    """What is asked then."""
    return page.get_by_role("alertdialog", name="Leave without saving?")


def test_who_leaves_a_form_that_was_changed_is_asked(page, console, question):
    page.goto(f"{console}/account")
    phone, tab = page.get_by_label("Phone"), page.get_by_role("main").get_by_role("link", name="Security")
    phone.fill("+34 600")
    tab.click()
    expect(question).to_contain_text("You have unsaved changes.")
    expect(question.get_by_role("button", name="Go back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(phone).to_have_value("+34 600")
    tab.click()
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(f"{console}/account/security")


def test_leaving_by_the_browser_asks_the_browser(page, console):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{console}/account")
    page.get_by_label("Phone").fill("+34 600")
    page.reload()
    assert asked == ["beforeunload"]
    page.reload()
    assert asked == ["beforeunload"], "nothing was changed since"


def test_nothing_is_asked_where_nothing_is_lost(page, console):
    """Unchanged, changed back, saved, searched for, or a dialog in which nothing was typed."""
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{console}/account")
    phone = page.get_by_label("Phone")
    phone.fill("+34 600")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("Saved.")
    phone.fill("1")
    phone.fill("+34 600")
    page.get_by_role("link", name="Organizations").click()
    page.get_by_placeholder("Search by the beginning of the name").fill("Con")
    page.get_by_role("link", name="Add organization").last.click()
    dialog = page.get_by_role("dialog", name="Add organization")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Settings").click()
    expect(page).to_have_url(f"{console}/administration/settings")
    assert asked == []


def test_a_dialog_in_which_something_was_typed_asks_before_it_closes(page, console, question):
    page.goto(f"{console}/{ORGANIZATIONS}")
    page.get_by_role("link", name="Add organization").last.click()
    dialog = page.get_by_role("dialog", name="Add organization")
    dialog.get_by_label("Name").fill(f"Kept {uuid4().hex[:8]}")
    for leave in (lambda: page.keyboard.press("Escape"), dialog.get_by_role("link", name="Cancel").click):
        leave()
        question.get_by_role("button", name="Go back").click()
        expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Leave").click()
    expect(dialog).to_have_count(0)


def test_what_was_refused_is_not_saved(page, boss, console, question):
    """Also the form of a conflict, whose way out is to load the present state."""
    made = boss.api("POST", "/organizations", {"name": f"Old {uuid4().hex[:8]}"})
    page.goto(f"{console}/{ORGANIZATIONS}/{made['id']}/rename")
    boss.api("PATCH", f"/organizations/{made['id']}", {"name": f"New {uuid4().hex[:8]}"})
    page.get_by_label("Name").fill("Mine")
    page.get_by_role("button", name="Save").click()
    alert = page.get_by_role("main").get_by_role("alert")
    expect(alert).to_contain_text("You changed this yourself")
    expect(page.get_by_label("Name")).to_have_value("Mine")
    alert.get_by_role("link", name="Load the present state").click()
    question.get_by_role("button", name="Leave").click()
    expect(page.get_by_label("Name")).not_to_have_value("Mine")
