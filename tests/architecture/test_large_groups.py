"""What a group of 3,000 members costs, step by step: `benchmarks/large_groups.py`, scaled down, with exact numbers.

A range is read by calls of 1,000 rows. A change of m members is one transaction, or 1 + ⌈(m - 46) / 49⌉ of them, which
write two rows for each member, two for the group and the job, and five more where it begins and ends.
"""

from collections.abc import Sequence
from itertools import batched

from tests.fakes.rows import CountingRows, FakeRows
from tests.invariants import directory, kinds, violations
from tests.world import World, add_members, group, patch, remove_members

MEMBERS, OTHERS, PAGE = 3_000, 60, 200
LOOK = 1
"""A call that reads the group."""
RANGE = 3
"""Calls that read a range of 3,000 rows; one of all users takes one more."""


class Costs:
    """The storage calls of each request, and the rows that it wrote."""

    def __init__(self, world: World, counting: CountingRows) -> None:
        self._world = world
        self._counting = counting
        self.noted: dict[str, tuple[int, int]] = {}

    async def call(self, name: str, method: str, path: str, body: object = None, **query: object) -> dict:
        self._counting.reset()
        reply = await self._world.call(method, path, body, **query)
        await self._world.app.background.drain()
        assert reply.status in {200, 201, 204}, reply
        calls, written = self.noted.get(name, (0, 0))
        self.noted[name] = (calls + sum(self._counting.calls.values()), written + self._counting.rows_written)
        return reply.json


async def test_a_group_of_three_thousand_costs_what_the_design_says() -> None:
    counting = CountingRows(FakeRows())
    world = await World.on(counting)
    people = await world.users(MEMBERS + OTHERS)
    others = people[:: len(people) // OTHERS][:OTHERS]
    members = sorted(set(people) - set(others))
    exchanged = sorted([*members[OTHERS:], *others])
    costs = Costs(world, counting)
    await world.call("GET", "/Users", cursor="", count=1)  # makes the key of cursors

    created = await costs.call("create", "POST", "/Groups", group("Everybody"))
    path = f"/Groups/{created['id']}"
    for some in batched(members, 1_000, strict=False):
        await costs.call("fill", "PATCH", path, add_members(*some))
    await costs.call("read without members", "GET", path, excludedAttributes="members")
    assert member_ids(await costs.call("read with members", "GET", path)) == members
    listed = {"filter": f'groups.value eq "{created["id"]}"', "count": PAGE}
    first = await costs.call("first page by index", "GET", "/Users", **listed)
    assert (first["totalResults"], ids(first)) == (MEMBERS, members[:PAGE])
    second = await costs.call("next page by index", "GET", "/Users", startIndex=PAGE + 1, **listed)
    assert ids(second) == members[PAGE : 2 * PAGE]
    first = await costs.call("first page by cursor", "GET", "/Users", cursor="", **listed)
    second = await costs.call("next page by cursor", "GET", "/Users", cursor=first["nextCursor"], **listed)
    assert [*ids(first), *ids(second)] == members[: 2 * PAGE]
    replaced = await costs.call("exchange", "PUT", path, group("Everybody", exchanged))
    assert member_ids(replaced) == exchanged
    await costs.call("add one", "PATCH", path, add_members(members[0]))
    await costs.call("remove one", "PATCH", path, remove_members(members[0]))
    await costs.call("empty", "PATCH", path, patch(("remove", "members", None)))
    assert member_ids(await costs.call("read when empty", "GET", path)) == []
    await costs.call("put all", "PUT", path, group("Everybody", members))
    assert member_ids(await costs.call("read with members", "GET", path)) == members
    assert await violations(counting) == []
    await costs.call("delete", "DELETE", path)

    assert costs.noted == {
        "create": (1, 5),
        "fill": (3 * (2 + 21), 3 * 2_047),  # each looks its thousand up among 1,020 users
        "read without members": (LOOK, 0),
        "read with members": (2 * (LOOK + RANGE), 0),
        # The group, the range for the total, the page, its users, and the bookmark of the next.
        "first page by index": (LOOK + RANGE + 1 + PAGE + 1, 1),
        "next page by index": (LOOK + 1 + PAGE + 1, 1),
        "first page by cursor": (LOOK + 1 + 1 + PAGE, 0),
        "next page by cursor": (LOOK + 1 + PAGE, 0),
        # Whoever stays is neither looked up nor written; the group is read again at the end, for its version.
        "exchange": (LOOK + RANGE + OTHERS + 3 + LOOK, 2 * 2 * OTHERS + 2 * 3 + 5),
        "add one": (2, 5),
        "remove one": (1, 5),
        "empty": (LOOK + RANGE + 62, 2 * MEMBERS + 2 * 62 + 5),
        "read when empty": (LOOK + 1, 0),
        "put all": (LOOK + 1 + RANGE + 1 + 62 + LOOK, 2 * MEMBERS + 2 * 62 + 5),
        # The group, a look at both sides of it, its deletion; then a look at both sides for each 20 transactions.
        "delete": (LOOK + 2 + 1 + 4 * 2 + 62, 2 * MEMBERS + 7),
    }
    assert await violations(counting) == []
    assert kinds(await directory(counting))["m"] == 0


def ids(page: dict) -> list[str]:
    return [resource["id"] for resource in page["Resources"]]


def member_ids(resource: dict) -> Sequence[str]:
    return [member["value"] for member in resource["members"]]
