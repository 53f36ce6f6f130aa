"""What the `Organizations` port promises, over storage in memory and over Azurite."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

import pytest

from scim.domain.activities import Activity, Actor, Status
from scim.domain.organizations import Organization, OrganizationState
from scim.domain.ports import IdUsed, NameTaken, Query, VersionConflict
from scim.domain.users import UserType
from tests.invariants import activities, directory, violations
from tests.world import World, user


def record(world: World, organization_id: str) -> Activity:
    return Activity(
        id=world.app.identifiers.new(),
        time=world.clock.now(),
        status=Status.ORGANIZATION_UPDATED,
        provider="",
        actor=Actor(kind="system", id="test", request_id="test"),
        subject_kind="organization",
        subject_id=organization_id,
    )


async def created(world: World, id_: str, name: str) -> Organization:
    await world.app.organizations.create(Organization(id=id_, name=name), record(world, id_))
    return await read(world, id_)


async def read(world: World, id_: str) -> Organization:
    found = await world.app.organizations.get(id_)
    assert found is not None
    return found


async def update(world: World, before: Organization, after: Organization) -> Organization:
    return await world.app.organizations.update(before, after, record(world, after.id))


async def refusing(world: World, kind: type[Exception], write: Awaitable[object]) -> None:
    """The write is refused, and has written nothing."""
    before = await directory(world.rows)
    with pytest.raises(kind):
        await write
    assert await directory(world.rows) == before


async def test_an_organization_is_read_as_it_was_created(world: World) -> None:
    made = await created(world, "Contoso.1-a", "Contoso / Ltd # 日本")
    assert replace(made, version="") == Organization(id="Contoso.1-a", name="Contoso / Ltd # 日本")
    assert made.version
    assert await world.app.organizations.exists("Contoso.1-a")
    assert [each.id for each in await world.app.organizations.all()] == ["12", "13", "Contoso.1-a"]
    assert len(activities(await directory(world.rows))) == 1


async def test_what_is_not_there_is_none(world: World) -> None:
    for id_ in ("99", "All", "a|b/c#?", "x" * 3000, "'"):
        assert await world.app.organizations.get(id_) is None
        assert not await world.app.organizations.exists(id_)


async def test_ids_and_names_are_held_once(world: World) -> None:
    """Names without regard to case; ids for ever."""
    organizations = world.app.organizations
    await refusing(world, IdUsed, created(world, "12", "New"))
    await refusing(world, NameTaken, created(world, "14", "ORGANIZATION 12"))
    twelve = await read(world, "12")
    await refusing(world, NameTaken, update(world, twelve, replace(twelve, name="organization 13")))
    await organizations.delete(twelve, record(world, "12"))
    await refusing(world, IdUsed, created(world, "12", "New"))
    assert (await created(world, "14", "Organization 12")).id == "14"
    assert await organizations.ids() == {"12", "13", "14"}
    assert [each.id for each in await organizations.all()] == ["13", "14"]


async def test_an_update_needs_the_version_that_was_read(world: World) -> None:
    old = await read(world, "12")
    new = await update(world, old, replace(old, name="Contoso"))
    assert new == await read(world, "12")
    assert new.version != old.version
    await refusing(world, VersionConflict, update(world, old, replace(old, name="Fabrikam")))
    await refusing(world, VersionConflict, world.app.organizations.delete(old, record(world, "12")))
    await refusing(world, VersionConflict, update(world, new, replace(new, id="13")))


async def test_a_rename_frees_the_old_name_and_another_spelling_is_no_other_name(world: World) -> None:
    old = await read(world, "12")
    spelled = await update(world, old, replace(old, name="ORGANIZATION 12"))
    await update(world, spelled, replace(spelled, name="Contoso"))
    assert (await created(world, "14", "organization 12")).name == "organization 12"


async def test_nobody_is_put_into_one_that_is_being_deleted(world: World) -> None:
    """At once where it was marked; elsewhere after 30 seconds at most."""
    elsewhere = await world.instance()
    assert await elsewhere.app.organizations.exists("12")
    old = await read(world, "12")
    marked = await update(world, old, replace(old, state=OrganizationState.DELETING, deleting_since=world.clock.now()))
    assert not await world.app.organizations.exists("12")
    assert marked == await read(world, "12")
    assert await world.app.organizations.deleting() == [marked]
    assert await elsewhere.app.organizations.exists("12"), "it was seen a moment ago"
    world.clock.advance(seconds=30)
    assert not await elsewhere.app.organizations.exists("12")

    await update(world, marked, replace(marked, state=OrganizationState.ACTIVE, deleting_since=None))
    assert await elsewhere.app.organizations.exists("12"), "absence is not remembered"
    assert await world.app.organizations.deleting() == []


async def test_what_is_deleted_is_gone(world: World) -> None:
    await world.app.organizations.delete(await read(world, "12"), record(world, "12"))
    assert await world.app.organizations.get("12") is None
    assert not await world.app.organizations.exists("12")
    page, following = await world.app.organizations.page("", "", 10)
    assert ([each.id for each in page], following) == (["13"], None)
    assert await world.app.organizations.deleting() == []
    assert await violations(world.rows) == []


async def test_pages_are_by_name_and_lose_none(world: World) -> None:
    names = ["Zeta", "alpha", "Älpha", "al", "ALP/ha", "😀", "b|c"]
    for number, name in enumerate(names, 100):
        await created(world, str(number), name)
    found: list[str] = []
    position: str | None = ""
    while position is not None:
        page, position = await world.app.organizations.page("", position, 2)
        assert len(page) <= 2
        found += [each.name for each in page]
    assert sorted(found) == sorted([*names, "Organization 12", "Organization 13"])
    assert found[:3] == ["al", "ALP/ha", "alpha"]
    page, _ = await world.app.organizations.page("AL", "", 10)
    assert [each.name for each in page] == ["al", "ALP/ha", "alpha"]
    page, _ = await world.app.organizations.page("x" * 3000, "", 10)
    assert page == []


async def test_end_users_are_counted_up_to_a_bound(world: World) -> None:
    """Those of all providers, inactive ones too; technicians and global end users belong to none."""
    for number in range(5):
        await world.created("/Users", user(f"u{number}@x.y", "12", active=number % 2 == 0))
    await world.created("/Users", user("all@x.y", "All"))
    await world.native("n@x.y")
    organizations = world.app.organizations
    assert await organizations.end_users("12", 100) == (6, False)
    assert await organizations.end_users("12", 4) == (4, True)
    assert await organizations.end_users("13", 4) == (0, False)
    technician = (await world.app.users.search(world.provider, Query())).resources[0]
    moved = replace(technician, standing=replace(technician.standing, user_type=UserType.TECHNICIAN, organization=None))
    moved = replace(moved, modified=moved.modified + timedelta(seconds=1))
    await world.app.users.update(technician, moved, world.activity(moved.id))
    assert await organizations.end_users("12", 100) == (5, False)
