"""What a browser loads that has seen no page of ours yet: at most 60 KB, whatever page it begins with."""

import asyncio
import gzip
import re
from dataclasses import replace

import pytest

from scim.console.static_files import address_of, static_reply
from scim.web.messages import WebRequest
from tests.browser.places import PLACES
from tests.tenants.crowded import Crowded

MOST_BYTES = 60_000
ANSWERS = {200, 404, 303}  # the page of set-up leads elsewhere once that is done


@pytest.fixture(scope="module")
def house():
    """Built once: nothing here changes it."""
    return asyncio.run(Crowded.open())


def file(name: str) -> bytes:
    request = WebRequest(
        method="GET", path=address_of(name).removeprefix("/console"), headers={"accept-encoding": "gzip"}, id="r"
    )
    return static_reply(request).body


def needed(name: str) -> set[str]:
    """A script and all that it imports."""
    imports = re.findall(r'from "./([\w.-]+)"', gzip.decompress(file(name)).decode())
    return {name}.union(*(needed(each) for each in imports))


FILES = {"console.css", "rollcall.svg", *needed("console.js")}


@pytest.mark.parametrize("place", [each for each in PLACES if each.is_addressed], ids=lambda place: place.name)
def test_the_first_page_is_light(house, place):
    """With the style, all scripts, the icon and, where it is one, the dialog, as they are sent."""
    page = asyncio.run(house.ask(replace(place, opens=())))
    dialog = asyncio.run(house.ask(place)) if place.opens else None
    assert {reply.status for reply in (page, dialog) if reply} <= ANSWERS
    weights = {name: len(file(name)) for name in FILES} | {"page": len(page.body or b"")}
    if dialog:
        weights["dialog"] = len(dialog.body)
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_a_page_names_all_files_that_it_needs(house):
    """None of them is loaded from elsewhere, and none is forgotten above."""
    page = asyncio.run(house.ask(PLACES[1]))
    html = gzip.decompress(page.body).decode()
    assert set(re.findall(r"/console/static/[0-9a-f]+/([\w.-]+)", html)) <= FILES
