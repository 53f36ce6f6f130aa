"""What the `Roles`, `GroupMappings` and `Census` ports promise, over storage in memory and over Azurite."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.domain.authority import Permission
from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole, Profile
from scim.domain.ports import NameTaken, VersionConflict
from scim.domain.ports.roles import DeletedRole
from scim.domain.providers import NATIVE
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.storage.tables import roles as adapter
from tests.invariants import activities, directory
from tests.world import OKTA, World, user

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOBODY = "0198c000-0000-7000-8000-000000000000"


def role(world: World, name: str, user_type: UserType = UserType.TECHNICIAN) -> Role:
    return Role(
        id=world.app.identifiers.new(),
        name=name,
        user_type=user_type,
        description="日本 / #",
        permissions=frozenset({Permission.VIEW_IDENTITY}),
        created_at=NOW,
        created_by="Ana",
    )


def roles_of(world: World):
    return world.app.administration.services.roles


async def refusing(world: World, kind: type[Exception], write: Awaitable[object]) -> None:
    """The write is refused, and has written nothing, no activity either."""
    before = await directory(world.rows)
    with pytest.raises(kind):
        await write
    assert await directory(world.rows) == before


# Roles


async def test_a_role_is_read_as_it_was_created(world: World) -> None:
    roles = roles_of(world)
    made = await roles.create(role(world, "Helpdesk / L1"), world.activity("x"))
    assert made.version
    assert await roles.get(made.id) == made
    other = await roles.create(role(world, "Portal", UserType.END_USER))
    assert await roles.all() == [made, other]
    assert len(activities(await directory(world.rows))) == 1


@pytest.mark.parametrize("id_", [NOBODY, "", "x", "a|b/c", "'", "x" * 3000])
async def test_a_role_that_is_not_there_is_none(world: World, id_: str) -> None:
    assert await roles_of(world).get(id_) is None


async def test_a_name_is_held_once_in_each_type(world: World) -> None:
    roles = roles_of(world)
    first, second = await roles.create(role(world, "L1")), await roles.create(role(world, "L2"))
    await roles.create(role(world, "L1", UserType.END_USER))
    await refusing(world, NameTaken, roles.create(role(world, "l1"), world.activity(first.id)))
    with pytest.raises(NameTaken):
        await roles.update(second, replace(second, name="l1"), world.activity(second.id))
    spelled = await roles.update(first, replace(first, name="l1"), world.activity(first.id))
    await roles.update(spelled, replace(spelled, name="L3"), world.activity(first.id))
    assert (await roles.create(role(world, "L1"))).name == "L1"


async def test_a_role_is_changed_at_the_version_that_was_read(world: World) -> None:
    roles = roles_of(world)
    old = await roles.create(role(world, "L1"))
    new = await roles.update(old, replace(old, description="x", permissions=frozenset()), world.activity(old.id))
    assert await roles.get(old.id) == new
    for write in (
        roles.update(old, replace(old, name="L2"), world.activity(old.id)),
        roles.delete(old, world.activity(old.id)),
    ):
        await refusing(world, VersionConflict, write)
    assert await roles.all() == [new]
    assert await roles.deleted() == []


async def test_a_deleted_role_is_known_until_it_is_forgotten(world: World) -> None:
    roles = roles_of(world)
    made = await roles.create(role(world, "L1"))
    await roles.delete(made, world.activity(made.id))
    assert await roles.get(made.id) is None
    assert await roles.all() == []
    assert await roles.deleted() == [DeletedRole(made.id, NOW)]
    with pytest.raises(VersionConflict):
        await roles.update(made, replace(made, name="L2"), world.activity(made.id))
    with pytest.raises(VersionConflict):
        await roles.delete(made, world.activity(made.id))
    assert (await roles.create(role(world, "L1"))).id != made.id
    await roles.forget(made.id)
    await roles.forget(made.id)
    assert await roles.deleted() == []


async def test_of_two_roles_of_one_name_that_are_made_at_once_one_is(world: World) -> None:
    roles = roles_of(world)
    outcomes = await asyncio.gather(*(roles.create(role(world, name)) for name in ("L1", "l1")), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["NameTaken", "Role"]
    assert len(await roles.all()) == 1


# Group mappings


def mapping(group: str, *roles: str, provider: str = "entra") -> GroupMapping:
    return GroupMapping(
        provider=provider,
        group=group,
        technician_roles=roles,
        end_user_roles=("portal",),
        changed_by="Ana",
        changed_at=NOW,
    )


async def test_a_group_that_was_never_mapped_has_an_empty_mapping(world: World) -> None:
    mappings = world.app.administration.services.mappings
    assert await mappings.get("entra", NOBODY) == GroupMapping(provider="entra", group=NOBODY)
    assert await mappings.of("entra") == []


async def test_a_mapping_is_read_as_it_was_saved(world: World) -> None:
    """R084: several roles of each kind."""
    mappings = world.app.administration.services.mappings
    saved = await mappings.save(mapping(NOBODY, "l1", "l2"))
    assert replace(saved, version="") == mapping(NOBODY, "l1", "l2")
    assert await mappings.get("entra", NOBODY) == saved
    changed = await mappings.save(replace(saved, technician_roles=()))
    assert await mappings.get("entra", NOBODY) == changed
    assert changed.version != saved.version


async def test_the_mappings_of_a_provider_are_its_own(world: World) -> None:
    mappings = world.app.administration.services.mappings
    for provider in ("entra", "entra2", "okta"):
        await mappings.save(mapping(NOBODY, provider, provider=provider))
    assert [each.provider for each in await mappings.of("entra")] == ["entra"]
    assert {each.provider for each in await mappings.all()} == {"entra", "entra2", "okta"}


async def test_a_mapping_is_changed_at_the_version_that_was_read(world: World) -> None:
    mappings = world.app.administration.services.mappings
    unmapped = mapping(NOBODY, "l1")
    old = await mappings.save(unmapped)
    new = await mappings.save(replace(old, technician_roles=("l2",)), world.activity(NOBODY))
    assert len(activities(await directory(world.rows))) == 1
    for write in (
        mappings.save(unmapped, world.activity(NOBODY)),
        mappings.save(old, world.activity(NOBODY)),
        mappings.remove(old),
    ):
        await refusing(world, VersionConflict, write)
    assert await mappings.get("entra", NOBODY) == new
    await mappings.remove(new)
    assert await mappings.all() == []
    with pytest.raises(VersionConflict):
        await mappings.save(new)


# Native roles, and the census


async def give(world: World, account_id: str, *roles: str) -> Profile:
    profiles = world.app.administration.services.profiles
    given = tuple(NativeRole(role=each, added_by="Ana", added_at=NOW) for each in roles)
    profile = await profiles.get(account_id)
    return await profiles.save(replace(profile, roles=given), world.activity(account_id))


async def test_native_roles_and_their_activity_are_one_write(world: World) -> None:
    profiles = world.app.administration.services.profiles
    (anna,) = await world.users(1)
    saved = await give(world, anna, "l1", "l2")
    assert await profiles.get(anna) == saved
    recorded = len(activities(await directory(world.rows)))
    with pytest.raises(VersionConflict):
        await profiles.save(Profile(account_id=anna), world.activity(anna))
    assert len(activities(await directory(world.rows))) == recorded
    assert await profiles.get(anna) == saved


async def test_holders_are_who_has_a_role_natively(world: World) -> None:
    census = world.app.administration.services.census
    people = sorted(await world.users(5))
    for id_ in people:
        await give(world, id_, "l1", "l2")
    await give(world, people[0], "l2")
    assert await census.holders("l1", 100) == (people[1:], False)
    assert await census.holders("l2", 3) == (people[:3], True)
    assert await census.holders("l", 3) == ([], False)


async def test_standings_are_type_and_activity_of_the_owners_accounts(world: World) -> None:
    census = world.app.administration.services.census
    okta = await world.provided(OKTA)
    active, away = await world.users(2)
    await world.call("PUT", f"/Users/{away}", user("user1@contoso.com", active=False))
    foreign = await okta.created("/Users", user("f@fabrikam.com"))
    native = (await world.native("n@x.y")).id
    everybody = [active, away, foreign, native, NOBODY, "x|y"]
    end_user = UserType.END_USER
    assert await census.standings(["entra"], everybody) == {active: (end_user, True), away: (end_user, False)}
    assert await census.standings([NATIVE, "okta"], everybody) == {
        foreign: (end_user, True),
        native: (end_user, True),
    }
    assert await census.standings([], everybody) == {}


@pytest.mark.parametrize("at_once", [1, 4, 100])
@pytest.mark.parametrize("step", [1, 2, 11])
async def test_standings_are_the_same_however_they_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch, at_once: int, step: int
) -> None:
    """One by one, by ranges, and by ranges that turn out to tell of few."""
    monkeypatch.setattr(adapter, "AT_ONCE", at_once)
    monkeypatch.setattr(adapter, "SPARSE", 3)
    people = sorted(await world.users(24))
    wanted = people[::step]
    found = await world.app.administration.services.census.standings(["entra"], [*wanted, NOBODY])
    assert found == dict.fromkeys(wanted, (UserType.END_USER, True))
