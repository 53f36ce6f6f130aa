"""How many storage calls each SCIM operation makes, one after the other and in all, and how many rows it writes.

Storage is what requests wait for and what is paid for, so these numbers are exact: one more is a regression, one less
is a reason to change the table. Token and organizations are known from an earlier request, as they are in production.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from scim.storage.tables import keys
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Row
from tests.fakes.rows import CountingRows, FakeRows
from tests.invariants import violations
from tests.world import OKTA, Reply, World, add_members, group, patch, remove_members, user

BIG = 100_000
_WAVE = 30
"""Turns of the event loop in which requests set out together."""


class TimedRows(FakeRows):
    """Counts how many times somebody waits for storage: calls that are made at once are waited for together."""

    def __init__(self) -> None:
        super().__init__()
        self.trips = 0
        self._wave: asyncio.Task[None] | None = None

    async def _open(self, table: str, partition: str) -> object:
        if not _in_background():
            if self._wave is None:
                self.trips += 1
                self._wave = asyncio.create_task(self._travel())
            await self._wave
        return await super()._open(table, partition)

    async def _travel(self) -> None:
        for _ in range(_WAVE):
            await asyncio.sleep(0)
        self._wave = None


def _in_background() -> bool:
    """Whether no reply waits for the call."""
    task = asyncio.current_task()
    return task is not None and task.get_coro().__qualname__ == "Background._guarded"


@dataclass(frozen=True)
class Scene:
    """Who is there.

    Attributes:
        world: An instance that has answered a request before.
        rows: Its storage.
        anna: A user with an externalId and an address, in the groups `small` and `other`.
        people: 250 users; the first ten are in `small`, all are in `large`.
        native: An account of nobody's, which this provider may adopt.
    """

    world: World
    rows: TimedRows
    counting: CountingRows
    anna: str
    people: list[str]
    small: str
    other: str
    large: str
    empty: str
    native: str

    def patch(self, id_: str, body: object) -> Awaitable[Reply]:
        return self.world.call("PATCH", f"/Groups/{id_}", body)

    def find(self, endpoint: str, text: str, **query: object) -> Awaitable[Reply]:
        return self.world.call("GET", endpoint, filter=text, **query)


async def build() -> Scene:
    rows = TimedRows()
    counting = CountingRows(rows)
    world = await World.on(counting)
    people = await world.users(250)
    anna = await world.created("/Users", anna_body())
    return Scene(
        world=world,
        rows=rows,
        counting=counting,
        anna=anna,
        people=people,
        small=await world.created("/Groups", group("Small", [*people[:10], anna], externalId="small")),
        other=await world.created("/Groups", group("Other", [anna])),
        large=await world.created("/Groups", group("Large", people)),
        empty=await world.created("/Groups", group("Empty")),
        native=(await world.native("boss@contoso.com")).id,
    )


def anna_body(**attributes: object) -> dict:
    return user("anna@contoso.com", **{"externalId": "anna", "emails": [{"value": "a@contoso.com"}], **attributes})


type Change = Callable[[Scene], Awaitable[Reply]]
BUDGETS: dict[str, tuple[Change, int, int, int, int]] = {
    # operation: request, status, waits, calls, rows written
    # Users
    "GET user": (lambda s: s.world.call("GET", f"/Users/{s.anna}"), 200, 1, 1, 0),
    "GET user with groups": (lambda s: s.world.call("GET", f"/Users/{s.anna}", attributes="groups"), 200, 1, 2, 0),
    # A miss looks among native accounts, and again here, because the user may have been adopted between the two.
    "GET user, nobody": (lambda s: s.world.call("GET", f"/Users/{s.small}"), 404, 3, 3, 0),
    "GET user, native": (lambda s: s.world.call("GET", f"/Users/{s.native}"), 200, 2, 2, 0),
    "userName eq, miss": (lambda s: s.find("/Users", 'userName eq "nobody"'), 200, 1, 1, 0),
    "userName eq, hit": (lambda s: s.find("/Users", 'userName eq "ANNA@contoso.com"'), 200, 2, 2, 0),
    "externalId eq": (lambda s: s.find("/Users", 'externalId eq "anna"'), 200, 2, 2, 0),
    "emails eq": (lambda s: s.find("/Users", 'emails[type eq "work"].value eq "a@contoso.com"'), 200, 2, 2, 0),
    # u, n, s, x, e, y, c, a
    "POST user": (lambda s: s.world.call("POST", "/Users", user("new", externalId="e", emails=[{"value": "n@x.y"}])),
                  201, 1, 1, 8),
    "POST user, least": (lambda s: s.world.call("POST", "/Users", user("new")), 201, 1, 1, 6),
    # After a conflict: was it our own first try? If not: who holds the name?
    "POST user, taken": (lambda s: s.world.call("POST", "/Users", user("Anna@contoso.com")), 409, 3, 3, 0),
    "PATCH user": (lambda s: s.world.call("PATCH", f"/Users/{s.anna}", patch(("add", "title", "x"))), 200, 2, 2, 2),
    "PATCH user, nothing new": (
        lambda s: s.world.call("PATCH", f"/Users/{s.anna}", patch(("add", "active", "True"))), 200, 1, 1, 0),
    "PATCH user, off": (  # u, a, and s, which has what the list of accounts shows
        lambda s: s.world.call("PATCH", f"/Users/{s.anna}", patch(("replace", "active", "False"))), 200, 2, 2, 3),
    "PATCH user, family name": (  # u, a, s, and the word by which it is searched
        lambda s: s.world.call("PATCH", f"/Users/{s.anna}", patch(("add", "name.familyName", "Ruiz"))), 200, 2, 2, 4),
    "PATCH user, adopt": (  # u, u, n, s, s, y, y, c, c, a
        lambda s: s.world.call("PATCH", f"/Users/{s.native}", patch(("add", "title", "x"))), 200, 3, 3, 10),
    "PATCH user, rename": (  # u, n, n, s, s, a
        lambda s: s.world.call("PATCH", f"/Users/{s.anna}", patch(("replace", "userName", "b"))), 200, 2, 2, 6),
    "PUT user": (lambda s: s.world.call("PUT", f"/Users/{s.anna}", anna_body(title="x")), 200, 2, 2, 2),
    "PUT user, nothing new": (lambda s: s.world.call("PUT", f"/Users/{s.anna}", anna_body()), 200, 1, 1, 0),
    "PUT user, new indexes": (  # u, s, x, x, e, e, y, y, a
        lambda s: s.world.call("PUT", f"/Users/{s.anna}",
                               user("anna@contoso.com", "13", externalId="b", emails=[{"value": "b@contoso.com"}])),
        200, 2, 2, 9),
    # u, t, n, s, x, e, y, c, a, j, and for each of two memberships its two rows and that of the group, whose version
    # changes. The job looks again, five minutes later.
    "DELETE user in two groups": (lambda s: s.world.call("DELETE", f"/Users/{s.anna}"), 204, 2, 3, 16),
    # Groups. One is read before its members, so that the time of a reply tells nothing of another provider's groups.
    "GET group, members excluded": (
        lambda s: s.world.call("GET", f"/Groups/{s.large}", excludedAttributes="members"), 200, 1, 1, 0),
    "GET group of 250": (lambda s: s.world.call("GET", f"/Groups/{s.large}"), 200, 2, 2, 0),
    "displayName eq": (
        lambda s: s.find("/Groups", 'displayName eq "SMALL"', excludedAttributes="members"), 200, 2, 2, 0),
    "displayName eq, miss": (lambda s: s.find("/Groups", 'displayName eq "no"'), 200, 1, 1, 0),
    "externalId eq, group": (
        lambda s: s.find("/Groups", 'externalId eq "small"', excludedAttributes="members"), 200, 2, 2, 0),
    "members eq": (
        lambda s: s.find("/Groups", f'members eq "{s.anna}"', excludedAttributes="members"), 200, 2, 3, 0),
    "id eq and members eq": (
        lambda s: s.find("/Groups", f'id eq "{s.small}" and members eq "{s.anna}"', excludedAttributes="members"),
        200, 2, 2, 0),
    "POST group": (lambda s: s.world.call("POST", "/Groups", group("New")), 201, 1, 1, 5),
    # Whoever is to be a member is looked up first: all at the same time, or by ranges when there are more than 100.
    # Each change of members writes the roster's row, too, which keeps it from being undone by an unfinished one.
    "POST group of three": (lambda s: s.world.call("POST", "/Groups", group("New", s.people[:3])), 201, 2, 4, 11),
    "POST group of 47": (lambda s: s.world.call("POST", "/Groups", group("New", s.people[:47])), 201, 2, 48, 99),
    "PATCH group, rename": (lambda s: s.patch(s.small, patch(("replace", "displayName", "New"))), 204, 2, 2, 4),
    "PUT group, replace two": (  # the ten who stay are neither looked up nor touched
        lambda s: s.world.call("PUT", f"/Groups/{s.small}", group("Small", s.people[:11], externalId="small")),
        200, 4, 4, 7),
    "PATCH group, replace two": (
        lambda s: s.patch(s.small, patch(("replace", "members", [{"value": id_} for id_ in s.people[:11]]))),
        204, 4, 4, 7),
    "PUT group, nothing new": (
        lambda s: s.world.call("PUT", f"/Groups/{s.other}", group("Other", [s.anna])), 200, 2, 2, 0),
    # g, d, w, f, c, a, j and both rows of eleven memberships
    "DELETE group of eleven": (lambda s: s.world.call("DELETE", f"/Groups/{s.small}"), 204, 3, 4, 29),
    # Members
    "add one": (lambda s: s.patch(s.small, add_members(s.people[20])), 204, 2, 2, 5),
    "remove one": (lambda s: s.patch(s.small, remove_members(s.people[2])), 204, 1, 1, 5),
    "remove one by path": (
        lambda s: s.patch(s.small, patch(("remove", f'members[value eq "{s.people[2]}"]', None))), 204, 1, 1, 5),
    # The transaction fails; then it is looked up who is there.
    "add one who is there": (lambda s: s.patch(s.small, add_members(s.people[2])), 204, 4, 4, 0),  # the last: its ETag
    "remove one who is not": (lambda s: s.patch(s.small, remove_members(s.people[20])), 204, 3, 3, 0),
    "add one who is there and one": (
        lambda s: s.patch(s.small, add_members(s.people[2], s.people[20])), 204, 4, 5, 5),
    "add 32": (lambda s: s.patch(s.empty, add_members(*s.people[:32])), 204, 2, 33, 67),
    "add 49": (lambda s: s.patch(s.empty, add_members(*s.people[:49])), 204, 3, 51, 107),
    "remove 49": (lambda s: s.patch(s.large, remove_members(*s.people[:49])), 204, 2, 2, 107),
    # The first transaction has a job and its list beside 47 or 48 members; the others a group, a job and 49.
    "add 50": (lambda s: s.patch(s.empty, add_members(*s.people[:50])), 204, 3, 52, 109),
    "add 250": (lambda s: s.patch(s.empty, add_members(*s.people)), 204, 7, 7, 517),
    "remove 250": (lambda s: s.patch(s.large, remove_members(*s.people)), 204, 6, 6, 517),
    # Lists. The total and the page are read at once; no reply waits for the bookmark behind a full page.
    "list users": (lambda s: s.world.call("GET", "/Users", count=10), 200, 1, 2 + 1, 1),
    "list users, last page": (lambda s: s.world.call("GET", "/Users", startIndex=252), 200, 3, 4, 0),
    "list users, none": (lambda s: s.world.call("GET", "/Users", count=0), 200, 1, 1, 0),
    # No bookmark; one call skips up to a thousand, beside the one for the total.
    "list users, jump": (lambda s: s.world.call("GET", "/Users", startIndex=101, count=10), 200, 3, 4 + 1, 1),
    "list users by name": (lambda s: s.world.call("GET", "/Users", sortBy="userName", count=10), 200, 2, 12 + 1, 1),
    "list users by title": (lambda s: s.world.call("GET", "/Users", sortBy="title", count=10), 200, 1, 1 + 1, 1),
    "userName sw": (lambda s: s.find("/Users", 'userName sw "user1"', count=10), 200, 2, 12 + 1, 1),
    "unindexed filter": (lambda s: s.find("/Users", 'title pr or name.familyName co "x"'), 200, 1, 1, 0),
    "users of a group": (lambda s: s.find("/Users", f'groups.value eq "{s.large}"', count=10), 200, 3, 13 + 1, 1),
    "list groups": (
        lambda s: s.world.call("GET", "/Groups", count=2, excludedAttributes="members"), 200, 1, 2 + 1, 1),
    "list groups with members": (lambda s: s.world.call("GET", "/Groups", count=2), 200, 2, 4 + 1, 1),
    # Refusals before storage is asked
    "an unknown path": (lambda s: s.world.call("GET", "/Nothing"), 404, 0, 0, 0),
    "an invalid body": (lambda s: s.world.call("POST", "/Users", {"userName": 3}), 400, 0, 0, 0),
    "an invalid filter": (lambda s: s.find("/Users", "userName"), 400, 0, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("operation", BUDGETS)
async def test_an_operation_makes_these_calls_and_writes_these_rows(operation: str) -> None:
    request, status, waits, calls, written = BUDGETS[operation]
    scene = await build()
    await scene.world.warm_up()
    scene.counting.reset()
    scene.rows.trips = 0

    reply = await request(scene)
    waited = scene.rows.trips
    await scene.world.app.background.drain()

    counted = (reply.status, waited, sum(scene.counting.calls.values()), scene.counting.rows_written)
    assert counted == (status, waits, calls, written), scene.counting.log
    assert await violations(scene.rows) == []


async def test_the_next_page_is_found_without_a_further_call() -> None:
    """The instance that served the page before relies on its memory for ten seconds."""
    scene = await build()
    await scene.world.call("GET", "/Users", count=10)
    await scene.world.app.background.drain()
    scene.counting.reset()

    await scene.world.call("GET", "/Users", startIndex=11, count=10)

    assert scene.counting.calls == {"query": 2, "batch": 1}  # the write is the next bookmark
    assert scene.counting.rows_read < 10 + 10  # the page, and the stripes of the total


async def test_another_instance_finds_the_next_page_by_one_further_call() -> None:
    scene = await build()
    await scene.world.call("GET", "/Users", count=10)
    await scene.world.app.background.drain()
    elsewhere = await scene.world.instance()
    await elsewhere.warm_up()
    scene.counting.reset()

    await elsewhere.call("GET", "/Users", startIndex=11, count=10)

    assert scene.counting.calls == {"query": 2, "get": 1, "batch": 1}


async def test_a_first_request_also_looks_its_token_up() -> None:
    """The token's record, then its provider (the digest is in the vault); the note of its use comes after the reply."""
    scene = await build()
    fresh = await scene.world.instance()
    scene.counting.reset()

    await fresh.call("POST", "/Users", user("new"))
    await fresh.app.background.drain()

    tables = Counter((verb, table) for verb, table, _ in scene.counting.log)
    assert tables == {
        ("get", "config"): 2,
        ("get", "directory"): 1,  # the organization
        ("batch", "directory"): 1,
        ("batch", "config"): 1,
    }


async def test_what_another_provider_has_costs_what_nothing_costs() -> None:
    scene = await build()
    other = await scene.world.provided(OKTA)
    nothing = scene.world.app.services.identifiers.new()

    for path in ("/Users/{}", "/Groups/{}"):
        counts = []
        for id_ in (nothing, scene.anna, scene.large):
            scene.counting.reset()
            assert (await other.call("GET", path.format(id_))).status == 404
            counts.append(scene.counting.calls)
        assert counts[0] == counts[1] == counts[2]


@pytest.fixture(scope="module")
def large_scene() -> Scene:
    """The scene with a hundred thousand members in one group, put in place without a request for each."""
    return asyncio.run(build_large())


async def build_large() -> Scene:
    scene = await build()
    partition = scene.rows._partitions[DIRECTORY, PARTITION]
    for number in range(BIG):
        member_id = str(UUID(int=number))
        for key in (keys.member(scene.large, member_id), keys.membership(member_id, scene.large)):
            partition.put(Row(key, {"type": "User"}, scene.rows._next_etag()))
    assert (await scene.world.app.groups.members(scene.large, 1))[0].id == str(UUID(int=0))
    return scene


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("add one", lambda scene, _: add_members(scene.anna)),
        ("add one who is there", lambda scene, _: add_members(scene.people[3])),
        ("remove one", lambda scene, _: remove_members(scene.people[4])),
        ("remove one by path", lambda s, _: patch(("remove", f'members[value eq "{s.people[5]}"]', None))),
        ("remove one who is not there", lambda _, world: remove_members(world.app.services.identifiers.new())),
        ("add one and rename", lambda scene, _: {
            "Operations": [
                *add_members(scene.people[4])["Operations"],
                *patch(("replace", "displayName", "Renamed"))["Operations"],
            ]
        }),
    ],
)  # fmt: skip
async def test_a_member_costs_the_same_in_a_group_of_ten_and_of_a_hundred_thousand(
    large_scene: Scene, what: str, body: Callable[[Scene, World], object]
) -> None:
    costs = []
    for id_ in (await ten(large_scene), large_scene.large):
        large_scene.rows.trips = 0
        large_scene.counting.reset()
        reply = await large_scene.patch(id_, body(large_scene, large_scene.world))
        assert reply.status == 204, what
        counting = large_scene.counting
        costs.append((counting.calls, counting.rows_read, counting.rows_written, large_scene.rows.trips))
        await restored(large_scene, id_)
    assert costs[0] == costs[1]


async def test_one_member_more_does_not_make_a_page_of_a_large_group_dearer(large_scene: Scene) -> None:
    first = await large_scene.find("/Users", f'groups eq "{large_scene.large}"', count=5)
    await large_scene.world.app.background.drain()
    large_scene.counting.reset()

    second = await large_scene.find("/Users", f'groups eq "{large_scene.large}"', startIndex=6, count=5)
    await large_scene.world.app.background.drain()

    assert first.json["totalResults"] == second.json["totalResults"] == BIG + 250
    # the group, a range of members, five users who turn out not to exist, and the next bookmark
    assert sum(large_scene.counting.calls.values()) == 7 + 1


async def ten(scene: Scene) -> str:
    """A group of ten of the people."""
    found = await scene.find("/Groups", 'displayName eq "Ten"', excludedAttributes="members")
    for resource in found.json["Resources"]:
        return resource["id"]
    return await scene.world.created("/Groups", group("Ten", scene.people[:10]))


async def restored(scene: Scene, id_: str) -> None:
    """Undo what a test did to a group."""
    await scene.patch(id_, remove_members(scene.anna))
    await scene.patch(id_, add_members(*scene.people[:10]))
    name = "Ten" if id_ != scene.large else "Large"
    await scene.patch(id_, patch(("replace", "displayName", name)))
