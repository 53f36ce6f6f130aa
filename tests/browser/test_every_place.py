"""What holds for every page and dialog: `tests.browser.places` is the table of them.

The tenant that is looked at is called by names that mean harm, and everything else is as bad as it gets, too: names
without blanks as long as may be, tokens that have expired. Nothing in here changes anything, so that all share it.
"""

import html
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scim.console.rendering import shown
from tests.browser.axe import ALL_RULES, CONTRAST, violations
from tests.browser.chromium import NARROW, WIDE, sign_in
from tests.browser.conftest import watch
from tests.browser.places import ORGANIZATIONS, PLACES, Place, address, open_dialogs, opener_of
from tests.tenants.building import Tenant
from tests.tenants.inhabited import inhabited

CHECKS = Path(__file__).with_name("checks.js").read_text("utf-8")
LOOKS = ((WIDE, "dark", CONTRAST), (WIDE, "light", ALL_RULES), (NARROW, "light", ALL_RULES), (NARROW, "dark", CONTRAST))
"""How each place is looked at, and by which rules: from light to dark nothing changes but colours."""

type Visit = Callable[..., Page]


def pages() -> Iterable[Any]:
    """The places of each page, itself first: going there takes most of the time."""
    ordered = sorted(PLACES, key=lambda place: (place.is_public, place.path, len(place.opens)))
    for (_, path), places in groupby(ordered, lambda place: (place.is_public, place.path)):
        yield pytest.param([*places], id=path)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Tenant]]:
    """The console's URL of an app of its own, and its tenant."""
    with inhabited(tmp_path_factory.mktemp("house"), "hostile", people=6) as (url, tenant):
        yield f"{url}/console", tenant


@pytest.fixture(scope="session")
def tenant(house: tuple[str, Tenant]) -> Tenant:
    return house[1]


@pytest.fixture(scope="module")
def contexts(browser: Browser, house: tuple[str, Tenant]) -> Iterator[dict[bool, BrowserContext]]:
    """Two for all tests, by whether it is for people who are not signed in: nothing here leaves anything behind."""
    made = {is_public: browser.new_context(locale="en-GB", reduced_motion="reduce") for is_public in (True, False)}
    sign_in(made[False], house[0], house[1].cookie)
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def visit(contexts: dict[bool, BrowserContext], house: tuple[str, Tenant]) -> Iterator[Visit]:
    """Goes to a page: its path, and whether it is for people who are not signed in."""
    console, tenant = house
    troubles: list[str] = []
    opened: list[Page] = []

    def visit(path: str, *, is_public: bool = False) -> Page:
        page = contexts[is_public].new_page()
        opened.append(page)
        page.set_viewport_size(WIDE)
        watch(page, console, troubles)
        page.on("dialog", lambda dialog: troubles.append(f"a script ran: {dialog.message}"))
        page.goto(f"{console}/{address(path, tenant.ids)}")
        page.evaluate(CHECKS)
        return page

    yield visit
    for page in opened:
        page.close()
    assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize("places", [*pages()])
def test_all_of_it_is_accessible_fits_its_window_shows_texts_as_texts_and_takes_the_keyboard(visit, tenant, places):
    page = visit(places[0].path, is_public=places[0].is_public)
    for place in places:
        open_dialogs(page, tenant, place)
        if not place.opens:
            check_skipping(page)
        check_tabbing(page, place)
        check_texts(page, tenant, place)
        assert looks(page) == [], place.name
        if place.opens:
            check_escape(page, tenant, place)


def looks(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA, light and dark, wide and narrow, and what sticks out of the window."""
    wrong = []
    for size, scheme, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        if rules is ALL_RULES:
            wrong += [f"{size['width']}: {each}" for each in page.evaluate("[...checks.layout(), ...checks.menus()]")]
        wrong += [f"{size['width']} {scheme}: {each}" for each in violations(page, rules)]
    page.set_viewport_size(WIDE)
    return wrong


def check_texts(page: Page, tenant: Tenant, place: Place) -> None:
    """No name ran as a script, and those of the place are read as what they are."""
    read = page.evaluate("checks.read()")
    missing = [each for each in place.tells if each in tenant.texts and seen(tenant.texts[each]) not in read]
    assert missing == [], place.name
    assert page.evaluate("window.hacked") is None


def seen(text: str) -> str:
    """As it is read: what cannot be seen is shown, and blanks are made one."""
    return " ".join(html.unescape(shown(text)).split())


def check_skipping(page: Page) -> None:
    """The first link leads to the content."""
    page.locator("a.skip").focus()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def check_tabbing(page: Page, place: Place) -> None:
    """Tab reaches all of it, in the order in which it is read, and what has the focus can be seen."""
    stops = page.evaluate("checks.watchFocus()")
    for _ in range(stops + 2):
        page.keyboard.press("Tab")
    assert page.evaluate("checks.unreached()") == [], place.name
    page.evaluate("document.activeElement.blur()")  # the link to the content lies over others while it has the focus


def check_escape(page: Page, tenant: Tenant, place: Place) -> None:
    """It closes the dialog, and the focus is where it was: on the link, or on the menu that the link is in."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    opener = page.locator(opener_of(place.opens[0], tenant)).last
    menu = opener.locator("xpath=ancestor::details[@data-menu]")
    expect(menu.locator("summary") if menu.count() else opener).to_be_focused()


def test_a_menu_is_used_by_the_keyboard(visit):
    """Enter opens it, arrows move in it, Esc closes it and gives the focus back."""
    page = visit(ORGANIZATIONS)
    menu = page.locator("main details[data-menu]").first
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    items = menu.locator(".menu-items").locator("a, button")
    expect(items.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    page.keyboard.press("Escape")
    expect(items.first).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_the_bar_and_the_navigation_are_reached_by_the_keyboard(visit):
    page = visit("dashboard")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    found = page.locator(".topbar :is(a, input, summary):visible, .sidebar a:visible")
    for element in found.all():
        page.keyboard.press("Tab")
        expect(element).to_be_focused()
