"""Activities, the organization dashboard and Help in a browser."""

import csv
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from scim.domain.activities import FAMILIES, Activity, Actor, Status
from scim.domain.details import change
from scim.sentences import Code
from tests.browser.chromium import NARROW

FIFTEEN = [status for family in FAMILIES[:2] for status in family.statuses]


@pytest.fixture
def subject(backstage):
    """The name of somebody to whom everything has happened, once."""
    name = f"{uuid4().hex[:12]}@example.com"

    async def record(app):
        now = app.clock.now()
        for number, status in enumerate([*FIFTEEN, Status.SSO_UPDATED, Status.ROLE_CREATED]):
            activity = Activity(
                id=app.identifiers.new(),
                time=now - timedelta(minutes=number),
                status=status,
                provider="native",
                actor=Actor(kind="account", id="ana", name="Ana Ruiz", request_id=f"request-{number}", mfa=number == 0),
                subject_kind="user",
                subject_id=name,
                subject_name=name,
                changed=("active",),
                detail=change("active", Code("true"), Code("false")),
            )
            await app.administration.services.activities.record(activity)

    backstage.do(record)
    return name


def statuses(page):
    return page.locator(".log tbody tr td:nth-child(2)").all_inner_texts()


def choose(page, status):
    """Have this status checked, and no other."""
    page.locator(".filter-value").click()
    for checked in page.locator(".filter-panel input:checked").all():
        checked.uncheck()
    page.get_by_label(status, exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Show").click()


def test_each_of_the_fifteen_statuses_filters_the_list(page, console, subject):
    """R103, R105-R121."""
    page.goto(f"{console}/dashboard/activities/all?subject={subject}")
    assert len(statuses(page)) == 17
    page.get_by_label("Activity type").select_option("SSO")
    with page.expect_navigation():
        page.get_by_role("button", name="Apply").click()
    assert len(statuses(page)) == 16
    headings = page.locator(".filter-panel legend").all_text_contents()
    assert headings == ["SCIM", "SSO", "More"]
    for status in FIFTEEN:
        choose(page, status.value)
        assert statuses(page) == [status.value]


def test_statuses_are_chosen_and_details_are_read_by_keyboard(page, console, subject):
    """R106."""
    page.goto(f"{console}/dashboard/activities/all?subject={subject}")
    page.get_by_label("Activity type").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("End User Created", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert statuses(page) == ["End User Created"]
    link = page.locator(".log tbody").get_by_role("link", name="End User Created")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="End User Created")
    expect(dialog.get_by_role("row", name="Active Yes No")).to_be_visible()
    expect(dialog).to_contain_text("Yes: by a code for this very change")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


def test_filters_and_details_work_without_scripts(new_page, boss, console, subject):
    page = new_page(boss, java_script_enabled=False)
    page.goto(f"{console}/dashboard/activities/all?subject={subject}")
    choose(page, "Enabled")
    assert statuses(page) == ["Enabled"]
    page.get_by_role("link", name=f"Subject: {subject}").click()
    assert "subject=" not in page.url
    page.go_back()
    page.locator(".log tbody").get_by_role("link", name="Enabled").click()
    expect(page.get_by_role("heading", name="Enabled")).to_be_visible()
    expect(page.get_by_text("request-14")).to_be_visible()


def test_files_have_what_the_list_shows(page, console, subject):
    page.goto(f"{console}/dashboard/activities/all?subject={subject}&type=SSO")
    listed = statuses(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export CSV").click()
    text = Path(saved.value.path()).read_text("utf-8-sig")
    assert [line["Status"] for line in csv.DictReader(text.splitlines())] == listed
    assert saved.value.suggested_filename.endswith(".csv")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export JSON").click()
    items = json.loads(Path(saved.value.path()).read_text("utf-8"))["items"]
    assert [item["status"] for item in items] == listed
    assert {item["subject"]["name"] for item in items} == {subject}


def test_an_organization_has_a_dashboard_with_its_id_and_its_activities(page, console, boss):
    """R061, R104, AMB-28."""
    name = f"Organization {uuid4().hex[:8]}"
    organization = boss.api("POST", "/organizations", {"name": name})
    page.goto(f"{console}/dashboard/organizations?name={name}")
    page.get_by_role("main").get_by_role("link", name=name).click()
    page.get_by_role("button", name="Copy Org ID").click()
    assert page.evaluate("navigator.clipboard.readText()") == organization["id"]
    expect(page.get_by_role("status").last).to_contain_text(f"Organization ID {organization['id']} copied.")
    page.get_by_role("link", name="All activities").click()
    expect(page.get_by_role("heading", name=f"Activities of {name}")).to_be_visible()
    assert statuses(page) == ["Organization Created"]


def test_days_are_asked_for_only_when_the_period_is_ones_own(page, console):
    page.goto(f"{console}/dashboard/activities/all")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.get_by_label("Date", exact=True).select_option("custom")
    page.get_by_label("From", exact=True).fill("2020-01-01")
    page.get_by_label("To", exact=True).fill("2020-01-31")
    with page.expect_navigation():
        page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("No activity fits these filters.")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_have_value("2020-01-01")


def test_a_guide_gives_the_tenants_own_url_to_copy(page, console, run):
    """R036, R122."""
    page.goto(f"{console}/help")
    page.get_by_role("link", name="Connect Microsoft Entra ID").click()
    page.get_by_role("button", name="SCIM API endpoint URL (tenant URL)").click()
    assert page.evaluate("navigator.clipboard.readText()") == run["scim_url"]
    page.get_by_role("navigation", name="Guides").get_by_role("link", name="Configure attributes").click()
    expect(page.get_by_role("heading", name="Configure attributes", level=1)).to_be_visible()


@pytest.mark.parametrize(
    "path", ["dashboard/activities/all", "help/attributes", "help/okta", "administration/settings"]
)
def test_nothing_scrolls_sideways_on_a_phone(new_page, boss, console, path):
    page = new_page(boss, viewport=NARROW)
    page.goto(f"{console}/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
