"""Six calendar months to the second: from the API to the last second, on the days that months disagree about.

On all others the date alone changes; `tests/unit/domain/test_tokens.py` looks at every day of two years.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest

from scim.domain.providers import Provider
from scim.domain.resources import timestamp
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.world import World

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize("year", [2027, 2028], ids=["ordinary", "leap"])
async def test_a_token_gets_six_months_to_the_second(year):
    """R033, AMB-17: record, vault and API show one moment, and SCIM keeps it."""
    admin = await AdminWorld.on(FakeRows())
    boss = await admin.account("boss2@contoso.com", administrator=True)
    for moment in ends_of_months(year):
        admin.clock.moment = moment
        provider = Provider(id=f"p{moment:%m%d}", name=f"Provider {moment:%m%d}")
        await admin.services.providers.create(provider)
        script = await admin.as_(boss)
        token = await script.done("POST", f"/identity-providers/{provider.id}/scim/tokens", {})
        expires = six_months_after(moment.replace(microsecond=0))

        assert (await admin.services.tokens.get(token["id"])).expires_at == expires
        assert admin.world.app.vault.expiries[token["id"]] == expires
        assert token["expiresAt"] == timestamp(expires)
        statuses = await statuses_at(admin, provider, token["token"], expires - SECOND, expires)
        assert statuses == [200, 401], moment


def ends_of_months(year):
    """Late in the evening of the 28th and whatever follows it, and of the first."""
    start = datetime(year, 1, 1, 23, 59, 59, 987_000, tzinfo=UTC)
    days = [start + number * DAY for number in range(366)]
    return [day for day in days if day.year == year and (day.day >= 28 or day.day == 1)]


async def statuses_at(admin, provider, text, *moments):
    """What an instance answers to the token at these moments."""
    instance = await admin.world.instance()
    caller = World(instance.app, instance.rows, provider, text)
    found = []
    for moment in moments:
        admin.clock.moment = moment
        found.append((await caller.call("GET", "/Users", count=0)).status)
        await caller.app.background.drain()
    return found


def six_months_after(moment):
    """By counting on the calendar, month by month."""
    year, month = moment.year, moment.month
    for _ in range(6):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
