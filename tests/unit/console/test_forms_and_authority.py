"""Who may not send a page's form does not get it: on every page of the table, also on those that are still to come."""

import asyncio
import re

import pytest

from scim.admin import sessions
from scim.bootstrap import assemble
from scim.console.pages import PAGES
from scim.console.routing import find
from scim.domain.authority import Permission
from scim.domain.providers import Provider
from scim.web.messages import WebRequest
from tests.admin_world import AdminWorld
from tests.browser.places import IN_USE, PLACES, address
from tests.fakes.rows import FakeRows
from tests.people import technician_account
from tests.tenants.building import build
from tests.tenants.words import PLAIN
from tests.world import BASE_URL, QUICK_PASSWORDS, MemoryVault, StandingClock, World

FOR_EVERYBODY = {
    "/account",
    "/account/security/password",
    "/account/security/app",
    "/account/security/sessions/{sessionId}/end",
    "/account/security/tokens/{tokenId}/delete",
    "/sign-out",
}
"""Forms about oneself."""
FORMS = [page for page in PAGES if page.submit and not page.is_public and page.path not in FOR_EVERYBODY]
_FORM = re.compile(r'<form[^>]*method="post"(?![^>]*action="/console/sign-out")')


def addresses():
    """Of each page, by its template: the last dialog of a place, or the place itself."""
    paths = [f"{IN_USE}/scim/tokens/generate", *(path for place in PLACES for path in (place.path, *place.opens))]
    found = {}
    for path in paths:
        page = find(PAGES, "/" + re.sub(r"\{[^}]+\}|\*", "1", path).partition("?")[0])
        if page:
            found.setdefault(page[0].path, path)
    return found


class House:
    """A tenant with everything in it, and two who look around."""

    @classmethod
    async def open(cls):
        house, vault, clock = cls(), MemoryVault(), StandingClock()
        house.app = assemble(FakeRows(), vault, vault, base_url=BASE_URL, passwords=QUICK_PASSWORDS, clock=clock)
        house.tenant = await build(house.app, PLAIN, now=house.app.clock.now(), people=6)
        admin = AdminWorld(World(house.app, house.app.rows, Provider(id="", name=""), ""), "")
        viewer = await technician_account(admin, *Permission)
        ticket = await sessions.begin(admin.services, viewer, "test")
        house.cookies = {"administrator": house.tenant.cookie, "viewer": str(ticket)}
        return house

    async def ask(self, path, who):
        whole, _, query = address(path, self.tenant.ids).partition("?")
        request = WebRequest(
            method="GET",
            path=f"/{whole}",
            query={"id": [each.partition("=")[2] for each in query.split("&")]} if query else {},
            headers={"cookie": f"__Host-rollcall={self.cookies[who]}", "accept-language": "en"},
            body=b"",
            id="t",
        )
        reply = await self.app.administration.console.answer(request)
        return reply.status, re.sub(r"<template\b.*?</template>", "", reply.body.decode(), flags=re.DOTALL)


@pytest.fixture(scope="module")
def house():
    """Built once: nothing here changes it."""
    return asyncio.run(House.open())


@pytest.mark.parametrize("page", FORMS, ids=lambda page: page.path)
def test_who_may_not_send_a_form_does_not_get_it(house, page):
    """A technician with all permissions sees a page without it, or why there is none."""
    path = addresses()[page.path]
    status, html = asyncio.run(house.ask(path, "viewer"))
    assert status in {200, 403}
    assert not _FORM.search(html)
    assert "You cannot do this" in html if status == 403 else True


def test_who_may_send_them_does(house):
    """The addresses above are of pages that have forms."""
    shown = {page.path: asyncio.run(house.ask(addresses()[page.path], "administrator")) for page in FORMS}
    without = {path for path, (status, html) in shown.items() if status != 200 or not _FORM.search(html)}
    assert without == set()
