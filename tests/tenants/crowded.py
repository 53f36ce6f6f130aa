"""The console in this process, on rows in memory, with more in it than a page shows at once.

house = await Crowded.open()
reply = await house.ask(place)      # as a browser asks that has seen no page of ours yet
"""

from datetime import timedelta
from typing import Self
from urllib.parse import parse_qs

from scim.bootstrap import Application, assemble
from scim.web.messages import WebRequest, WebResponse
from tests.browser.places import Place, address
from tests.fakes.rows import FakeRows
from tests.tenants.building import Tenant, build
from tests.tenants.words import CROWDED
from tests.world import BASE_URL, QUICK_PASSWORDS, MemoryVault

PEOPLE = 70


class Crowded:
    """See the module."""

    def __init__(self, app: Application, tenant: Tenant) -> None:
        self.app = app
        self.tenant = tenant

    @classmethod
    async def open(cls) -> Self:
        """Build it."""
        vault = MemoryVault()
        app = assemble(FakeRows(), vault, vault, base_url=BASE_URL, passwords=QUICK_PASSWORDS)
        tenant = await build(app, CROWDED, now=app.clock.now(), people=PEOPLE)
        await app.activity_upkeep.drain(app.clock.now() + timedelta(hours=1))  # as the timer has done in a real one
        return cls(app, tenant)

    async def ask(self, place: Place) -> WebResponse:
        """The reply to a request for a place; for a dialog what a script gets of it."""
        whole = address((place.path, *place.opens)[-1], self.tenant.ids)
        path, _, query = whole.partition("?")
        headers = {"accept-encoding": "gzip", "sec-fetch-site": "same-origin"}
        if not place.is_public:
            headers["cookie"] = f"__Host-rollcall={self.tenant.cookie}"
        if place.opens:
            headers["x-fragment"] = "dialog"
        request = WebRequest(method="GET", path=f"/{path}", query=parse_qs(query), headers=headers, id="r")
        return await self.app.administration.console.answer(request)
