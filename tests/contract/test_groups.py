"""What the `Groups` and `Jobs` ports promise, over storage in memory and over Azurite."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from uuid import UUID

import pytest

from scim.domain.filtering.grammar import parse_filter
from scim.domain.groups import Group, Member, MembershipChange
from scim.domain.ports import NameTaken, Query, VersionConflict
from scim.domain.providers import Policies, Provider
from scim.domain.resources import document_text
from scim.operations import dispatch
from scim.schema.urns import CORE_GROUP
from scim.schema.values import UnknownAttributes
from scim.storage.tables import job_runner, keys
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.jobs import item_rows
from scim.storage.tables.memberships import existing_members
from scim.storage.tables.rows import MAX_BATCH_OPERATIONS, Delete, Replace
from tests.fakes.rows import CountingRows, FaultyRows, Killed, kill_after, on_writes
from tests.invariants import activities, directory, kinds, violations
from tests.world import OKTA, World, add_members, group, patch, remove_members, user

REJECTING = Policies(unknown_attributes=UnknownAttributes.REJECT)


def new_group(world: World, name: str = "Help desk", **attributes: object) -> Group:
    """A group that is not stored yet."""
    now = world.clock.now()
    return Group(
        id=world.app.services.identifiers.new(),
        provider=world.provider.id,
        text=document_text({"schemas": [CORE_GROUP], "displayName": name, **attributes}),
        created=now,
        modified=now,
    )


def edited(before: Group, **attributes: object) -> Group:
    document = {name: value for name, value in {**before.document(), **attributes}.items() if value is not None}
    return replace(before, text=document_text(document), modified=before.modified + timedelta(seconds=1))


async def stored(world: World, name: str = "Help desk", members: Iterable[str] = (), **attributes: object) -> Group:
    new = new_group(world, name, **attributes)
    return await world.app.groups.create(new, as_users(members), world.activity(new.id))


async def change(
    world: World, group_id: str, add: Iterable[str] = (), remove: Iterable[str] = (), expected: str | None = None
) -> str | None:
    return await world.app.groups.change_members(
        "entra", group_id, changing(add, remove), world.activity(group_id), expected_version=expected
    )


def changing(add: Iterable[str] = (), remove: Iterable[str] = ()) -> MembershipChange:
    return MembershipChange(add=tuple(as_users(add)), remove=tuple(remove))


def as_users(ids: Iterable[str]) -> list[Member]:
    return [Member(id_, "User") for id_ in ids]


async def member_ids(world: World, group_id: str) -> list[str]:
    return [member.id for member in await world.app.groups.members(group_id)]


async def people(world: World, number: int) -> list[str]:
    ids: list[str] = []
    for some in batched(range(number), 16, strict=False):  # as many as a busy machine answers in time
        ids += await asyncio.gather(*(world.created("/Users", user(f"user{index}")) for index in some))
    return sorted(ids)


async def refusing(world: World, kind: type[Exception], write: Awaitable[object]) -> Exception:
    """The refusal of a write, which must have written nothing."""
    before = await directory(world.rows)
    with pytest.raises(kind) as caught:
        await write
    assert await directory(world.rows) == before
    return caught.value


async def killed(work: Awaitable[object]) -> None:
    """Run what dies on the way."""
    with pytest.raises(Killed):
        await work


async def found(world: World, text: str) -> list[str]:
    results = await world.app.groups.search(world.provider, Query(filter=parse_filter(text)))
    return [each.id for each in results.resources]


async def test_a_group_is_read_as_it_was_created(world: World) -> None:
    ids = await people(world, 3)

    created = await stored(world, "Help desk", ids, externalId="e/1")

    assert created.version
    assert await world.app.groups.get("entra", created.id) == created
    assert await world.app.groups.get("okta", created.id) is None
    assert await world.app.groups.get("entra", "no id") is None
    assert await member_ids(world, created.id) == ids
    assert [list(await world.app.users.groups_of(id_)) for id_ in ids] == [[created.id]] * 3
    assert await violations(world.rows) == []


async def test_a_display_name_is_unique_within_its_provider(world: World) -> None:
    created = await stored(world, "Straße")

    rival = new_group(world, "STRASSE")
    taken = await refusing(world, NameTaken, world.app.groups.create(rival, [], world.activity(rival.id)))
    assert taken.args == ("entra", created.id)
    other = await stored(world, "Other")
    await refusing(
        world,
        NameTaken,
        world.app.groups.update(other, edited(other, displayName="strasse"), MembershipChange(), world.activity("x")),
    )
    await (await world.provided(OKTA)).created("/Groups", group("Straße"))
    assert await violations(world.rows) == []


async def test_renaming_frees_the_old_name_and_moves_the_index_rows(world: World) -> None:
    before = await stored(world, "Old", externalId="e1")

    after = await world.app.groups.update(
        before, edited(before, displayName="New", externalId="e2"), MembershipChange(), world.activity(before.id)
    )

    assert after.version not in {"", before.version}
    assert await world.app.groups.get("entra", before.id) == after
    assert await found(world, 'displayName eq "NEW"') == [before.id]
    assert await found(world, 'externalId eq "e2"') == [before.id]
    assert await found(world, 'displayName eq "Old" or externalId eq "e1"') == []
    await stored(world, "old")
    assert await violations(world.rows) == []


async def test_an_update_of_an_older_state_is_refused(world: World) -> None:
    ids = await people(world, 2)
    before = await stored(world)
    await change(world, before.id, ids)

    await refusing(
        world,
        VersionConflict,
        world.app.groups.update(before, edited(before, displayName="x"), changing((), ids), world.activity("x")),
    )


async def test_members_change_without_a_look_at_the_group(world: World) -> None:
    ids = await people(world, 4)
    created = await stored(world, members=ids[:2])

    version = await change(world, created.id, ids[2:], ids[:1])

    assert version not in {None, created.version}
    now = await world.app.groups.get("entra", created.id)
    assert now is not None
    assert now.version == version
    assert await member_ids(world, created.id) == ids[1:]
    assert await violations(world.rows) == []


async def test_a_change_of_members_moves_the_group_s_time(world: World) -> None:
    ids = await people(world, 1)
    created = await stored(world)
    later = world.clock.advance(minutes=3)

    await change(world, created.id, ids)

    now = await world.app.groups.get("entra", created.id)
    assert now is not None
    assert (now.created, now.modified) == (created.created, later)


async def test_what_is_there_is_not_added_again_and_what_is_not_is_not_removed(world: World) -> None:
    ids = await people(world, 3)
    created = await stored(world, members=ids[:1])

    assert await change(world, created.id, ids[:1], ids[1:]) is None
    assert await change(world, created.id) is None
    assert await change(world, created.id, remove=["what cannot be an id"]) is None
    assert kinds(await directory(world.rows))["a"] == 4
    assert await change(world, created.id, ids[:2], ids[2:]) is not None  # one of the three is news
    assert kinds(await directory(world.rows))["a"] == 5
    assert await member_ids(world, created.id) == ids[:2]
    assert await violations(world.rows) == []


async def test_members_of_a_group_that_is_not_there_cannot_change(world: World) -> None:
    ids = await people(world, 1)
    strange = world.app.services.identifiers.new()

    for group_id in (strange, ids[0], "no id"):
        for arguments in ((ids, ()), ((), ids), ((), ())):
            await refusing(world, VersionConflict, change(world, group_id, *arguments))


async def test_members_change_only_at_the_expected_version(world: World) -> None:
    ids = await people(world, 2)
    created = await stored(world)

    version = await change(world, created.id, ids[:1], expected=created.version)

    await refusing(world, VersionConflict, change(world, created.id, ids[1:], expected=created.version))
    await refusing(world, VersionConflict, change(world, created.id, ids[1:], expected='W/"no version"'))
    await change(world, created.id, ids[1:], expected=version)
    assert await member_ids(world, created.id) == ids


async def test_groups_can_be_members_of_groups(world: World) -> None:
    parent, child = await stored(world, "Parent"), await stored(world, "Child")

    known = await world.app.groups.existing_members("entra", [child.id, parent.id])
    await world.app.groups.change_members(
        "entra", parent.id, MembershipChange(add=(known[child.id],)), world.activity(parent.id)
    )

    assert list(await world.app.groups.members(parent.id)) == [Member(child.id, "Group")]
    assert list(await world.app.users.groups_of(child.id)) == [parent.id]
    assert await violations(world.rows) == []
    await world.app.groups.delete(child, world.activity(child.id))
    assert list(await world.app.groups.members(parent.id)) == []
    assert await violations(world.rows) == []


@pytest.mark.parametrize("number", [0, 10, 70])
async def test_those_who_exist_are_told_from_those_who_do_not(world: World, number: int) -> None:
    ids = await people(world, number)
    child = await stored(world, "Child")
    foreign = await (await world.provided(OKTA)).created("/Users", user("foreign"))
    strange = [world.app.services.identifiers.new() for _ in range(number)]

    known = await world.app.groups.existing_members("entra", [*strange, *ids, foreign, child.id, "no id", *ids])

    assert known == {**{id_: Member(id_, "User") for id_ in ids}, child.id: Member(child.id, "Group")}


async def test_members_come_in_the_order_of_their_ids_and_as_many_as_wanted(world: World) -> None:
    ids = await people(world, 7)
    created = await stored(world, members=reversed(ids))

    assert await member_ids(world, created.id) == ids
    assert [member.id for member in await world.app.groups.members(created.id, 4)] == ids[:4]
    assert [member.id for member in await world.app.groups.members(created.id, 9)] == ids


async def test_deleting_a_group_leaves_its_members(world: World) -> None:
    ids = await people(world, 3)
    created = await stored(world, members=ids, externalId="e")

    await world.app.groups.delete(created, world.activity(created.id))

    assert await world.app.groups.get("entra", created.id) is None
    assert (await world.app.users.search(world.provider, Query())).total == 3
    assert [list(await world.app.users.groups_of(id_)) for id_ in ids] == [[], [], []]
    assert await violations(world.rows) == []
    await stored(world)


async def test_deleting_an_older_state_or_twice_is_refused(world: World) -> None:
    ids = await people(world, 1)
    before = await stored(world)
    await change(world, before.id, ids)
    after = await world.app.groups.get("entra", before.id)
    assert after is not None

    await refusing(world, VersionConflict, world.app.groups.delete(before, world.activity("x")))
    await world.app.groups.delete(after, world.activity(after.id))
    await refusing(world, VersionConflict, world.app.groups.delete(after, world.activity("x")))


async def test_a_group_that_became_a_member_while_it_was_deleted_is_taken_out_later(world: World) -> None:
    parent, child = await stored(world, "Parent"), await stored(world, "Child")
    known = await world.app.groups.existing_members("entra", [child.id])
    await world.app.groups.delete(child, world.activity(child.id))

    await world.app.groups.change_members(  # decided before the deletion, written after it
        "entra", parent.id, MembershipChange(add=(known[child.id],)), world.activity(parent.id)
    )

    await world.app.jobs.run_due(world.clock.advance(minutes=10))
    assert list(await world.app.groups.members(parent.id)) == []
    assert await violations(world.rows) == []
    assert kinds(await directory(world.rows))["j"] == 0


# Deleting who is a member


async def test_the_version_of_a_group_changes_when_a_member_is_deleted(world: World) -> None:
    leaving, staying = await people(world, 2)
    child = await stored(world, "Child")
    parent = await stored(world, "Parent", [leaving, staying])
    await world.call("PATCH", f"/Groups/{parent.id}", add_members(child.id))

    for path, remain in ((f"/Users/{leaving}", [child.id, staying]), (f"/Groups/{child.id}", [staying])):
        known = (await world.call("GET", f"/Groups/{parent.id}")).headers["ETag"]
        later = world.clock.advance(minutes=1)
        assert (await world.call("DELETE", path)).status == 204

        reply = await world.call("GET", f"/Groups/{parent.id}", headers={"If-None-Match": known})
        assert reply.status == 200
        assert reply.headers["ETag"] != known
        assert sorted(member["value"] for member in reply.json["members"]) == sorted(remain)
        now = await world.app.groups.get("entra", parent.id)
        assert now is not None
        assert now.modified == later
    assert await violations(world.rows) == []


async def test_the_versions_of_all_groups_change_of_which_a_deleted_user_was_a_member(world: World) -> None:
    (member,) = await people(world, 1)
    before = [await stored(world, f"Team {index}", [member]) for index in range(40)]  # more than a transaction holds

    await world.call("DELETE", f"/Users/{member}")

    for old in before:
        new = await world.app.groups.get("entra", old.id)
        assert new is not None
        assert new.version != old.version
    assert await violations(world.rows) == []


async def test_who_is_deleted_does_not_wait_for_the_end_of_groups_that_are_being_deleted(world: World) -> None:
    ids = await people(world, 110)
    child, large = await stored(world, "Child"), await stored(world, "Large", ids[1:])
    ending = [await stored(world, f"Ending {index}", ids) for index in range(2)]
    await world.call("PATCH", f"/Groups/{ending[0].id}", add_members(child.id, large.id))
    for each in ending:
        now = await world.app.groups.get("entra", each.id)
        assert now is not None
        dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
        await killed(dying.app.groups.delete(now, world.activity(now.id)))
    assert list(await world.app.users.groups_of(ids[0])) == [each.id for each in ending]

    for path in (f"/Users/{ids[0]}", f"/Groups/{child.id}", f"/Groups/{large.id}"):  # the last one by a job
        assert (await world.call("DELETE", path)).status == 204

    for id_ in (ids[0], child.id, large.id):
        assert list(await world.app.users.groups_of(id_)) == []
    await world.app.jobs.run_due(world.clock.advance(minutes=10))
    assert await violations(world.rows) == []
    assert kinds(await directory(world.rows))["m"] == 0


async def test_groups_are_found_by_what_they_are_called_and_whom_they_have(world: World) -> None:
    ids = await people(world, 2)
    first, second = await stored(world, "First", ids[:1]), await stored(world, "Second", ids, externalId="e")

    assert await found(world, 'displayName eq "SECOND"') == [second.id]
    assert await found(world, f'members.value eq "{ids[0]}"') == [first.id, second.id]
    assert await found(world, f'members eq "{ids[1]}"') == [second.id]
    assert await found(world, f'id eq "{first.id}" and members[value eq "{ids[1]}"]') == []
    assert await found(world, f'externalId eq "e" and not (members eq "{ids[1]}")') == []
    assert await found(world, 'displayName sw "se"') == [second.id]


# Changes that one transaction cannot hold


async def test_many_members_come_and_go_in_several_transactions(world: World) -> None:
    ids = await people(world, 120)

    created = await stored(world, members=ids)
    assert await member_ids(world, created.id) == ids
    assert await world.app.groups.get("entra", created.id) == created
    await change(world, created.id, remove=ids[:60])
    await change(world, created.id, ids[:30], ids[60:])
    assert await member_ids(world, created.id) == ids[:30]

    rows = kinds(await directory(world.rows))
    assert (rows["j"], rows["i"], rows["m"], rows["r"]) == (0, 0, 30, 30)
    assert await violations(world.rows) == []
    now = await world.app.groups.get("entra", created.id)
    assert now is not None
    renamed = await world.app.groups.update(
        now, edited(now, displayName="New"), changing(ids[30:], ids[:30]), world.activity(now.id)
    )
    assert await world.app.groups.get("entra", created.id) == renamed
    assert await member_ids(world, created.id) == ids[30:]
    await world.app.groups.delete(renamed, world.activity(created.id))
    assert kinds(await directory(world.rows))["m"] == 0
    assert await violations(world.rows) == []


async def test_a_large_change_meets_members_that_are_as_wanted(world: World) -> None:
    ids = await people(world, 120)
    created = await stored(world, members=ids[::3])

    await change(world, created.id, ids)

    assert await member_ids(world, created.id) == ids
    assert await change(world, created.id, ids) is None
    await change(world, created.id, remove=ids[::2])
    await change(world, created.id, remove=ids)
    assert await member_ids(world, created.id) == []
    assert await violations(world.rows) == []


async def test_large_changes_of_one_group_that_race_are_all_made(world: World) -> None:
    ids = await people(world, 180)
    created = await stored(world)

    await asyncio.gather(*(change(world, created.id, ids[start : start + 90]) for start in (0, 45, 90)))

    assert await member_ids(world, created.id) == ids
    assert await violations(world.rows) == []


async def test_an_unfinished_change_comes_before_the_next(world: World) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))
    assert 0 < len(await member_ids(world, created.id)) < 110

    await change(world, created.id, remove=ids[-1:])  # accepted later, so it is the one that lasts

    assert await member_ids(world, created.id) == ids[:-1]
    assert await violations(world.rows) == []
    assert kinds(await directory(world.rows))["j"] == 0


async def test_an_unfinished_change_is_finished_before_its_group_is_deleted(world: World) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))

    assert (await world.call("DELETE", f"/Groups/{created.id}")).status == 204
    await world.app.jobs.run_due(world.clock.advance(minutes=10))

    assert await violations(world.rows) == []
    rows = kinds(await directory(world.rows))
    assert (rows["m"], rows["r"], rows["j"], rows["i"]) == (0, 0, 0, 0)


async def test_an_unfinished_change_adds_nobody_who_was_deleted_meanwhile(world: World) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))

    await world.call("DELETE", f"/Users/{ids[-1]}")
    await world.call("DELETE", f"/Users/{ids[0]}")
    world.clock.advance(minutes=10)
    await world.app.jobs.run_due(world.clock.now())

    assert await member_ids(world, created.id) == ids[1:-1]
    assert await violations(world.rows) == []


async def test_jobs_wait_for_those_who_started_them(world: World) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))

    assert await world.app.jobs.run_due(world.clock.advance(seconds=59)) == 0
    assert await world.app.jobs.run_due(world.clock.advance(seconds=1)) == 1
    assert await world.app.jobs.run_due(world.clock.advance(hours=1)) == 0
    assert await member_ids(world, created.id) == ids
    assert await violations(world.rows) == []


async def test_one_job_that_fails_does_not_keep_the_others_from_being_done(world: World) -> None:
    ids = await people(world, 110)
    first, second = await stored(world, "First"), await stored(world, "Second")
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, first.id, ids))
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, second.id, ids))
    table = DirectoryTable(world.rows)
    (broken,) = await table.keys(keys.jobs_of(first.id))
    row = await table.get(broken)
    assert row is not None
    await table.apply([Replace(broken, {**row.columns, "kind": "noSuchKind"}, row.etag)])

    await world.app.jobs.run_due(world.clock.advance(minutes=10))

    assert await member_ids(world, second.id) == ids


async def test_a_change_whose_list_is_lost_is_dropped(world: World) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))
    table = DirectoryTable(world.rows)
    await table.apply([Delete(key) for key in await table.keys(keys.JOB_ITEMS)])

    await world.app.jobs.run_due(world.clock.advance(minutes=10))

    assert kinds(await directory(world.rows))["j"] == 0
    assert await violations(world.rows) == []


async def test_half_a_membership_does_not_keep_the_sweeper_busy_for_ever(world: World) -> None:
    (id_,) = await people(world, 1)
    created = await stored(world, members=[id_])
    table = DirectoryTable(world.rows)
    await table.apply([Delete(keys.member(created.id, id_))])
    before = await world.app.users.get("entra", id_)
    assert before is not None
    await world.app.users.delete(before, [], world.activity(id_))

    assert await world.app.jobs.run_due(world.clock.advance(minutes=10)) == 0


async def test_lists_of_changes_whose_request_died_before_its_first_transaction_are_removed(world: World) -> None:
    table = DirectoryTable(world.rows)
    (row,) = item_rows(world.app.services.identifiers.new(), [world.app.services.identifiers.new()])
    await table.apply([row])

    await world.app.jobs.run_due(world.clock.advance(minutes=59))
    assert kinds(await directory(world.rows))["i"] == 1
    await world.app.jobs.run_due(world.clock.advance(minutes=2))
    assert kinds(await directory(world.rows))["i"] == 0


async def test_a_list_too_long_for_a_transaction_is_written_first(world: World) -> None:
    created = await stored(world)
    strangers = [str(UUID(int=index)) for index in range(60_000)]  # who never were members

    assert await change(world, created.id, remove=strangers) is None

    await world.app.jobs.run_due(world.clock.advance(hours=2))
    assert await violations(world.rows) == []
    assert kinds(await directory(world.rows))["i"] == 0


async def test_ids_are_looked_up_by_leaps(world: World) -> None:
    ids = await people(world, 60)
    strange = [str(UUID(int=UUID(id_).int + 1)) for id_ in ids]

    known = await existing_members(DirectoryTable(world.rows), "entra", [*strange, *ids[::2]])

    assert sorted(known) == ids[::2]


async def test_the_application_s_own_requests_use_the_same_ways(world: World) -> None:
    ids = await people(world, MAX_BATCH_OPERATIONS)
    id_ = await world.created("/Groups", group("G"))

    status, headers, _ = await world.call("PATCH", f"/Groups/{id_}", add_members(*ids))

    now = await world.app.groups.get("entra", id_)
    assert now is not None
    assert status == 204
    assert headers.get("ETag", now.version) == now.version
    assert await violations(world.rows) == []


@pytest.mark.parametrize(
    ("later", "remain"),
    [
        (("PUT", {"displayName": "Help desk", "members": []}), 0),
        (("PATCH", patch(("remove", "members", None))), 0),
        (("PATCH", patch(("replace", "members", []))), 0),
        (("PATCH", patch(("remove", 'members[type eq "User"]', None))), 0),
    ],
)
async def test_what_is_accepted_after_an_unfinished_change_is_not_undone_by_it(world: World, later, remain) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))

    method, body = later
    assert (await world.call(method, f"/Groups/{created.id}", body)).status in {200, 204}
    await world.app.jobs.run_due(world.clock.advance(minutes=10))

    assert len(await member_ids(world, created.id)) == remain
    assert await violations(world.rows) == []


async def test_who_is_added_and_removed_during_an_unfinished_change_stays_away(world: World) -> None:
    ids = await people(world, 110)
    created = await stored(world)
    dying = await world.instance(FaultyRows(world.rows, on_writes({1: kill_after})))
    await killed(change(dying, created.id, ids))

    assert (await world.call("PATCH", f"/Groups/{created.id}", add_members(ids[-1]))).status == 204
    assert (await world.call("PATCH", f"/Groups/{created.id}", remove_members(ids[-1]))).status == 204
    await world.app.jobs.run_due(world.clock.advance(minutes=10))

    assert await member_ids(world, created.id) == ids[:-1]
    assert await violations(world.rows) == []


# Replacing all members


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_who_is_a_member_already_is_not_looked_up_when_members_are_replaced(world: World, method: str) -> None:
    ids = await people(world, 5)
    created = await stored(world, members=ids[:4])
    counting = CountingRows(world.rows)
    counted = await world.instance(counting)
    await counted.warm_up()
    counting.reset()

    reply = await counted.call(method, f"/Groups/{created.id}", replacing(method, [*ids[3:0:-1], ids[4]]))

    assert reply.status in {200, 204}
    looked_up = [detail for verb, _, detail in counting.log if verb == "get" and str(detail).startswith("u|")]
    assert looked_up == [keys.user("entra", ids[4])]
    assert await member_ids(world, created.id) == ids[1:]
    if method == "PUT":
        assert [member["value"] for member in reply.json["members"]] == [*ids[3:0:-1], ids[4]]
    assert await violations(world.rows) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_who_is_unknown_is_skipped_or_refused_when_members_are_replaced(world: World, method: str) -> None:
    ids = await people(world, 3)
    created = await stored(world, members=ids[:2])
    strange = world.app.services.identifiers.new()
    body = replacing(method, [*ids[1:], strange, created.id])
    strict = await world.provided(Provider(id="strict", name="Strict", policies=REJECTING))
    theirs = await strict.created("/Groups", group("Strict"))
    before = await directory(world.rows)

    refused = await strict.call(method, f"/Groups/{theirs}", body)
    assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")
    assert await directory(world.rows) == before
    reply = await world.call(method, f"/Groups/{created.id}", body)

    assert reply.status in {200, 204}
    assert await member_ids(world, created.id) == ids[1:]
    details = [fact.get("detail", "") for fact in activities(await directory(world.rows))]
    assert [detail for detail in details if strange in detail] == [
        f"members: +1 -1; ignored: member {strange}, member {created.id}"
    ]
    assert await violations(world.rows) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_members_that_come_while_all_are_replaced_are_replaced_too(world: World, method: str) -> None:
    """What was read is of no use once the group has changed: it is read again, and so are the members."""
    ids = await people(world, 4)
    created = await stored(world, members=ids[:2])

    async def joined(call: Callable[[], Awaitable[object]]) -> object:
        await change(world, created.id, add=ids[2:3], remove=ids[:1])
        return await call()

    overtaken = await world.instance(FaultyRows(world.rows, on_writes({1: joined})))
    await overtaken.call("GET", f"/Groups/{created.id}")
    await overtaken.app.background.drain()
    reply = await overtaken.call(method, f"/Groups/{created.id}", replacing(method, [ids[0], ids[3]]))

    assert reply.status in {200, 204}
    assert await member_ids(world, created.id) == [ids[0], ids[3]]
    assert await violations(world.rows) == []


def replacing(method: str, ids: Iterable[str]) -> object:
    """The body of a request that leaves a group with these members."""
    if method == "PUT":
        return group("Help desk", list(ids))
    return patch(("replace", "members", [{"value": id_} for id_ in ids]))


# In time


async def test_a_request_that_runs_out_of_time_leaves_its_work_to_the_sweeper(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is accepted with its first transaction; the reply must not come too late to say so."""
    caplog.set_level(logging.INFO)
    ids = await people(world, 120)
    created = await stored(world)
    monkeypatch.setattr(dispatch, "DEADLINE_SECONDS", job_runner.REPLY_SECONDS)  # no time but for the reply

    assert (await world.call("PATCH", f"/Groups/{created.id}", add_members(*ids))).status == 204

    assert 0 < len(await member_ids(world, created.id)) < 120
    assert any(record.message.startswith("job_left_to_sweeper") for record in caplog.records)
    assert await world.app.jobs.run_due(world.clock.advance(minutes=1)) == 1
    assert await member_ids(world, created.id) == ids
    assert await violations(world.rows) == []
