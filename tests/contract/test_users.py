"""What the `Users` port promises, over storage in memory and over Azurite."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

import pytest

from scim.domain.filtering.grammar import parse_filter
from scim.domain.ports import LastAdministrator, NameTaken, Query, VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.resources import document_text
from scim.domain.users import Standing, User, UserType
from scim.errors import PayloadTooLarge
from scim.schema.urns import CORE_USER
from scim.storage.tables import administrators, keys
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Rows
from tests.invariants import activities, directory, kinds, violations
from tests.world import OKTA, World


def anna(world: World, user_name: str = "anna@contoso.com", provider: str = "entra", **attributes: object) -> User:
    """A user that is not stored yet."""
    now = world.clock.now()
    return User(
        id=world.app.services.identifiers.new(),
        provider=provider,
        text=document_text({"schemas": [CORE_USER], "userName": user_name, **attributes}),
        created=now,
        modified=now,
        standing=Standing(user_type=UserType.END_USER, organization="12", active=True, contact=None),
    )


def edited(user: User, **attributes: object) -> User:
    """The user with other attributes; None takes one away."""
    document = {name: value for name, value in {**user.document(), **attributes}.items() if value is not None}
    return replace(user, text=document_text(document), modified=user.modified + timedelta(seconds=1))


async def stored(world: World, *args: str, **attributes: object) -> User:
    user = anna(world, *args, **attributes)
    return await world.app.users.create(user, world.activity(user.id))


async def update(world: World, before: User, after: User) -> User:
    return await world.app.users.update(before, after, world.activity(after.id))


async def delete(world: World, user: User, groups: tuple[str, ...] = ()) -> None:
    await world.app.users.delete(user, groups, world.activity(user.id))


async def refusing(world: World, kind: type[Exception], write: Awaitable[object]) -> Exception:
    """The refusal of a write, which must have written nothing."""
    before = await directory(world.rows)
    with pytest.raises(kind) as caught:
        await write
    assert await directory(world.rows) == before
    return caught.value


async def found(world: World, text: str) -> list[str]:
    results = await world.app.users.search(world.provider, Query(filter=parse_filter(text)))
    assert results.total == len(results.resources)
    return [user.id for user in results.resources]


async def test_a_user_is_read_as_it_was_created(world: World) -> None:
    attributes = {
        "externalId": "Ext/1 #?",
        "emails": [{"value": "Änna@x.y", "type": "work"}],
        "title": "日本 😀" * 9_000,
    }
    created = await stored(world, **attributes)

    assert created.version
    assert await world.app.users.get("entra", created.id) == created
    assert await violations(world.rows) == []


async def test_a_user_is_nothing_to_other_providers(world: World) -> None:
    created = await stored(world)

    assert await world.app.users.get("okta", created.id) is None
    assert await world.app.users.find_by_name("anna@contoso.com", {"okta"}) is None
    assert (await world.app.users.search(OKTA, Query())).total == 0
    assert (await world.app.users.search(OKTA, Query(filter=parse_filter(f'id eq "{created.id}"')))).total == 0


@pytest.mark.parametrize("id_", ["", "x", "a|b", "../u", "#?", "x" * 2000, "7c41\x01", "entra|"])
async def test_what_cannot_be_an_id_names_nobody(world: World, id_: str) -> None:
    assert await world.app.users.get("entra", id_) is None
    assert list(await world.app.users.groups_of(id_)) == []
    assert await found(world, f"id eq {json.dumps(id_)}") == []
    assert await found(world, f"groups.value eq {json.dumps(id_)}") == []


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("Anna@Contoso.com", "aNNA@CONTOSO.COM"),
        ("straße@x.y", "STRASSE@X.Y"),
        ("ﬁn@x.y", "fin@x.y"),
        ("\uff41nna@x.y", "anna@x.y"),
        ("o'brien@x.y", "O'BRIEN@x.y"),
        ("guest#EXT#@x.y", "GUEST#ext#@x.y"),
        ("a/b\\c?d%e|f=g", "A/B\\C?D%E|F=G"),
        ("x" * 900, "X" * 900),
    ],
)
async def test_a_name_is_found_and_held_in_every_spelling(world: World, name: str, spelling: str) -> None:
    created = await stored(world, name)

    assert await world.app.users.find_by_name(spelling, {"entra"}) == created
    assert await found(world, f"userName eq {json.dumps(spelling)}") == [created.id]
    assert await found(world, f"userName sw {json.dumps(spelling[:3])}") == [created.id]
    rival = anna(world, spelling)
    taken = await refusing(world, NameTaken, world.app.users.create(rival, world.activity(rival.id)))
    assert taken.args == ("entra", created.id)
    assert await violations(world.rows) == []


async def test_a_name_is_held_in_the_whole_tenant(world: World) -> None:
    created = await stored(world)

    for provider in ("okta", NATIVE):
        rival = anna(world, provider=provider)
        taken = await refusing(world, NameTaken, world.app.users.create(rival, world.activity(rival.id)))
        assert taken.args == ("entra", created.id)
    assert await world.app.users.find_by_name("anna@contoso.com", {"okta", "entra"}) == created


async def test_names_that_are_long_and_differ_at_the_end_are_different(world: World) -> None:
    first, second = await stored(world, "x" * 600 + "1"), await stored(world, "x" * 600 + "2")

    assert await world.app.users.find_by_name("x" * 600 + "1", {"entra"}) == first
    assert await found(world, f'userName sw "{"x" * 600}2"') == [second.id]
    assert await violations(world.rows) == []


async def test_an_update_replaces_the_document_and_leaves_one_activity(world: World) -> None:
    before = await stored(world)

    after = await update(world, before, edited(before, title="Director"))

    assert after.version not in {"", before.version}
    assert await world.app.users.get("entra", before.id) == after
    assert kinds(await directory(world.rows))["a"] == 2
    assert await violations(world.rows) == []


async def test_an_update_of_an_older_state_is_refused(world: World) -> None:
    before = await stored(world)
    await update(world, before, edited(before, title="first"))

    await refusing(world, VersionConflict, update(world, before, edited(before, title="second")))


async def test_an_update_of_a_deleted_user_is_refused(world: World) -> None:
    before = await stored(world)
    await delete(world, before)

    await refusing(world, VersionConflict, update(world, before, edited(before, title="back")))
    await refusing(world, VersionConflict, update(world, before, edited(before, userName="other@contoso.com")))


async def test_renaming_frees_the_old_name_and_takes_the_new(world: World) -> None:
    before = await stored(world)

    after = await update(world, before, edited(before, userName="berta@contoso.com"))

    assert await world.app.users.find_by_name("anna@contoso.com", {"entra"}) is None
    assert await world.app.users.find_by_name("BERTA@contoso.com", {"entra"}) == after
    assert await found(world, 'userName sw "anna"') == []
    assert await violations(world.rows) == []
    await stored(world)


async def test_respelling_a_name_keeps_it(world: World) -> None:
    before = await stored(world)

    after = await update(world, before, edited(before, userName="ANNA@contoso.com"))

    assert await world.app.users.find_by_name("anna@contoso.com", {"entra"}) == after
    assert await violations(world.rows) == []


async def test_a_name_that_is_held_cannot_be_taken_by_renaming(world: World) -> None:
    holder, other = await stored(world), await stored(world, "berta@contoso.com")

    taken = await refusing(
        world, NameTaken, update(world, other, edited(other, userName="Anna@contoso.com", externalId="e"))
    )

    assert taken.args == ("entra", holder.id)


async def test_index_rows_follow_the_document(world: World) -> None:
    first = await stored(
        world, externalId="e1", emails=[{"value": "A@x.y"}, {"value": "a@X.Y"}, {"value": "b@x.y"}, {"type": "work"}]
    )
    assert kinds(await directory(world.rows))["e"] == 2

    second = await update(
        world, first, edited(first, externalId="E1", emails=[{"value": "b@x.y"}, {"value": "c@x.y", "type": "home"}])
    )

    assert await found(world, 'externalId eq "e1"') == []
    assert await found(world, 'externalId eq "E1"') == [second.id]
    assert await found(world, 'emails.value eq "a@x.y"') == []
    assert await found(world, 'emails[type eq "home" and value eq "C@x.y"]') == [second.id]
    assert await violations(world.rows) == []
    third = await update(world, second, edited(second, externalId=None, emails=None))
    assert await violations(world.rows) == []
    rows = kinds(await directory(world.rows))
    assert (rows["x"], rows["e"], rows["y"]) == (0, 0, 1)
    moved = replace(edited(third), standing=replace(third.standing, organization="13"))
    gone = await update(world, third, moved)
    assert keys.organization_user("13", "entra", gone.id) in await directory(world.rows)
    assert await violations(world.rows) == []


async def test_an_external_id_and_an_address_may_belong_to_several(world: World) -> None:
    attributes = {"externalId": "same", "emails": [{"value": "same@x.y"}]}
    ids = [(await stored(world, f"u{index}", **attributes)).id for index in range(3)]

    assert await found(world, 'externalId eq "same"') == ids
    assert await found(world, 'emails eq "SAME@x.y"') == ids


async def test_adoption_moves_the_account_with_its_id(world: World) -> None:
    native = await stored(world, "anna@contoso.com", NATIVE, externalId="old", emails=[{"value": "a@x.y"}])

    adopted = await update(world, native, replace(edited(native, externalId="new"), provider="entra"))

    assert adopted.id == native.id
    assert await world.app.users.get(NATIVE, native.id) is None
    assert await world.app.users.get("entra", native.id) == adopted
    assert await world.app.users.find_by_name("anna@contoso.com", {"entra"}) == adopted
    assert await world.app.users.find_by_name("anna@contoso.com", {NATIVE}) is None
    assert (await world.app.users.search(world.provider, Query())).total == 1
    assert await found(world, 'externalId eq "new"') == [native.id]
    assert await violations(world.rows) == []


async def test_adoption_with_another_name_frees_the_old_one(world: World) -> None:
    native = await stored(world, "anna@contoso.com", NATIVE)

    await update(world, native, replace(edited(native, userName="berta@contoso.com"), provider="entra"))

    assert await violations(world.rows) == []
    await stored(world)


async def test_only_one_of_two_providers_adopts(world: World) -> None:
    native = await stored(world, "anna@contoso.com", NATIVE)

    results = await asyncio.gather(
        *(update(world, native, replace(edited(native), provider=provider)) for provider in ("entra", "okta")),
        return_exceptions=True,
    )

    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [VersionConflict]
    assert await violations(world.rows) == []


async def test_a_deleted_user_is_gone_and_its_name_is_free(world: World) -> None:
    user = await stored(world, externalId="e", emails=[{"value": "a@x.y"}])

    await delete(world, user)

    assert await world.app.users.get("entra", user.id) is None
    assert await world.app.users.find_by_name("anna@contoso.com", {"entra"}) is None
    assert await found(world, 'externalId eq "e"') == []
    assert (await world.app.users.search(world.provider, Query())).total == 0
    assert await violations(world.rows) == []
    again = await stored(world)
    assert again.id != user.id


async def test_a_tombstone_keeps_what_was_deleted_and_when(world: World) -> None:
    user = await stored(world, title="kept")
    world.clock.advance(hours=1)

    await delete(world, user)

    row = await world.rows.get(DIRECTORY, PARTITION, keys.tombstone("entra", user.id))
    assert row is not None
    assert row.columns["deleted"] == world.clock.now()
    assert json.loads(str(row.columns["doc0"])) == user.document()


async def test_deleting_an_older_state_or_twice_is_refused(world: World) -> None:
    before = await stored(world)
    after = await update(world, before, edited(before, title="x"))

    await refusing(world, VersionConflict, delete(world, before))
    await delete(world, after)
    await refusing(world, VersionConflict, delete(world, after))


async def test_deletion_takes_memberships_away_and_refuses_a_stale_list_of_them(world: World) -> None:
    user = await stored(world)
    ids = [
        await world.created("/Groups", {"displayName": f"G{index}", "members": [{"value": user.id}]})
        for index in range(3)
    ]
    assert sorted(await world.app.users.groups_of(user.id)) == sorted(ids)
    await world.call("PATCH", f"/Groups/{ids[2]}", {"Operations": [{"op": "remove", "path": "members"}]})

    await refusing(world, VersionConflict, delete(world, user, tuple(ids)))
    await delete(world, user, tuple(ids[:2]))

    assert list(await world.app.users.groups_of(user.id)) == []
    assert await violations(world.rows) == []


async def test_memberships_written_while_their_user_is_deleted_are_removed_later(world: World) -> None:
    user = await stored(world)
    ids = [await world.created("/Groups", {"displayName": f"G{i}", "members": [{"value": user.id}]}) for i in range(3)]

    await delete(world, user)  # as if it had been in no group when they were read

    assert len(await violations(world.rows)) == 6
    assert await world.app.jobs.run_due(world.clock.advance(minutes=4)) == 0
    assert await world.app.jobs.run_due(world.clock.advance(minutes=1)) == 1
    assert await violations(world.rows) == []
    assert kinds(await directory(world.rows))["j"] == 0
    assert [len(await world.app.groups.members(id_)) for id_ in ids] == [0, 0, 0]


async def test_the_total_follows_every_change(world: World) -> None:
    async def total() -> int:
        return (await world.app.users.search(world.provider, Query(count=0))).total

    users = [await stored(world, f"u{index}") for index in range(4)]
    assert await total() == 4
    await delete(world, users[0])
    await update(world, users[1], edited(users[1], userName="other"))
    assert await total() == 3
    native = await stored(world, "n", NATIVE)
    assert await total() == 3
    await update(world, native, replace(native, provider="entra"))
    assert await total() == 4


async def test_a_document_that_is_too_large_is_refused_whole(world: World) -> None:
    await stored(world, "small", title="x" * 399_000)

    await refusing(world, PayloadTooLarge, stored(world, "large", title="x" * 400_000))
    await refusing(world, PayloadTooLarge, stored(world, "large", title="😀" * 200_000))


async def test_forty_addresses_change_in_one_transaction(world: World) -> None:
    before = await stored(world, emails=[{"value": f"a{index}@x.y"} for index in range(40)])

    await update(
        world, before, edited(before, userName="b", emails=[{"value": f"b{index}@x.y"} for index in range(40)])
    )

    assert await violations(world.rows) == []


async def test_the_last_administrator_who_can_sign_in_stays(world: World) -> None:
    table = DirectoryTable(world.rows)
    bosses = []
    for name in ("boss", "chief"):
        user = replace(anna(world, name), administrator=True)
        bosses.append(await world.app.users.create(user, world.activity(user.id)))
        await table.apply([await administrators.added(table, user.id)])
    boss, chief = bosses
    off = replace(edited(boss, active=False), standing=replace(boss.standing, active=False))

    results = await asyncio.gather(update(world, boss, off), delete(world, chief), return_exceptions=True)

    refused = [type(result) for result in results if isinstance(result, Exception)]
    assert len(refused) == 1  # the guard's ETag decides between two who read it at once
    assert refused[0] in {LastAdministrator, VersionConflict}
    if isinstance(results[0], Exception):
        await refusing(world, LastAdministrator, update(world, boss, off))
        await refusing(world, LastAdministrator, delete(world, boss))
    else:
        await refusing(world, LastAdministrator, delete(world, chief))
    assert await violations(world.rows) == []


async def test_asking_for_adoption_twice_leaves_one_place_in_the_queue(world: World) -> None:
    native = await world.native("boss@contoso.com")

    await world.app.users.ask_for_adoption(world.provider, native.id, world.clock.now())
    later = world.clock.advance(minutes=1)
    await world.app.users.ask_for_adoption(world.provider, native.id, later)

    rows = await directory(world.rows)
    assert kinds(rows)["q"] == 1
    assert rows[keys.adoption("entra", native.id)].columns["asked"] == later


async def test_what_a_write_returned_every_later_read_sees(world: World, storage: Rows) -> None:
    elsewhere = await world.instance(storage)
    user = await stored(world)
    for number in range(5):
        user = await update(world, user, edited(user, title=str(number)))
        assert await elsewhere.app.users.get("entra", user.id) == user
        assert (await elsewhere.app.users.search(world.provider, Query())).resources == [user]
    assert [fact["subject_id"] for fact in activities(await directory(storage))] == [user.id] * 6
