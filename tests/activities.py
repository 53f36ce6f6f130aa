"""Activities for tests: made up, put into the log, and read back.

log = Log(world)
made = await log.record(30, every=timedelta(hours=1))
assert await log.ids() == newest_first(made)
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from scim.domain.activities import Activity, Actor, Status
from scim.domain.activity_log import ActivityFilter, ActivityPage
from scim.storage.tables.entities import activity_key, activity_row
from scim.storage.tables.keys import DIRECTORY, PARTITION
from tests.invariants import activities, directory
from tests.world import World

EVERYTHING = ActivityFilter()
MOST_READ = 5_000
SETTLED = timedelta(minutes=5)


class Marks:
    """A language that shows which parts of a sentence are told in it."""

    def gettext(self, text: str, /) -> str:
        return f"«{text}»"

    def ngettext(self, one: str, several: str, number: int, /) -> str:
        return f"«{one if number == 1 else several}»"

    def date(self, moment: date, /) -> str:
        return f"<{moment.isoformat()}>"

    def number(self, number: int, /) -> str:
        return f"<{number}>"

    def code(self, code: str, /) -> str:
        return f"[{code}]"


MARKS = Marks()


def made_up(world: World, number: int, **facts: Any) -> Activity:
    """An activity that is told from others by its number."""
    given = {
        "id": str(UUID(int=number)),
        "time": world.clock.now(),
        "status": Status.END_USER_UPDATED,
        "provider": "entra",
        "actor": Actor(kind="token", id="token", request_id=f"request-{number}"),
        "subject_kind": "user",
        "subject_id": str(UUID(int=number % 7)),
        "subject_name": f"user{number % 7}@contoso.com",
        "organizations": ("12",),
        "changed": ("displayName",),
    }
    return Activity(**given | facts)


def newest_first(activities: Iterable[Activity]) -> list[str]:
    """Their ids in the order of the log."""
    return [activity.id for activity in sorted(activities, key=activity_key)]


class Log:
    """The log of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.port = world.app.administration.services.activity_log
        self.upkeep = world.app.activity_upkeep

    async def put(self, activities: Sequence[Activity]) -> None:
        """Put activities into the outbox, as their changes do."""
        for start in range(0, len(activities), 100):
            operations = [activity_row(activity) for activity in activities[start : start + 100]]
            await self.world.rows.batch(DIRECTORY, PARTITION, operations)

    async def record(self, count: int, *, every: timedelta = timedelta(seconds=1), **facts: Any) -> list[Activity]:
        """Put some into the outbox, one after the other; the clock goes on."""
        activities = []
        for number in range(count):
            activities.append(made_up(self.world, number, **facts))
            self.world.clock.moment += every
        await self.put(activities)
        return activities

    async def drain(self) -> int:
        """Drain what is settled now."""
        return await self.upkeep.drain(self.world.clock.now())

    async def settle(self) -> int:
        """Let time pass, and drain all."""
        self.world.clock.moment += SETTLED
        return await self.drain()

    async def pages(
        self, wanted: ActivityFilter = EVERYTHING, *, limit: int = 10, most_read: int = MOST_READ
    ) -> AsyncIterator[ActivityPage]:
        """All pages, from the newest."""
        start: str | None = ""
        while start is not None:
            page = await self.port.page(wanted, start, limit, most_read)
            yield page
            start = page.next

    async def ids(self, wanted: ActivityFilter = EVERYTHING, *, limit: int = 10) -> list[str]:
        """The ids of all that is found, in the order in which it is told."""
        return [activity.id async for page in self.pages(wanted, limit=limit) for activity in page.activities]

    async def outbox(self) -> set[str]:
        """The ids of the activities that are still in the outbox."""
        return {each["id"] for each in activities(await directory(self.world.rows))}
