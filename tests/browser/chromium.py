"""Chromium, and who is signed in on it: for the tests, and for the screenshots."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own, as Playwright's cannot be had from a package registry."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)  # noqa: TID251 - not the app
    assert path, "The browser tests need Chromium: install it, or name it in CHROMIUM."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def sign_in(context: BrowserContext, console: str, ticket: str) -> None:
    """Give a browser context the cookie of a session."""
    secure = console.replace("http:", "https:")  # what Chromium wants of the prefix; it takes loopback for secure
    flags = {"httpOnly": True, "secure": True, "sameSite": "Strict"}
    context.add_cookies([{"name": "__Host-rollcall", "value": ticket, "url": secure, **flags}])
