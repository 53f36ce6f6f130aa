"""Whatever is sent to the console's pages: no error of ours, and what is refused changes nothing."""

import asyncio
import random
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from scim.console.pages import PAGES
from scim.web.messages import WebRequest
from tests.fuzzing.tenant import Tenant, _contents

TRIES = 6
"""Forms for each page, and as many addresses with parameters."""
SEED = 20_261_128
HOSTILE = (
    "",
    " ",
    "on",
    "0",
    "-1",
    "99999999999999999999",
    "All",
    "technician",
    "endUser",
    "<script>alert(1)</script>",
    "\u202eevil",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "x" * 5000,
    "a@b.example",
    "..\\..//%2e%2e/",
    "{{7*7}}",
    "{name}",
    "%s%n%(name)s",
    "'\";--",
    "\x00",
    "2026-11-28",
    "2026-13-45T99:99",
    "en",
    "https://evil.example",
)


class _Fields(HTMLParser):
    """The names of a page's fields, with values that they offer."""

    def __init__(self) -> None:
        super().__init__()
        self.offered: dict[str, set[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "select":
            self._select = given.get("name") or ""
        name = self._select if tag == "option" else given.get("name")
        if tag in {"input", "select", "textarea", "button", "option"} and name:
            self.offered.setdefault(name, set()).add(given.get("value") or "")

    _select = ""


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def tenant(runner):
    return runner.run(Tenant.build())


class Attempt:
    """One request, on a copy of the tenant."""

    def __init__(self, tenant, rng):
        self.tenant = tenant
        self.rng = rng

    def path(self, page):
        values = {
            name: self.rng.choice([*self.tenant.ids(name)] * 4 + ["none", "%", "x y"] or ["none"])
            for name in page.pattern.groupindex
        }
        return page.path.format_map(values)

    def value(self, name, offered=()):
        return self.rng.choice([*offered, *self.tenant.ids(name), *self.rng.sample(HOSTILE, 4)])

    async def ask(self, method, path, caller, *, query=None, fields=None):
        """The reply's status and text, and whether all is as it was."""
        world = await self.tenant.world.instance(self.tenant.world.rows.copy())
        before = _contents(world)
        headers = {name: text for name, text in caller.headers.items() if name == "cookie"}
        body = b""
        if fields is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode([("csrf", caller.headers.get("x-csrf-token", "")), *fields]).encode()
        request = WebRequest(method=method, path=path, query=query or {}, headers=headers, body=body, id="r")
        reply = await world.app.administration.console.answer(request)
        await world.app.background.drain()
        return reply.status, (reply.body or b"").decode(errors="replace"), before == _contents(world)


@pytest.mark.parametrize("page", PAGES, ids=[page.path for page in PAGES])
@pytest.mark.parametrize("who", ["console", "nobody"])
def test_no_page_fails_and_nothing_refused_changes_anything(runner, tenant, page, who):
    """R092."""
    rng = random.Random(f"{SEED} {page.path} {who}")
    attempt, caller = Attempt(tenant, rng), tenant.callers[who]

    async def check():
        for _ in range(TRIES):
            path = attempt.path(page)
            status, text, same = await attempt.ask("GET", path, caller)
            assert status < 500, (path, text)
            assert same, f"GET {path} changed something."
            fields = _Fields()
            fields.feed(text)
            names = sorted(fields.offered.keys() - {"csrf"}) or ["name", "cursor"]
            query = {name: [attempt.value(name, sorted(fields.offered.get(name, ())))] for name in names}
            status, text, same = await attempt.ask("GET", path, caller, query=query)
            assert status < 500, (path, query, text)
            assert same, f"GET {path} with {query} changed something."
            sent = [
                (name, attempt.value(name, sorted(fields.offered.get(name, ()))))
                for name in names
                if rng.random() < 0.9
            ]
            status, text, same = await attempt.ask("POST", path, caller, fields=sent)
            assert status < 500, (path, sent, text)
            assert same or status < 400, f"POST {path} was refused, and changed something: {sent}"
            if who == "nobody" and not page.is_public:
                assert same, f"POST {path} changed something in nobody's name."

    runner.run(check())
