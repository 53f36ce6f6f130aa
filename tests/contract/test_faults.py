"""Storage that fails, and processes that die, at every call of every operation.

Whatever happens, a change is made whole or not at all, it has one activity, and what a client is told is true: success,
or 503 with `Retry-After` for an outcome that repeating the request settles.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from scim.storage.tables.keys import TABLES
from scim.storage.tables.rows import Rows
from tests.fakes.rows import (
    Call,
    FakeRows,
    Fault,
    FaultyRows,
    Killed,
    cancel_after,
    cancel_before,
    fail_after,
    fail_before,
    kill_after,
    kill_before,
    repeat,
)
from tests.invariants import activities, directory, kinds, violations
from tests.world import Reply, World, add_members, group, patch, remove_members, user


@dataclass(frozen=True)
class Scene:
    """A tenant to change, and who is in it.

    Attributes:
        world: On storage of its own; `staged` gives a copy.
        people: 500 users, the first 250 of them in the group `full`.
        busy: A user who is in sixty groups.
        few: A user who is in two groups.
        full: A group that is in forty groups.
    """

    world: World
    people: list[str]
    busy: str
    few: str
    full: str
    empty: str
    small: str
    native: str


async def build() -> Scene:
    world = await World.on(FakeRows(tables=TABLES))
    people = await world.users(500)
    busy, few = await world.users(2, "joiner")
    full = await world.created("/Groups", group("Full", people[:250], externalId="full"))
    for index in range(60):
        others = [few, full] if index < 2 else [full] if index < 40 else []
        await world.created("/Groups", group(f"Team {index}", [busy, *others]))
    return Scene(
        world=world,
        people=people,
        busy=busy,
        few=few,
        full=full,
        empty=await world.created("/Groups", group("Empty")),
        small=await world.created("/Groups", group("Small", people[:3])),
        native=(await world.native("boss@contoso.com")).id,
    )


@pytest.fixture(scope="module")
def scene() -> Scene:
    return asyncio.run(build())


class Fuse:
    """A plan of faults that is armed when the scene is set; counts from then on."""

    def __init__(self) -> None:
        self.calls = self.writes = 0
        self._fault: Fault | None = None
        self._call = self._write = 0

    def arm(self, fault: Fault | None = None, *, call: int = 0, write: int = 0) -> None:
        self.calls = self.writes = 0
        self._fault, self._call, self._write = fault, call, write

    def __call__(self, call: Call) -> Fault | None:
        self.calls += 1
        self.writes += call.write > 0
        strikes = self.calls == self._call or (call.write > 0 and self.writes == self._write)
        return self._fault if strikes else None


async def staged(scene: Scene) -> tuple[World, Fuse, World]:
    """An instance whose storage can fail, its fuse, and one beside it on the same storage, which works."""
    rows, fuse = copied(scene.world.rows), Fuse()
    failing, sound = await scene.world.instance(FaultyRows(rows, fuse)), await scene.world.instance(rows)
    for world in (failing, sound):
        await world.warm_up()
    return failing, fuse, sound


def copied(rows: Rows) -> FakeRows:
    assert isinstance(rows, FakeRows)
    copy = FakeRows(tables=TABLES)
    copy._ticks = rows._ticks
    for place, partition in rows._partitions.items():
        copy._partitions[place] = type(partition)(dict(partition.rows))
        copy._partitions[place]._unordered = set(partition.rows)
    return copy


async def state(world: World) -> object:
    """What a client can see: the documents of users and the documents and members of groups, by their names."""
    rows = await directory(world.rows)
    members = defaultdict(set)
    for key in rows:
        if key.startswith("m|"):
            _, group_id, member_id = key.split("|")
            members[group_id].add(member_id)
    users = {row.columns["doc0"] for key, row in rows.items() if key.startswith("u|")}
    groups = {row.columns["doc0"]: members[key.split("|")[2]] for key, row in rows.items() if key.startswith("g|")}
    return users, groups


async def rosters(world: World) -> dict[str, tuple[str, frozenset[str]]]:
    """The version and the members of each group, by its id."""
    rows = await directory(world.rows)
    members = defaultdict(set)
    for key in rows:
        if key.startswith("m|"):
            _, group_id, member_id = key.split("|")
            members[group_id].add(member_id)
    return {
        id_: (row.etag, frozenset(members[id_])) for key, row in rows.items() if (id_ := key.partition("g|entra|")[2])
    }


def unmarked(before: dict[str, tuple[str, frozenset[str]]], after: dict[str, tuple[str, frozenset[str]]]) -> list[str]:
    """Groups that have the version of before with other members."""
    return [id_ for id_ in before.keys() & after if before[id_][0] == after[id_][0] and before[id_] != after[id_]]


async def swept(scene: Scene, world: World, way: int) -> None:
    """What the sweeper does ten minutes later: once, twice, or in two processes at once."""
    rows = world.rows
    later = scene.world.clock.now().replace(hour=scene.world.clock.now().hour + 1)
    sweepers = [await scene.world.instance(rows) for _ in range(2)]
    if way % 3 == 2:
        await asyncio.gather(*(sweeper.app.jobs.run_due(later) for sweeper in sweepers))
    else:
        for sweeper in sweepers[: way % 3 + 1]:
            await sweeper.app.jobs.run_due(later)


type Change = Callable[[Scene, World], Awaitable[Reply]]

LONG: dict[str, Change] = {
    "delete a user in sixty groups": lambda scene, world: world.call("DELETE", f"/Users/{scene.busy}"),
    "delete a group of 250": lambda scene, world: world.call("DELETE", f"/Groups/{scene.full}"),
    "add 250": lambda scene, world: world.call("PATCH", f"/Groups/{scene.empty}", add_members(*scene.people[:250])),
    "add 250 to 250": lambda scene, world: world.call("PATCH", f"/Groups/{scene.full}", add_members(*scene.people)),
    "remove 250": lambda scene, world: world.call(
        "PATCH", f"/Groups/{scene.full}", remove_members(*scene.people[:250])
    ),
    "remove all": lambda scene, world: world.call("PATCH", f"/Groups/{scene.full}", patch(("remove", "members", None))),
    "remove 125 and add 125": lambda scene, world: world.call(
        "PATCH",
        f"/Groups/{scene.full}",
        {
            "Operations": [
                *remove_members(*scene.people[:125])["Operations"],
                *add_members(*scene.people[250:375])["Operations"],
            ]
        },
    ),
    "rename and add 250": lambda scene, world: world.call(
        "PATCH",
        f"/Groups/{scene.empty}",
        {
            "Operations": [
                *patch(("replace", "displayName", "Renamed"))["Operations"],
                *add_members(*scene.people[:250])["Operations"],
            ]
        },
    ),
    "replace 250 by 250": lambda scene, world: world.call(
        "PUT", f"/Groups/{scene.full}", group("Replaced", scene.people[250:])
    ),
    "create with 250": lambda scene, world: world.call("POST", "/Groups", group("New", scene.people[:250])),
}
SHORT: dict[str, Change] = {
    "create a user": lambda _, world: world.call(
        "POST", "/Users", user("new@contoso.com", externalId="e", emails=[{"value": "a@x.y"}])
    ),
    "change a user": lambda scene, world: world.call(
        "PATCH", f"/Users/{scene.few}", patch(("add", "title", "Director"))
    ),
    "rename a user": lambda scene, world: world.call(
        "PATCH", f"/Users/{scene.few}", patch(("replace", "userName", "renamed@contoso.com"))
    ),
    "replace a user": lambda scene, world: world.call(
        "PUT", f"/Users/{scene.few}", user("joiner1@contoso.com", "13", title="Director")
    ),
    "switch a user off": lambda scene, world: world.call(
        "PATCH", f"/Users/{scene.few}", patch(("replace", "active", "False"))
    ),
    "adopt a user": lambda scene, world: world.call("PATCH", f"/Users/{scene.native}", patch(("add", "title", "Boss"))),
    "delete a user": lambda scene, world: world.call("DELETE", f"/Users/{scene.few}"),
    "create a group": lambda scene, world: world.call("POST", "/Groups", group("New", scene.people[:3])),
    "rename a group": lambda scene, world: world.call(
        "PATCH", f"/Groups/{scene.small}", patch(("replace", "displayName", "Renamed"))
    ),
    "replace a group": lambda scene, world: world.call(
        "PUT", f"/Groups/{scene.small}", group("Replaced", scene.people[1:5])
    ),
    "add members": lambda scene, world: world.call("PATCH", f"/Groups/{scene.small}", add_members(*scene.people[1:6])),
    "remove members": lambda scene, world: world.call(
        "PATCH", f"/Groups/{scene.small}", remove_members(*scene.people[1:6])
    ),
    "delete a group": lambda scene, world: world.call("DELETE", f"/Groups/{scene.small}"),
}
READS: dict[str, Change] = {
    "read a user": lambda scene, world: world.call("GET", f"/Users/{scene.few}", attributes="userName,groups"),
    "match a user": lambda _, world: world.call("GET", "/Users", filter='userName eq "joiner1@contoso.com"'),
    "match nobody": lambda _, world: world.call("GET", "/Users", filter='userName eq "nobody@contoso.com"'),
    "match a group": lambda _, world: world.call("GET", "/Groups", filter='displayName eq "small"'),
    "read a group": lambda scene, world: world.call("GET", f"/Groups/{scene.full}"),
    "list users": lambda _, world: world.call("GET", "/Users", startIndex=201, count=100),
    "search users": lambda _, world: world.call("GET", "/Users", filter='title pr or userName sw "j"'),
    "search members": lambda scene, world: world.call("GET", "/Users", filter=f'groups eq "{scene.full}"', count=10),
}


async def undisturbed(scene: Scene, change: Change) -> tuple[Reply, object, int, int, int]:
    """The reply, the state and the number of activities without any fault, and the calls and writes that it takes."""
    failing, fuse, sound = await staged(scene)
    fuse.arm()
    reply = await change(scene, failing)
    return reply, await state(sound), kinds(await directory(sound.rows))["a"], fuse.calls, fuse.writes


def check_refusal(reply: Reply) -> None:
    """The only failure that a client may ever see."""
    assert reply.status == 503, reply
    assert int(reply.headers["Retry-After"]) > 0
    assert reply.json["status"] == "503"


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("death", [kill_before, kill_after, cancel_before, cancel_after])
async def test_who_dies_at_a_write_leaves_nothing_or_work_that_is_finished(
    scene: Scene, name: str, death: Fault
) -> None:
    change = LONG[name]
    _, after, recorded, _, writes = await undisturbed(scene, change)
    before = await state(scene.world)
    assert writes > 1
    known = await rosters(scene.world)

    happened = False
    for write in range(1, writes + 1):
        failing, fuse, sound = await staged(scene)
        fuse.arm(death, write=write)
        try:
            await change(scene, failing)
        except (Killed, asyncio.CancelledError):
            left = await rosters(sound)
            assert unmarked(known, left) == []
            await swept(scene, sound, write)
            assert unmarked(left, await rosters(sound)) == []
        else:
            assert death in {kill_after, cancel_after}  # and the write was refused, so it did not get that far

        now = await state(sound)
        assert now == after or (now == before and not happened)
        happened = now == after
        assert kinds(await directory(sound.rows))["a"] == recorded - (not happened)
        assert await violations(sound.rows) == []
        await check_names(sound, name if happened else "")
    assert happened


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("fault", [fail_before, fail_after, repeat])
async def test_a_write_of_a_long_change_that_fails_costs_at_most_a_sweep(scene: Scene, name: str, fault: Fault) -> None:
    change = LONG[name]
    expected, after, recorded, _, writes = await undisturbed(scene, change)
    before = await state(scene.world)

    for write in range(1, writes + 1):
        failing, fuse, sound = await staged(scene)
        fuse.arm(fault, write=write)
        reply = await change(scene, failing)
        happened = reply.status == expected.status
        if not happened:
            check_refusal(reply)
            assert fault is fail_before
        await swept(scene, sound, write)

        assert await state(sound) == (after if happened else before)
        assert kinds(await directory(sound.rows))["a"] == recorded - (not happened)
        assert (await failing.call("POST", "/Groups", group("One more"))).status == 201
        assert await violations(sound.rows) == []


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("fault", [fail_after, repeat])
async def test_a_write_that_was_applied_is_a_success_whatever_became_of_its_answer(
    scene: Scene, name: str, fault: Fault
) -> None:
    change = SHORT[name]
    expected, after, recorded, _, writes = await undisturbed(scene, change)
    failing, fuse, sound = await staged(scene)
    fuse.arm(fault, write=writes)

    reply = await change(scene, failing)

    assert writes in {1, 2}  # a second one when not all members are as the client believes
    assert reply.status == expected.status
    assert without_identity(reply) == without_identity(expected)
    if reply.status == 201:
        found = await sound.call("GET", reply.headers["Location"].partition("/v2")[2])
        assert found.json == reply.json
    assert await state(sound) == after
    facts = activities(await directory(sound.rows))
    assert len(facts) == len({fact["id"] for fact in facts}) == recorded
    fuse.arm()
    assert (await failing.call("POST", "/Users", user("next@contoso.com"))).status == 201
    assert await violations(sound.rows) == []


@pytest.mark.parametrize("name", [*SHORT, *LONG])
async def test_storage_that_is_down_is_a_503_and_nothing_is_written(scene: Scene, name: str) -> None:
    change = {**SHORT, **LONG}[name]
    _, after, _, calls, _ = await undisturbed(scene, change)
    before = await state(scene.world)
    for number in range(1, min(calls, 40) + 1):
        failing, fuse, sound = await staged(scene)
        fuse.arm(fail_before, call=number)

        reply = await change(scene, failing)

        if reply.status >= 400:
            check_refusal(reply)
        await swept(scene, sound, number)
        assert await state(sound) in ((before,) if reply.status == 503 and name in SHORT else (before, after))
        assert await violations(sound.rows) == []
        fuse.arm()
        assert (await change(scene, failing)).status in {200, 201, 204, 404, 409}
        assert await state(sound) == after


@pytest.mark.parametrize("name", READS)
async def test_storage_that_is_down_is_never_an_absence(scene: Scene, name: str) -> None:
    change = READS[name]
    expected, _, _, calls, _ = await undisturbed(scene, change)
    for number in range(1, calls + 1):
        failing, fuse, _ = await staged(scene)
        fuse.arm(fail_before, call=number)

        reply = await change(scene, failing)
        await failing.app.background.drain()

        if reply.status == 200:  # what failed was a bookmark
            assert reply == expected
        else:
            check_refusal(reply)


@pytest.mark.parametrize("name", SHORT)
async def test_a_request_that_was_killed_can_be_sent_again(scene: Scene, name: str) -> None:
    change = SHORT[name]
    _, after, recorded, _, writes = await undisturbed(scene, change)
    for death in (kill_before, kill_after):
        failing, fuse, sound = await staged(scene)
        fuse.arm(death, write=writes)
        with pytest.raises(Killed):
            await change(scene, failing)

        reply = await change(scene, sound)

        assert reply.status in ({200, 201, 204} if death is kill_before else {200, 204, 404, 409})
        assert await state(sound) == after
        assert kinds(await directory(sound.rows))["a"] == recorded
        assert await violations(sound.rows) == []


@pytest.mark.parametrize("fault", [fail_before, fail_after, repeat, kill_before, kill_after])
async def test_a_sweep_that_fails_is_made_up_for_by_the_next(scene: Scene, fault: Fault) -> None:
    before_sweep, fuse, sound = await staged(scene)
    for name in ("delete a user in sixty groups", "delete a group of 250", "rename and add 250"):
        dying, own_fuse = await staged_on(scene, sound.rows)
        own_fuse.arm(kill_after, write=1)
        with pytest.raises(Killed):
            await LONG[name](scene, dying)
    later = scene.world.clock.now().replace(hour=scene.world.clock.now().hour + 1)

    for write in range(1, 25):
        failing, fuse = await staged_on(scene, sound.rows)
        fuse.arm(fault, write=write % 3 + 1)
        try:
            await failing.app.jobs.run_due(later)
        except Killed:
            assert fault in {kill_before, kill_after}
    await sound.app.jobs.run_due(later)

    rows = kinds(await directory(sound.rows))
    assert (rows["j"], rows["i"]) == (0, 0)
    assert await violations(sound.rows) == []
    assert len(await before_sweep.app.groups.members(scene.empty)) == 250


async def staged_on(scene: Scene, rows: Rows) -> tuple[World, Fuse]:
    fuse = Fuse()
    failing = await scene.world.instance(FaultyRows(rows, fuse))
    await failing.warm_up()
    return failing, fuse


async def check_names(world: World, deleted: str) -> None:
    """The name of what was deleted is free."""
    if deleted.startswith("delete a user"):
        await world.created("/Users", user("JOINER0@contoso.com"))
    if deleted.startswith("delete a group"):
        await world.created("/Groups", group("FULL", externalId="full"))


def without_identity(reply: Reply) -> object:
    """What two equal requests have in common in their replies."""
    if not isinstance(reply.json, dict):
        return reply.json
    return {name: value for name, value in reply.json.items() if name not in {"id", "meta"}}
