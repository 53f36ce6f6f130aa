"""What questions to a log of 300,000 activities cost: storage calls and rows, as docs/behaviour.md states them."""

import asyncio
import gc
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from scim.domain.activities import Activity, Actor, Status
from scim.storage.tables.activity_keys import PARTITION, activity_place, month_start, table_of
from scim.storage.tables.activity_lists import lists_of
from scim.storage.tables.entities import activity_row
from scim.storage.tables.keys import DIRECTORY
from scim.storage.tables.rows import Row
from tests.activities import Log
from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FakeRows

ACTIVITIES = 300_000
EVERY = timedelta(days=365) / ACTIVITIES
NOW = datetime(2026, 12, 31, tzinfo=UTC)
KINDS = 10_000
"""Different activities; each comes again and again, so that they share their columns and fit into memory."""
MONTHS_KEPT = 14
"""Months in which something can be, of 400 days."""


def kind(number: int) -> Activity:
    """One in ten thousand is a removed token, one in a hundred is of organization 7, one in ten of provider okta."""
    rare = number == 9_999
    return Activity(
        id="-",
        time=NOW,
        status=Status.TOKEN_REMOVED if rare else Status.END_USER_UPDATED,
        provider="entra" if number % 10 else "okta",
        actor=Actor(kind="account", id="ben", request_id="") if rare else Actor(kind="token", id="t", request_id=""),
        subject_kind="user",
        subject_id=f"user-{number}",
        organizations=(str(number % 100),),
    )


@dataclass(frozen=True)
class Scene:
    """A year of activities that have left the outbox; there are twelve more in it: ten, and the two accounts'."""

    admin: AdminWorld
    rows: CountingRows

    async def page(self, **query: object) -> tuple["Cost", dict[str, Any]]:
        """A page, and what it cost; without what it costs to know who asks."""
        self.rows.reset()
        await self.admin.call("GET", "/activities/statuses")
        unasked = self.rows.rows_read
        self.rows.reset()
        page = await self.admin.done("GET", "/activities", **query)
        asked = [table for verb, table, _ in self.rows.log if verb == "query"]
        months = sum(table.startswith("activity") for table in asked)
        return Cost(asked.count(DIRECTORY), months, self.rows.rows_read - unasked), page


@dataclass(frozen=True)
class Cost:
    """Calls for the outbox and for months, and rows read."""

    outbox: int
    months: int
    rows: int


ASKED_FOR = ("all|", "org|7|", "subject|user-5|", "actor|ben|", "provider|okta|", "status|Token Removed|")
"""The lists that are filled; with all of them the test would be seven times as heavy."""


async def build() -> Scene:
    fake = FakeRows()
    admin = await AdminWorld.on(CountingRows(fake))
    kinds = [
        ([each for each in lists_of(activity) if each.startswith(ASKED_FOR)], activity_row(activity).columns)
        for activity in map(kind, range(KINDS))
    ]
    start = NOW - EVERY * ACTIVITIES
    gc.disable()  # nothing of it is garbage, and looking for some takes most of the time
    for number in range(ACTIVITIES):
        moment = start + EVERY * number
        lists, columns = kinds[number % KINDS]
        partition = fake._partitions[table_of(month_start(moment)), PARTITION]
        place = activity_place(moment, str(UUID(int=number)))
        for each in lists:
            partition.put(Row(f"{each}{place}", columns, "etag"))
    gc.enable()
    admin.clock.moment = NOW
    await Log(admin.world).record(10)
    admin = await admin.as_(await admin.account("reader@contoso.com", administrator=True))
    return Scene(admin, admin.world.rows)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return asyncio.run(build())


@pytest.mark.parametrize(
    ("query", "cost", "items"),
    [
        ({}, Cost(1, 1, 62), 50),
        ({"limit": 200}, Cost(1, 1, 212), 200),
        ({"after": "2026-12-24T00:00:00Z"}, Cost(1, 1, 61), 50),
        ({"before": "2026-06-15T00:00:00Z"}, Cost(1, 1, 50), 50),
        ({"organizationId": "7"}, Cost(1, 1, 62), 50),
        ({"provider": "okta"}, Cost(1, 1, 62), 50),
        ({"type": "SSO", "limit": 10}, Cost(1, 1, 10), 10),
        ({"status": "Token Removed"}, Cost(1, MONTHS_KEPT, 42), 30),
        ({"status": ["Token Removed", "Token Created"]}, Cost(1, 2 * MONTHS_KEPT, 42), 30),
        ({"subject": "user-5"}, Cost(1, MONTHS_KEPT, 42), 30),
        ({"actor": "ben"}, Cost(1, MONTHS_KEPT, 42), 30),
        ({"actor": "ben", "provider": "okta"}, Cost(1, MONTHS_KEPT, 42), 0),
        ({"organizationId": "nobody"}, Cost(1, MONTHS_KEPT, 12), 0),
    ],
    ids=str,
)
async def test_a_page_costs_a_call_for_the_outbox_and_one_for_each_month_that_it_reaches(scene, query, cost, items):
    """R103-R106. One condition has a list of its own: it reads what it shows, and what the outbox holds."""
    actual, page = await scene.page(**query)

    assert (actual, len(page["items"])) == (cost, items)


async def test_a_rare_thing_that_has_no_list_of_its_own_is_looked_for_five_thousand_rows_at_a_time(scene):
    """R106. More statuses than four, picked out of everything; page by page it is found in the end."""
    wanted = ["Token Removed", "Token Created", "Role Created", "Enabled", "Disabled"]
    found, cursor, since = 0, "", "2026-12-01T00:00:00Z"
    pages = 0
    while cursor is not None:
        cost, page = await scene.page(status=wanted, cursor=cursor, after=since)
        assert cost.rows <= 5_000
        assert cost.outbox + cost.months <= 6
        found += len(page["items"])
        cursor = page.get("next")
        pages += 1

    assert found == 3
    assert pages == 6
