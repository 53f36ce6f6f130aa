"""Somebody who uses the console without a browser, in the test's process: pages are asked for, and forms sent.

visitor = await Visitor.signed_in(admin)                    # `admin` is an AdminWorld: its first administrator
visitor = Visitor(person)                                   # or a Person who has signed in
page = await visitor.get("administration/organizations")    # below /console
page = await visitor.send("administration/organizations/add", name="Contoso")
page.status, page.text, page.location                       # HTML as text; where a redirect leads
page = await visitor.send(path, **fields, verification_code=visitor.person.code())
"""

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from scim.web.messages import WebRequest
from tests.admin_world import AdminWorld
from tests.people import Person

FORM = "application/x-www-form-urlencoded"
_TEMPLATES = re.compile(r"<template\b.*?</template>", re.DOTALL)
"""What scripts make copies of is not part of the page."""
_TAGS = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)

_KEPT = re.compile(r' type="hidden"| readonly\b')


@dataclass(frozen=True)
class PageReply:
    """What came back."""

    status: int
    html: str
    headers: dict[str, str]

    @property
    def location(self) -> str:
        """Where a redirect leads, without its notice."""
        return re.sub(r"[?&]notice=[a-z-]+", "", self.headers.get("Location", ""))

    @property
    def notice(self) -> str:
        """What is told there."""
        return parse_qs(self.headers.get("Location", "").partition("?")[2]).get("notice", [""])[0]

    @property
    def text(self) -> str:
        """What is read, blanks made one."""
        return " ".join(html.unescape(_TAGS.sub(" ", self.html)).split())

    def value(self, field_id: str) -> str:
        """What a field shows, by its id."""
        match = re.search(rf'<input[^>]* id="{re.escape(field_id)}"[^>]*? value="([^"]*)"', self.html)
        assert match, f"There is no field {field_id} with a value."
        return html.unescape(match[1])

    @property
    def app_key(self) -> str:
        """What an authenticator app is set up with, as its button copies it; it is read in groups of four."""
        match = re.search(r'<code id="app-key"[^>]*>([^<]*)</code><button[^>]* data-copy-text="(\w+)"', self.html)
        assert match, "There is no app to be set up."
        assert match[1].split() == re.findall(".{4}", match[2]), match[0]
        return match[2]

    @property
    def kept(self) -> dict[str, str]:
        """What its forms send along without being typed: hidden fields, and those that are only read."""
        fields = re.findall(r"<input[^>]*>", self.html)
        found = [dict(re.findall(r'([\w-]+)="([^"]*)"', field)) for field in fields if _KEPT.search(field)]
        values = {each["name"]: html.unescape(each.get("value", "")) for each in found if "name" in each}
        return {name: value for name, value in values.items() if name != "csrf"}


class Visitor:
    """See the module."""

    def __init__(self, person: Person | None, admin: AdminWorld | None = None) -> None:
        self.person = person
        self.admin = admin or person.admin
        self.headers: dict[str, str] = {"accept-language": "en"}

    @classmethod
    async def signed_in(cls, admin: AdminWorld, user_name: str = "chief@contoso.com") -> "Visitor":
        """A system administrator of this tenant who has just signed in."""
        user = await admin.account(user_name, administrator=True)
        person = await Person(admin, user).equip()
        await person.sign_in()
        return cls(person)

    async def grow_old(self) -> None:
        """Let the sign-in be too long ago for critical changes, and the session go on."""
        for _ in range(3):
            self.admin.clock.advance(minutes=25)
            await self.get("account")

    async def get(self, path: str = "", *, fragment: bool = False, **query: object) -> PageReply:
        """Ask for a page; `fragment` as the script does for dialogs."""
        return await self._call("GET", path, urlencode(query, doseq=True), b"", fragment=fragment)

    async def send(self, path: str, *, fragment: bool = False, **fields: object) -> PageReply:
        """Send a page's form. A field of a list is sent once for each value."""
        csrf = self.person.csrf if self.person else ""
        body = urlencode({"csrf": csrf, **fields}, doseq=True).encode()
        return await self._call("POST", path, "", body, fragment=fragment)

    async def ask(self, method: str, path: str) -> PageReply:
        """A request with another method."""
        return await self._call(method, path, "", b"", fragment=False)

    async def _call(self, method: str, path: str, query: str, body: bytes, *, fragment: bool) -> PageReply:
        path, _, own = path.removeprefix("/console").strip("/").partition("?")
        request = WebRequest(
            method=method,
            path=f"/{path}",
            query=parse_qs("&".join(filter(None, (own, query))), keep_blank_values=True),
            headers=self.headers
            | ({"cookie": self.person.cookie} if self.person else {})
            | ({"content-type": FORM} if method == "POST" else {})
            | ({"x-fragment": "dialog"} if fragment else {}),
            body=body,
            id="test-request",
        )
        reply = await self.admin.world.app.administration.console.answer(request)
        return PageReply(reply.status, _TEMPLATES.sub("", (reply.body or b"").decode()), dict(reply.headers))
