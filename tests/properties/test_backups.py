"""Whatever happens between the pages of a backup, what is restored of it is a consistent directory."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from hypothesis import given, settings
from hypothesis import strategies as st

from ops.backup.directory import LEFT_OUT_NAME
from ops.backup.folder import FolderStore
from scim.domain.providers import NATIVE
from tests.backups import backed_up, restored
from tests.fakes.rows import FakeRows, FaultyRows
from tests.invariants import directory, violations
from tests.world import OKTA, World, add_members, group, patch, remove_members, user

type Step = tuple[str, int, int]
"""What to do, to which of the users or groups there are, and with which name or member."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step works on: users and groups that are there, or ids that nobody has."""

    world: World
    user: str
    group: str
    name: str
    value: int
    users: list[str]

    @classmethod
    async def of(cls, worlds: list[World], which: int, value: int) -> Self:
        world = worlds[which % 2]
        users = [each["id"] for each in (await world.call("GET", "/Users", sortBy="id")).json["Resources"]]
        groups = [each["id"] for each in (await world.call("GET", "/Groups")).json["Resources"]]
        return cls(
            world=world,
            user=users[which % len(users)] if users else "nobody",
            group=groups[value % len(groups)] if groups else "nothing",
            name=f"name{value}@{'fabrikam' if which % 2 else 'contoso'}.com",
            value=value,
            users=users,
        )


async def make_native(it: Scene) -> None:
    if await it.world.app.users.find_by_name(it.name, {NATIVE, "entra", "okta"}) is None:
        await it.world.native(it.name)


async def adopt(it: Scene) -> None:
    found = (await it.world.call("GET", "/Users", filter=f'userName eq "{it.name}"')).json["Resources"]
    for each in found:
        await it.world.call("PATCH", f"/Users/{each['id']}", patch(("replace", "nickName", "N")))


async def let_time_pass(it: Scene) -> None:
    it.world.clock.advance(minutes=6)
    for chore in ("DrainActivities", "SweepJobs", "FoldCounters"):
        await it.world.app.chores[chore]()


ACTIONS: dict[str, Callable[[Scene], Awaitable[object]]] = {
    "create": lambda it: it.world.call("POST", "/Users", user(it.name, externalId=f"x{it.value}")),
    "rename": lambda it: it.world.call("PATCH", f"/Users/{it.user}", patch(("replace", "userName", it.name))),
    "delete": lambda it: it.world.call("DELETE", f"/Users/{it.user}"),
    "join": lambda it: it.world.call("PATCH", f"/Groups/{it.group}", add_members(it.user)),
    "leave": lambda it: it.world.call("PATCH", f"/Groups/{it.group}", remove_members(it.user)),
    "group": lambda it: it.world.call("POST", "/Groups", group(f"Group {it.value}", it.users[:3])),
    "disband": lambda it: it.world.call("DELETE", f"/Groups/{it.group}"),
    "make native": make_native,
    "adopt": adopt,
    "wait": let_time_pass,
}
"""What may happen; much of it is refused, which is as good."""
STEP = st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 6), st.integers(0, 6))


async def act(worlds: list[World], step: Step) -> None:
    action, which, value = step
    await ACTIONS[action](await Scene.of(worlds, which, value))


async def torn(before: list[Step], between: list[list[Step]]) -> None:
    rows = FakeRows(page_rows=4)
    entra = await World.on(rows)
    worlds = [entra, await entra.provided(OKTA)]
    for step in before:
        await act(worlds, step)
    left = iter(between)

    def interrupt(call):
        steps = next(left, []) if call.verb == "scan" else []
        if not steps:
            return None

        async def first(scan):
            for step in steps:
                await act(worlds, step)
            return await scan()

        return first

    there_before = await accounts(rows)
    with TemporaryDirectory() as folder:
        store = FolderStore(Path(folder))
        new, report = await restored(store, await backed_up(FaultyRows(rows, interrupt), store, entra.clock))

    assert await violations(new) == [], report.lines()
    lost = (there_before & await accounts(rows)) - await accounts(new)
    assert len(lost) <= report[LEFT_OUT_NAME], report.lines()


async def accounts(rows: FakeRows) -> set[str]:
    return {key.rpartition("|")[2] for key in await directory(rows) if key.startswith("u|")}


@settings(max_examples=20)
@given(st.lists(STEP, max_size=12), st.lists(st.lists(STEP, max_size=3), max_size=12))
def test_a_torn_backup_is_restored_as_a_consistent_directory(before, between):
    """Who was there before and after is there; `between` happens before one page after the other."""
    asyncio.run(torn(before, between))
