"""The console in a real browser: Chromium without a screen, driven by Playwright, on the app in the local host.

    def test_something(page, boss, console):       # tests are plain functions: Playwright waits for the page
        page.goto(f"{console}/administration/organizations")
        page.get_by_role("link", name="Add organization").click()

* `console` is the console's URL, `run` what `make run` would have printed (see `localdev.seed`).
* `boss` is a system administrator made for this test, whose session `page` has; `boss.code()` gives the next code of
  the authenticator app (each is good once; the second in half a minute waits for the next one).
* Tests share the app and its data, and run in random order: make providers, organizations and people of your own.
* What a page reports fails the test: errors of scripts, violations of the Content-Security-Policy, other origins.
"""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from localdev.stack import Stack
from tests.browser.chromium import WIDE, chromium, sign_in
from tests.browser.people import Backstage, Person

expect.set_options(timeout=15_000)  # other tests keep the machine busy


@pytest.fixture(scope="session")
def run(emulators: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The app with the demo tenant, as `make run` starts it; what `run.json` says of it."""
    folder = tmp_path_factory.mktemp("run")
    environment = {"LOCAL_DIR": str(folder)}
    pending = emulators.prepare_app(environment=environment)
    emulators.run("The demo tenant", "localdev.seed", {**environment, "PUBLIC_URL": pending.url})
    app = pending.open()
    yield json.loads((folder / "run.json").read_text("utf-8"))
    app.stop()


@pytest.fixture(scope="session")
def console(run: dict[str, Any]) -> str:
    """The console's URL."""
    return str(run["console_url"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: the machine's own, as Playwright's cannot be had from a package registry.

    Of module scope: while Playwright runs, no other loop can run in this thread, and other tests have one.
    """
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def backstage(emulators: Stack, run: dict[str, Any]) -> Backstage:
    """Makes people behind the app's back; see `tests.browser.people`."""
    return Backstage(emulators.environment | {"PUBLIC_URL": run["api_url"].removesuffix("/api")})


@pytest.fixture
def new_person(backstage: Backstage) -> Iterator[Callable[..., Person]]:
    """Makes somebody with password, authenticator app and session: `new_person(administrator=True)`."""
    made: list[Person] = []

    def make(**options: Any) -> Person:
        made.append(backstage.new_person(**options))
        return made[-1]

    yield make
    for person in made:
        person.client.close()


@pytest.fixture
def boss(new_person: Callable[..., Person]) -> Person:
    """A system administrator of this test's own."""
    return new_person(administrator=True)


@pytest.fixture
def new_page(browser: Browser, console: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens a page of its own browser context, signed in as a person or not: `new_page(person, viewport=NARROW)`.

    `visits` are hosts besides the console's that its pages may ask, whose certificates nobody vouches for.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(person: Person | None = None, visits: Collection[str] = (), **options: Any) -> Page:
        options = {"viewport": WIDE, "locale": "en-GB", "ignore_https_errors": bool(visits)} | options
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        if person is not None:
            sign_in(context, console, person.cookie)
        contexts.append(context)
        context.on("page", lambda page: watch(page, console, troubles, visits))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    allowed = request.node.get_closest_marker("expects_trouble")
    assert allowed or not troubles, "\n".join(troubles)


@pytest.fixture
def page(new_page: Callable[..., Page], boss: Person) -> Page:
    """A page on which `boss` is signed in."""
    return new_page(boss)


def watch(page: Page, console: str, troubles: list[str], visits: Collection[str] = ()) -> None:
    """Note what must not happen on any page."""
    hosts = {urlsplit(console).netloc, *visits}

    def on_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc not in hosts:
            troubles.append(f"a request to another origin: {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # refusals are part of the game
            troubles.append(f"{page.url}: {message.text}")

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
