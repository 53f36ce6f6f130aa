"""What anybody may ask."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest

from scim.settings import Settings, SettingsError
from scim.storage.tables.readiness import Readiness
from scim.triggers.health import health
from tests.fakes.rows import CountingRows, FakeRows, FaultyRows, fail_before
from tests.world import StandingClock

REQUEST = func.HttpRequest("GET", "https://rollcall.example/healthz", body=b"")
SETTINGS = {
    "PUBLIC_URL": "https://rollcall.example",
    "TABLES_URL": "https://x.table.core.windows.net",
    "KEY_VAULT_URL": "https://x.vault.azure.net",
}


class SlowRows(CountingRows):
    """Rows that answer when they may."""

    def __init__(self, rows):
        super().__init__(rows)
        self.may_answer = asyncio.Event()

    async def get(self, table, partition, row_key):
        row = await super().get(table, partition, row_key)
        await self.may_answer.wait()
        return row


async def ask(name, *, ready=True, contact=None):
    async def is_ready():
        return ready

    blueprint = health(lambda: is_ready, lambda: contact)
    app = func.FunctionApp()
    app.register_functions(blueprint)
    (function,) = (each for each in app.get_functions() if each.get_function_name() == name)
    return await function.get_user_function()(REQUEST)


@pytest.mark.parametrize(("ready", "status", "word"), [(True, 200, b"ok"), (False, 503, b"unavailable")])
async def test_monitors_learn_the_status_and_nothing_else(ready, status, word):
    reply = await ask("Health", ready=ready)
    assert (reply.status_code, reply.get_body()) == (status, b'{"status":"%s"}' % word)


async def test_storage_is_asked_at_most_every_ten_seconds():
    rows, clock = CountingRows(FakeRows()), StandingClock()
    ready = Readiness(rows, clock)
    assert await ready()
    assert await ready()
    assert rows.calls.total() == 1
    clock.advance(seconds=10)
    assert await ready()
    assert rows.calls.total() == 2


async def test_of_many_who_ask_at_once_one_asks_storage():
    rows = SlowRows(FakeRows())
    ready = Readiness(rows, StandingClock())
    asked = [asyncio.create_task(ready()) for _ in range(40)]
    await asyncio.sleep(0)
    rows.may_answer.set()
    assert all(await asyncio.gather(*asked))
    assert rows.calls.total() == 1


async def test_storage_that_is_away_is_told_and_that_it_is_back():
    faults = [fail_before]
    clock = StandingClock()
    ready = Readiness(FaultyRows(FakeRows(), lambda _: faults[0]), clock)
    assert not await ready()
    faults[0] = None
    assert not await ready()
    clock.advance(seconds=10)
    assert await ready()


async def test_who_finds_a_hole_learns_whom_to_tell():
    text = (await ask("SecurityTxt", contact="mailto:security@contoso.com")).get_body().decode()
    assert text.startswith("Contact: mailto:security@contoso.com\n")
    expires = datetime.fromisoformat(re.search(r"Expires: (\S+)", text)[1])
    assert timedelta(days=100) < expires - datetime.now(UTC) < timedelta(days=365)  # noqa: TID251


async def test_without_a_contact_there_is_no_file():
    assert (await ask("SecurityTxt")).status_code == 404


@pytest.mark.parametrize("contact", ["security@contoso.com", "mailto:x\nEvil: 1", "http://contoso.com"])
def test_a_contact_that_is_none_is_refused(contact):
    with pytest.raises(SettingsError, match="SECURITY_CONTACT"):
        Settings.from_environment(SETTINGS | {"SECURITY_CONTACT": contact})


def test_an_empty_contact_is_none():
    assert Settings.from_environment(SETTINGS | {"SECURITY_CONTACT": ""}).security_contact is None
