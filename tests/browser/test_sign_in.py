"""The ways into the console, in a browser."""

import re

import pyotp
from playwright.sync_api import expect

from tests.browser.people import sign_in_again


def sign_in_with_keys(page, person, code=None):
    """By the keyboard alone: the focus is where one types."""
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(person.email)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(person.password)
    page.keyboard.press("Tab")  # to "Show"
    page.keyboard.press("Tab")
    page.keyboard.type(person.code() if code is None else code)
    page.keyboard.press("Enter")


def test_signing_in_takes_the_keyboard_alone_and_leads_to_where_one_wanted(new_page, new_person, console):
    person = new_person(administrator=True)
    page = new_page()
    page.goto(f"{console}/administration/organizations?name=zz")
    sign_in_with_keys(page, person)
    expect(page.get_by_role("heading", level=1, name="Organizations")).to_be_visible()
    assert page.url == f"{console}/administration/organizations?name=zz"
    cookie = next(each for each in page.context.cookies() if each["name"] == "__Host-rollcall")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert page.evaluate("document.cookie") == ""


def test_signing_in_works_without_scripts(new_page, new_person, console):
    person = new_person()
    page = new_page(java_script_enabled=False)
    page.goto(f"{console}/sign-in")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    page.get_by_role("textbox", name="Code").fill(person.code())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Test Person").first).to_be_visible()


def test_who_has_no_app_sets_one_up_with_the_secret_of_the_picture(new_page, new_person, console):
    """R131."""
    person = new_person(enrolled=False)
    page = new_page()
    page.goto(f"{console}/sign-in")
    sign_in_with_keys(page, person, code="")
    expect(page.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    secret = page.evaluate("navigator.clipboard.readText()")
    expect(page.get_by_role("group", name="Key, if you cannot scan it")).to_have_text(
        " ".join(re.findall(".{4}", secret))
    )
    assert person.password not in page.content()
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Test Person")
    expect(page.get_by_text("Test Person").first).to_be_visible()


def test_a_password_is_shown_on_request_only(new_page, console):
    page = new_page()
    page.goto(f"{console}/sign-in")
    page.get_by_label("E-mail").fill("somebody@example.com")
    page.keyboard.press("Enter")
    field = page.locator("[name=password]")
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show Password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide Password").click()
    expect(field).to_have_attribute("type", "password")


def test_the_link_of_an_invitation_leads_into_the_console(new_page, new_person, boss, console):
    """R131."""
    guest = new_person(enrolled=False)
    link = boss.api("POST", f"/users/{guest.id}:invite")["url"]
    page = new_page()
    page.goto(console + link.partition("/console")[2])
    page.get_by_label("New password", exact=True).fill("a river of small blue lanterns")
    assert "#" not in page.url
    page.keyboard.press("Enter")
    secret = page.get_by_role("group", name="Key, if you cannot scan it").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Test Person")
    expect(page.get_by_text("Test Person").first).to_be_visible()


def test_who_does_not_click_is_warned_and_stays_signed_in(new_page, boss, console):
    page = new_page(boss)
    page.clock.install()
    page.goto(f"{console}/account")
    page.clock.fast_forward("27:00")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.fast_forward("01:10")
    warning = page.get_by_role("dialog", name="Are you still there?")
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    with page.expect_response("**/sign-in") as asked:
        page.keyboard.press("Enter")
    assert asked.value.status == 204
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_comes_back_too_late_signs_in_again_in_place(new_page, boss, console):
    page = new_page(boss)
    page.clock.install()
    page.goto(f"{console}/account")
    page.get_by_label("Phone").fill("typed before")
    page.clock.fast_forward("31:00")
    boss.api("DELETE", "/session")
    page.get_by_role("button", name="Stay signed in").click()
    sign_in_again(page, boss)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Phone")).to_have_value("typed before")
    page.get_by_label("Phone").fill("123")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
