"""Requests that race: nothing is lost, nothing happens twice, and nobody learns of a conflict that is not their own.

Each race is run by one process, whose requests on one resource queue, and by several, whose requests do not.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import timedelta

import pytest

from tests.invariants import activities, directory, kinds, violations
from tests.world import OKTA, Reply, World, add_members, group, patch, remove_members, user

pytestmark = pytest.mark.parametrize("storage", ["fake", "uneven", "azurite"], indirect=True)

NAME = "anna.muster@contoso.com"


@pytest.fixture(params=["one process", "several processes"])
async def worlds(request: pytest.FixtureRequest, world: World) -> list[World]:
    """Where the next request goes."""
    if request.param == "one process":
        return [world]
    request.getfixturevalue("unqueued")
    others = [await world.instance() for _ in range(2)]
    for other in others:
        await other.warm_up()
    return [world, *others]


async def together(requests: Sequence[Awaitable[Reply]]) -> list[Reply]:
    return list(await asyncio.gather(*requests))


def statuses(replies: Sequence[Reply]) -> Counter[int]:
    return Counter(reply.status for reply in replies)


def spelling(number: int) -> str:
    """One of many ways to write the same name."""
    return "".join(letter.upper() if number >> place & 1 else letter for place, letter in enumerate(NAME))


async def test_of_fifty_creations_of_one_name_one_succeeds(worlds: list[World]) -> None:
    bodies = [user(spelling(number)) for number in range(50)]

    replies = await together([at(worlds, n).call("POST", "/Users", body) for n, body in enumerate(bodies)])

    assert statuses(replies) == {201: 1, 409: 49}
    assert {reply.json["scimType"] for reply in replies if reply.status == 409} == {"uniqueness"}
    rows = await directory(worlds[0].rows)
    assert (kinds(rows)["u"], kinds(rows)["n"], kinds(rows)["a"]) == (1, 1, 1)
    assert await violations(worlds[0].rows) == []


async def test_of_fifty_creations_of_one_group_one_succeeds(worlds: list[World]) -> None:
    replies = await together([at(worlds, n).call("POST", "/Groups", group(spelling(n))) for n in range(50)])

    assert statuses(replies) == {201: 1, 409: 49}
    assert await violations(worlds[0].rows) == []


async def test_creations_of_different_names_do_not_get_in_each_other_s_way(worlds: list[World]) -> None:
    replies = await together([at(worlds, n).call("POST", "/Users", user(f"user{n}")) for n in range(50)])

    assert statuses(replies) == {201: 50}
    _, _, listed = await worlds[0].call("GET", "/Users", count=0)
    assert listed["totalResults"] == 50
    assert await violations(worlds[0].rows) == []


async def test_creations_that_are_cancelled_leave_all_or_nothing(worlds: list[World]) -> None:
    chance = random.Random(7)

    async def interrupted(number: int) -> None:
        task = asyncio.ensure_future(at(worlds, number).call("POST", "/Users", user(f"user{number % 30}")))
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(chance.choice((0, 0, 0.002)))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(3):
        await asyncio.gather(*(interrupted(number) for number in range(40)))
    replies = await together([at(worlds, n).call("POST", "/Users", user(f"later{n}")) for n in range(5)])

    assert statuses(replies) == {201: 5}
    await settled(worlds[0])
    rows = await directory(worlds[0].rows)
    assert kinds(rows)["u"] == kinds(rows)["n"] == kinds(rows)["a"]
    _, _, listed = await worlds[0].call("GET", "/Users", count=0)
    assert listed["totalResults"] == kinds(rows)["u"]
    assert await violations(worlds[0].rows) == []


async def test_of_ten_changes_of_one_version_one_succeeds(worlds: list[World]) -> None:
    (id_,) = await worlds[0].users(1)
    version = (await worlds[0].call("GET", f"/Users/{id_}")).headers["ETag"]

    replies = await together(
        [
            at(worlds, n).call("PATCH", f"/Users/{id_}", patch(("add", "title", str(n))), headers={"If-Match": version})
            for n in range(10)
        ]
    )

    assert statuses(replies) == {200: 1, 412: 9}
    assert kinds(await directory(worlds[0].rows))["a"] == 2


@pytest.mark.parametrize("body", [patch(("add", "displayName", "New")), None])
async def test_of_ten_changes_of_one_version_of_a_group_one_succeeds(worlds: list[World], body: object) -> None:
    ids = await worlds[0].users(10)
    id_ = await worlds[0].created("/Groups", group("G"))
    version = (await worlds[0].call("GET", f"/Groups/{id_}")).headers["ETag"]

    replies = await together(
        [
            at(worlds, n).call("PATCH", f"/Groups/{id_}", body or add_members(member), headers={"If-Match": version})
            for n, member in enumerate(ids)
        ]
    )

    assert statuses(replies) == {204: 1, 412: 9}
    assert await violations(worlds[0].rows) == []


async def test_changes_of_different_attributes_are_all_made(worlds: list[World]) -> None:
    (id_,) = await worlds[0].users(1)
    paths = ("title", "nickName", "displayName", "locale", "timezone", "userType", "externalId", "profileUrl")
    paths += ("name.givenName", "name.familyName")

    replies = await together(
        [at(worlds, n).call("PATCH", f"/Users/{id_}", patch(("add", path, path))) for n, path in enumerate(paths)]
    )

    assert statuses(replies) == {200: 10}
    _, _, now = await worlds[0].call("GET", f"/Users/{id_}")
    assert {**now, **now["name"]}.items() >= {(path.rpartition(".")[2], path) for path in paths}
    assert kinds(await directory(worlds[0].rows))["a"] == 11
    assert await violations(worlds[0].rows) == []


async def test_fifty_members_added_one_by_one_are_all_there(worlds: list[World]) -> None:
    ids = await worlds[0].users(50)
    id_ = await worlds[0].created("/Groups", group("G"))

    replies = await together(
        [at(worlds, n).call("PATCH", f"/Groups/{id_}", add_members(member)) for n, member in enumerate(ids)]
    )

    assert statuses(replies) == {204: 50}
    assert [member.id for member in await worlds[0].app.groups.members(id_)] == ids
    assert await violations(worlds[0].rows) == []


async def test_one_member_added_by_many_at_once_is_one_change(worlds: list[World]) -> None:
    (member,) = await worlds[0].users(1)
    id_ = await worlds[0].created("/Groups", group("G"))

    replies = await together([at(worlds, n).call("PATCH", f"/Groups/{id_}", add_members(member)) for n in range(20)])

    assert statuses(replies) == {204: 20}
    assert [fact["status"] for fact in activities(await directory(worlds[0].rows))].count("User group Updated") == 1
    assert await violations(worlds[0].rows) == []


async def test_members_come_and_go_while_the_group_is_renamed(worlds: list[World]) -> None:
    ids = await worlds[0].users(12)
    id_ = await worlds[0].created("/Groups", group("G", ids[:6]))

    replies = await together(
        [
            *(at(worlds, n).call("PATCH", f"/Groups/{id_}", add_members(member)) for n, member in enumerate(ids[6:])),
            *(at(worlds, n).call("PATCH", f"/Groups/{id_}", remove_members(ids[n])) for n in range(3)),
            *(
                at(worlds, n).call("PATCH", f"/Groups/{id_}", patch(("replace", "displayName", f"G{n}")))
                for n in range(3)
            ),
        ]
    )

    assert statuses(replies) == {204: 12}
    assert [member.id for member in await worlds[0].app.groups.members(id_)] == ids[3:]
    assert await violations(worlds[0].rows) == []


async def test_replacements_of_a_group_that_race_leave_the_members_of_one_of_them(worlds: list[World]) -> None:
    ids = await worlds[0].users(12)
    id_ = await worlds[0].created("/Groups", group("G", ids[:2]))
    wanted = [ids[:6], ids[3:9], ids[6:]]

    replies = await together(
        [at(worlds, n).call("PUT", f"/Groups/{id_}", group(f"G{n}", members)) for n, members in enumerate(wanted)]
    )

    assert statuses(replies) == {200: 3}
    _, _, now = await worlds[0].call("GET", f"/Groups/{id_}")
    assert [member["value"] for member in now["members"]] == wanted[int(now["displayName"][1:])]
    assert await violations(worlds[0].rows) == []


async def test_replacements_of_members_alone_that_race_leave_those_of_one_of_them(worlds: list[World]) -> None:
    ids = await worlds[0].users(12)
    id_ = await worlds[0].created("/Groups", group("G", ids[:2]))
    wanted = [ids[:6], ids[3:9], ids[6:]]

    replies = await together(
        [
            at(worlds, n).call(
                "PATCH",
                f"/Groups/{id_}",
                patch(("replace", "members", [{"value": member} for member in members])),
            )
            for n, members in enumerate(wanted)
        ]
    )

    assert statuses(replies) == {204: 3}
    assert [member.id for member in await worlds[0].app.groups.members(id_)] in wanted
    assert await violations(worlds[0].rows) == []


async def test_a_deletion_is_final_whatever_races_it(worlds: list[World]) -> None:
    for _ in range(4):
        (id_,) = await worlds[0].users(1)
        group_id = await worlds[0].created("/Groups", group("G"))

        replies = await together(
            [
                *(at(worlds, n).call("PATCH", f"/Users/{id_}", patch(("add", "title", str(n)))) for n in range(3)),
                at(worlds, 1).call("PATCH", f"/Groups/{group_id}", add_members(id_)),
                at(worlds, 1).call("DELETE", f"/Users/{id_}"),
                at(worlds, 2).call("PUT", f"/Users/{id_}", user("again@contoso.com")),
                at(worlds, 2).call("PATCH", f"/Groups/{group_id}", add_members(id_)),
            ]
        )

        assert replies[4].status == 204
        assert statuses(replies).keys() <= {200, 204, 404}
        assert (await worlds[0].call("GET", f"/Users/{id_}")).status == 404
        await worlds[0].app.jobs.run_due(worlds[0].clock.advance(minutes=10))
        assert await violations(worlds[0].rows) == []
        assert (await worlds[0].call("DELETE", f"/Groups/{group_id}")).status == 204
    await worlds[0].created("/Users", user("user0@contoso.com"))
    await worlds[0].created("/Users", user("again@contoso.com"))


async def test_of_many_deletions_one_succeeds(worlds: list[World]) -> None:
    ids = await worlds[0].users(3)
    id_ = await worlds[0].created("/Groups", group("G", ids))

    users = await together([at(worlds, n).call("DELETE", f"/Users/{ids[0]}") for n in range(5)])
    groups = await together([at(worlds, n).call("DELETE", f"/Groups/{id_}") for n in range(5)])

    assert statuses(users) == statuses(groups) == {204: 1, 404: 4}
    assert await violations(worlds[0].rows) == []


async def test_a_group_that_is_deleted_while_members_are_added_leaves_no_trace(worlds: list[World]) -> None:
    ids = await worlds[0].users(6)
    id_ = await worlds[0].created("/Groups", group("G"))
    child = await worlds[0].created("/Groups", group("Child"))

    replies = await together(
        [
            *(at(worlds, n).call("PATCH", f"/Groups/{id_}", add_members(member)) for n, member in enumerate(ids[:3])),
            at(worlds, 1).call("DELETE", f"/Groups/{id_}"),
            at(worlds, 2).call("DELETE", f"/Groups/{child}"),
            *(at(worlds, n).call("PATCH", f"/Groups/{id_}", add_members(member)) for n, member in enumerate(ids[3:])),
            at(worlds, 1).call("PATCH", f"/Groups/{id_}", add_members(child)),
        ]
    )

    assert statuses(replies).keys() <= {204, 404}
    assert (await worlds[0].call("GET", f"/Groups/{id_}")).status == 404
    await worlds[0].app.jobs.run_due(worlds[0].clock.advance(minutes=10))
    assert await violations(worlds[0].rows) == []


async def test_a_group_and_its_members_may_be_deleted_at_the_same_time(worlds: list[World]) -> None:
    ids = await worlds[0].users(60)  # more than the transaction of a deletion holds
    child = await worlds[0].created("/Groups", group("Child"))
    large = await worlds[0].created("/Groups", group("Large", [child, *ids]))
    small = await worlds[0].created("/Groups", group("Small", [child, *ids[:3]]))

    replies = await together(
        [
            at(worlds, 0).call("DELETE", f"/Groups/{large}"),
            at(worlds, 1).call("DELETE", f"/Users/{ids[0]}"),
            at(worlds, 2).call("DELETE", f"/Groups/{small}"),
            at(worlds, 0).call("DELETE", f"/Users/{ids[1]}"),
            at(worlds, 1).call("DELETE", f"/Groups/{child}"),
            at(worlds, 2).call("DELETE", f"/Users/{ids[-1]}"),
        ]
    )

    assert statuses(replies) == {204: 6}
    await worlds[0].app.jobs.run_due(worlds[0].clock.advance(minutes=10))
    await worlds[0].app.jobs.run_due(worlds[0].clock.advance(minutes=10))
    rows = kinds(await directory(worlds[0].rows))
    assert (rows["g"], rows["m"], rows["r"], rows["j"]) == (0, 0, 0, 0)
    assert await violations(worlds[0].rows) == []


async def test_members_that_are_deleted_at_the_same_time_change_their_group_without_a_conflict(
    worlds: list[World],
) -> None:
    ids = await worlds[0].users(20)
    id_ = await worlds[0].created("/Groups", group("G", ids))

    replies = await together([at(worlds, n).call("DELETE", f"/Users/{member}") for n, member in enumerate(ids[5:])])

    assert statuses(replies) == {204: 15}
    assert [member.id for member in await worlds[0].app.groups.members(id_)] == ids[:5]
    assert await violations(worlds[0].rows) == []


async def test_renames_to_one_name_that_race_leave_it_to_one(worlds: list[World]) -> None:
    ids = await worlds[0].users(8)

    replies = await together(
        [
            at(worlds, n).call("PATCH", f"/Users/{id_}", patch(("replace", "userName", spelling(n))))
            for n, id_ in enumerate(ids)
        ]
    )

    assert statuses(replies) == {200: 1, 409: 7}
    assert await violations(worlds[0].rows) == []


async def test_names_that_are_exchanged_never_belong_to_two(worlds: list[World]) -> None:
    ids = await worlds[0].users(3)
    names = ["user0@contoso.com", "user1@contoso.com", "user2@contoso.com", "free@contoso.com"]
    chance = random.Random(3)

    for _ in range(6):
        replies = await together(
            [
                at(worlds, n).call("PATCH", f"/Users/{id_}", patch(("replace", "userName", chance.choice(names))))
                for n, id_ in enumerate(ids)
            ]
        )
        assert statuses(replies).keys() <= {200, 409}
        assert await violations(worlds[0].rows) == []


async def test_an_account_that_is_adopted_is_there_for_all_who_change_it(worlds: list[World]) -> None:
    native = await worlds[0].native("boss@contoso.com")
    paths = ("title", "nickName", "displayName", "locale")

    replies = await together(
        [at(worlds, n).call("PATCH", f"/Users/{native.id}", patch(("add", path, path))) for n, path in enumerate(paths)]
    )

    assert statuses(replies) == {200: 4}
    _, _, now = await worlds[0].call("GET", f"/Users/{native.id}")
    assert now.items() >= {(path, path) for path in paths}
    assert await violations(worlds[0].rows) == []


async def test_an_account_that_is_adopted_is_found_all_the_while(worlds: list[World]) -> None:
    for number in range(5):
        native = await worlds[0].native(f"boss{number}@contoso.com")

        replies = await together(
            [
                at(worlds, 0).call("PATCH", f"/Users/{native.id}", patch(("add", "title", "x"))),
                *(at(worlds, n).call("GET", f"/Users/{native.id}") for n in range(6)),
                *(at(worlds, n).call("GET", "/Users", filter=f'userName eq "{native.user_name}"') for n in range(6)),
            ]
        )

        assert statuses(replies) == {200: 13}
        assert {reply.json["totalResults"] for reply in replies[7:]} == {1}


async def test_two_providers_race_for_one_name(worlds: list[World]) -> None:
    other = await worlds[0].provided(OKTA)

    replies = await together(
        [(other if n % 2 else at(worlds, n)).call("POST", "/Users", user(spelling(n))) for n in range(20)]
    )

    assert statuses(replies) == {201: 1, 409: 19}
    assert await violations(worlds[0].rows) == []


async def test_a_sweep_may_run_while_requests_do_the_same_work(worlds: list[World]) -> None:
    ids = await worlds[0].users(110)
    later = worlds[0].clock.now() + timedelta(minutes=2)

    async def sweeps() -> None:
        for _ in range(12):
            await at(worlds, 1).app.jobs.run_due(later)

    _, id_ = await asyncio.gather(sweeps(), worlds[0].created("/Groups", group("G", ids)))
    _, reply = await asyncio.gather(sweeps(), worlds[0].call("PATCH", f"/Groups/{id_}", remove_members(*ids[:-1])))
    assert reply.status == 204
    assert [member.id for member in await worlds[0].app.groups.members(id_)] == ids[-1:]
    _, reply = await asyncio.gather(sweeps(), worlds[0].call("PUT", f"/Groups/{id_}", group("H", ids)))
    assert reply.status == 200
    assert len(reply.json["members"]) == 110
    _, reply = await asyncio.gather(sweeps(), worlds[0].call("DELETE", f"/Groups/{id_}"))
    assert reply.status == 204
    await settled(worlds[0])
    assert await violations(worlds[0].rows) == []


def at(worlds: Sequence[World], number: int) -> World:
    return worlds[number % len(worlds)]


async def settled(world: World) -> None:
    """Let writes arrive whose requests were cancelled."""
    previous = None
    while previous != (rows := await directory(world.rows)):
        previous = rows
        await asyncio.sleep(0.05)
