"""Reading page after page while users come and go: who is there throughout is seen, and seen once."""

import random
from collections import Counter
from collections.abc import Mapping

import pytest

from scim.domain.filtering.grammar import parse_attribute_path
from scim.domain.filtering.resolution import resolve
from scim.domain.filtering.sorting import sort_key
from scim.schema.catalog import user_type
from tests.invariants import violations
from tests.world import Reply, World, add_members, group, patch, user

SIZE = 5
QUERIES: dict[str, dict[str, object]] = {
    "all": {},
    "by id": {"sortBy": "id"},
    "by creation, last first": {"sortBy": "meta.created", "sortOrder": "descending"},
    "by name": {"sortBy": "userName"},
    "by name, backwards": {"sortBy": "userName", "sortOrder": "descending"},
    "by title": {"sortBy": "title"},
    "by title, backwards": {"sortBy": "title", "sortOrder": "descending"},
    "by time": {"sortBy": "meta.lastModified"},
    "by state": {"sortBy": "active"},
    "names with a prefix": {"filter": 'userName sw "k"'},
    "names with a prefix, by name": {"filter": 'userName sw "k"', "sortBy": "userName"},
    "names with a prefix, by title": {"filter": 'userName sw "k"', "sortBy": "title"},
    "an index": {"filter": 'externalId eq "same"'},
    "a scan": {"filter": 'title pr and active eq "True"'},
    "a scan by title": {"filter": "active eq true", "sortBy": "title"},
    "either": {"filter": 'externalId eq "same" or userName sw "k"'},
}


class Crowd:
    """Twenty-three who stay, among others who come and go."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.stay: set[str] = set()
        self.others: list[str] = []
        self._number = 0

    async def gather(self) -> None:
        for _ in range(23):
            self.stay.add(await self._join())
            if self.chance.random() < 0.7:
                self.others.append(await self._join())

    async def stir(self) -> None:
        """A few come, a few go."""
        for _ in range(self.chance.randrange(4)):
            self.others.append(await self._join())
        for _ in range(min(self.chance.randrange(6), len(self.others))):
            leaver = self.others.pop(self.chance.randrange(len(self.others)))
            assert (await self.world.call("DELETE", f"/Users/{leaver}")).status == 204

    async def _join(self) -> str:
        self._number += 1
        name = f"k{self.chance.randrange(10**6)}.{self._number}"
        self.world.clock.advance(seconds=1)
        return await self.world.created("/Users", user(name, externalId="same", title=f"T{self.chance.randrange(4)}"))


async def read_on(
    crowd: Crowd, readers: list[World], endpoint: str, query: Mapping[str, object], *, first: int = 0
) -> list[str]:
    """The ids on all pages, while the crowd is stirred after each; the readers take turns."""
    seen: list[str] = []
    start = 1
    for turn in range(first, first + 100):
        reader = readers[turn % len(readers)]
        _, _, page = await reader.call("GET", endpoint, startIndex=start, count=SIZE, **query)
        await reader.app.background.drain()
        seen += [resource["id"] for resource in page["Resources"]]
        start += SIZE
        if len(page["Resources"]) < SIZE:
            return seen
        await crowd.stir()
    raise AssertionError("there is no last page")


@pytest.fixture(params=["one process", "two processes"])
async def readers(request: pytest.FixtureRequest, world: World) -> list[World]:
    if request.param == "one process":
        return [world]
    return [world, await world.instance()]


@pytest.mark.parametrize(
    ("storage", "query"),
    [
        *(("fake", query) for query in QUERIES),
        ("azurite", "all"),
        ("azurite", "by name"),
        ("azurite", "a scan by title"),
    ],
    indirect=["storage"],
)
async def test_whoever_is_there_throughout_is_seen_once(world: World, readers: list[World], query: str) -> None:
    crowd = Crowd(world, len(query))
    await crowd.gather()

    for first in range(3):  # who begins differs, so that each process has notes of an earlier reading
        seen = Counter(await read_on(crowd, readers, "/Users", QUERIES[query], first=first))
        world.clock.advance(minutes=1)
        assert {id_: seen[id_] for id_ in crowd.stay} == dict.fromkeys(crowd.stay, 1)
    assert await violations(world.rows) == []


async def test_members_of_a_group_are_read_page_by_page_while_others_leave(world: World, readers: list[World]) -> None:
    crowd = Crowd(world, 5)
    await crowd.gather()
    id_ = await world.created("/Groups", group("G", [*crowd.stay, *crowd.others]))

    seen = Counter(await read_on(crowd, readers, "/Users", {"filter": f'groups.value eq "{id_}"'}))

    assert {member: seen[member] for member in crowd.stay} == dict.fromkeys(crowd.stay, 1)


async def test_groups_are_read_page_by_page_while_others_come_and_go(world: World, readers: list[World]) -> None:
    stay, others = set(), []
    for number in range(11):
        stay.add(await world.created("/Groups", group(f"Stay {number}")))
        others.append(await world.created("/Groups", group(f"Other {number}")))

    class Groups:
        async def stir(self) -> None:
            await world.call("DELETE", f"/Groups/{others.pop(0)}")
            await world.created("/Groups", group(f"New {world.app.services.identifiers.new()}"))

    for query in ({}, {"sortBy": "displayName", "sortOrder": "descending"}):
        seen = Counter(await read_on(Groups(), readers, "/Groups", query))
        assert {id_: seen[id_] for id_ in stay} == dict.fromkeys(stay, 1)
        others += [id_ for id_ in seen if id_ not in stay and id_ not in others][-8:]


@pytest.mark.parametrize("storage", ["fake", "short pages"], indirect=True)
async def test_pages_in_any_order_are_the_same_as_one_after_the_other(world: World) -> None:
    crowd = Crowd(world, 1)
    await crowd.gather()
    for query in QUERIES.values():
        everybody = ids(await world.call("GET", "/Users", count=200, **query))
        assert set(everybody) == crowd.stay | set(crowd.others)
        for _ in range(25):
            start, count = crowd.chance.randrange(len(everybody) + 3), crowd.chance.randrange(8)
            page = await world.call("GET", "/Users", startIndex=start, count=count, **query)
            assert ids(page) == everybody[max(0, start - 1) :][:count]
            assert page.json["totalResults"] == len(everybody)


async def test_sorting_is_the_same_whether_it_streams_or_not(world: World) -> None:
    names = [
        "anna",
        "Anna2",
        "anna.b",
        "anna b",
        "ANNA-c",
        "anna_d",
        "änna",
        "o'brien",
        "o.brien",
        "obrien",
        "a",
        "b#ext#",
    ]
    names += [
        "straße",
        "strasse2",
        "STRASSE-1",
        "z|1",
        "z",
        "z=1",
        "z%41",
        "z!",
        "z~",
        "éa",
        "日本",
        "a/b",
        "a?b",
        "a\\b",
    ]
    for number, name in enumerate(names):
        await world.created("/Users", user(name, title=f"T{number % 3}"))
    name_of = sort_key(resolve(parse_attribute_path("userName"), user_type()))
    expected = sorted(names, key=lambda name: name_of({"userName": name}))

    forwards = [r["userName"] for r in (await world.call("GET", "/Users", sortBy="userName")).json["Resources"]]
    backwards = await world.call("GET", "/Users", sortBy="userName", sortOrder="descending")
    filtered = await world.call("GET", "/Users", sortBy="userName", filter="active eq true")
    prefixed = await world.call("GET", "/Users", sortBy="userName", filter='userName sw "ANNA"')

    assert forwards == expected
    assert [resource["userName"] for resource in backwards.json["Resources"]] == expected[::-1]
    assert [resource["userName"] for resource in filtered.json["Resources"]] == expected
    assert [resource["userName"] for resource in prefixed.json["Resources"]] == [
        name for name in expected if name.lower().startswith("anna")
    ]


async def test_a_page_that_was_noted_is_forgotten_after_ten_minutes(world: World) -> None:
    ids_ = await world.users(12)
    await world.call("GET", "/Users", count=5)
    for id_ in ids_[:2]:
        await world.call("DELETE", f"/Users/{id_}")

    noted = ids(await world.call("GET", "/Users", startIndex=6, count=5))
    world.clock.advance(minutes=10)
    by_position = ids(await world.call("GET", "/Users", startIndex=6, count=5))

    assert noted == ids_[5:10]
    assert by_position == ids_[7:12]


async def test_a_request_for_no_results_tells_the_total(world: World) -> None:
    ids_ = await world.users(7)
    id_ = await world.created("/Groups", group("G"))
    await world.call("PATCH", f"/Groups/{id_}", add_members(*ids_[:3]))
    await world.call("PATCH", f"/Users/{ids_[0]}", patch(("add", "title", "x")))
    totals = {
        "": 7,
        'userName sw "user"': 7,
        f'groups eq "{id_}"': 3,
        "title pr": 1,
        'userName eq "user3@contoso.com"': 1,
        'userName eq "nobody"': 0,
    }

    for text, total in totals.items():
        for start in (1, 3):
            reply = await world.call("GET", "/Users", filter=text, count=0, startIndex=start)
            assert (reply.json["totalResults"], ids(reply)) == (total, [])


def ids(reply: Reply) -> list[str]:
    assert reply.status == 200, reply
    return [resource["id"] for resource in reply.json["Resources"]]
