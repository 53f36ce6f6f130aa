"""Users whose provider was deleted, or let them go, become native: whatever fails, nobody is lost or there twice."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest

from scim.domain.accounts import AccountFilter
from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole
from scim.domain.providers import NATIVE, QUIET_AFTER, Deletion
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.errors import Unavailable
from scim.maintenance import release_users as module
from scim.maintenance.release_users import FORGOTTEN_AFTER
from scim.schema.urns import NINJAONE_USER
from scim.storage.tables import keys
from scim.storage.tables.keys import TABLES
from scim.storage.tables.rows import Row, Rows
from tests.admin_world import AdminWorld
from tests.contract.conftest import UnevenRows
from tests.contract.test_faults import Fuse, copied
from tests.fakes.rows import (
    CountingRows,
    FakeRows,
    FaultyRows,
    Killed,
    cancel_after,
    fail_after,
    fail_before,
    kill_after,
    kill_before,
    on_writes,
    repeat,
)
from tests.invariants import activities, directory, kinds, violations
from tests.people import Person
from tests.world import OKTA, World, add_members, group, user

SYSTEM = "groups of Contoso Entra"


@dataclass(frozen=True)
class Scene:
    """A provider whose users are in groups that are mapped to roles, one group in another, beside a second provider.

    Attributes:
        users: End users; the first three are in the inner group, too.
        technician: Has the role `auditor` by hand and through a group.
        inactive: An end user who is not active.
        names: The userNames of everybody, by id.
    """

    world: World
    users: list[str]
    technician: str
    inactive: str
    helpdesk: str
    auditor: str
    portal: str
    names: Mapping[str, str]


async def build(rows: Rows | None = None, number: int = 5) -> Scene:
    world = await World.on(rows or FakeRows(tables=TABLES))
    services = world.app.administration.services
    users = await world.users(number)
    kind = {NINJAONE_USER: {"userType": "technician"}}
    technician = await world.created("/Users", user("tess@contoso.com", externalId="t") | kind)
    inactive = await world.created("/Users", user("ivan@contoso.com", active=False))
    inner = await world.created("/Groups", group("Inner", users[:3]))
    staff = await world.created("/Groups", group("Staff", [*users, technician, inactive, inner]))
    helpdesk, auditor = await a_role(world, "Helpdesk"), await a_role(world, "Auditor")
    portal = await a_role(world, "Portal", UserType.END_USER)
    await services.mappings.save(
        GroupMapping(provider="entra", group=staff, technician_roles=(helpdesk, auditor), end_user_roles=(portal,))
    )
    profile = await services.profiles.get(technician)
    by_hand = NativeRole(role=auditor, added_by="Ben", added_at=world.clock.now())
    await services.profiles.save(replace(profile, roles=(by_hand,)))
    await world.call("DELETE", f"/Users/{await world.created('/Users', user('left@contoso.com'))}")
    okta = await world.provided(OKTA)
    await okta.created("/Groups", group("Staff", await okta.users(2, "okta")))
    await okta.native("boss@contoso.com")
    names = {each.id: each.user_name for each in await everybody(world)}
    return Scene(world, users, technician, inactive, helpdesk, auditor, portal, names)


async def a_role(world: World, name: str, user_type: UserType = UserType.TECHNICIAN) -> str:
    services = world.app.administration.services
    role = Role(
        id=services.identifiers.new(), name=name, user_type=user_type, created_at=world.clock.now(), created_by="test"
    )
    return (await services.roles.create(role)).id


async def everybody(world: World):
    accounts = world.app.administration.services.accounts
    return (await accounts.page(AccountFilter(), "", 200)).accounts


async def let_go(world: World, *, deleted: bool) -> None:
    """What the request does, without what it does for the tokens; then the time that has to pass."""
    providers = world.app.providers
    provider = await providers.get("entra")
    now = world.clock.now()
    after = (
        provider.deleted(Deletion(at=now, by="Ana", account_id="a", request_id="r"))
        if deleted
        else replace(provider.switched(scim_enabled=False, at=now, by="Ana"), leaving_since=now)
    )
    await providers.update(provider, after)
    world.clock.advance(seconds=QUIET_AFTER.total_seconds())


async def run(world: World) -> None:
    await world.app.chores["ReleaseUsers"]()


async def roles_of(world: World, account_id: str) -> list[tuple[str, str]]:
    profile = await world.app.administration.services.profiles.get(account_id)
    return [(each.role, each.added_by) for each in profile.roles]


async def check(scene: Scene, world: World, *, deleted: bool) -> None:
    """Everybody is there once, native, in no group; roles are as the way of leaving says; one activity for each."""
    found = await directory(world.rows)
    assert await violations(world.rows) == []
    users = [key.split("|")[1:] for key in found if key.startswith("u|")]
    assert sorted(id_ for _, id_ in users) == sorted(scene.names)
    assert Counter(owner for owner, _ in users) == {NATIVE: len(scene.names) - 2, "okta": 2}
    assert [key for key in found if key.startswith(("g|entra|", "d|entra|"))] == []
    assert {each.id: each.user_name for each in await everybody(world)} == scene.names
    total = Counter()
    for key, row in found.items():
        if key.startswith("c|"):
            total[tuple(key.split("|")[1:3])] += row.columns["n"]
    assert total["u", "entra"] == total["g", "entra"] == 0
    kept = [] if deleted else [(scene.helpdesk, SYSTEM)]
    assert await roles_of(world, scene.technician) == [(scene.auditor, "Ben"), *kept]
    for id_ in (*scene.users, scene.inactive):
        assert await roles_of(world, id_) == ([] if deleted else [(scene.portal, SYSTEM)])
    facts = activities(found)
    assert len(facts) == len({each["id"] for each in facts})
    moved = Counter(each["subject_id"] for each in facts if each["status"] == "Account Updated")
    assert moved == Counter([*scene.users, scene.technician, scene.inactive])
    assert Counter(each["status"] for each in facts if each["status"] in {"User group Deleted", "Deleted"}) == Counter(
        {"User group Deleted": 2, **({"Deleted": 1} if deleted else {})}
    )


@pytest.mark.parametrize("deleted", [True, False])
async def test_users_become_native_and_groups_go(storage, deleted):
    """R127: same ids and names; after a deletion roles from groups are gone, else they become Native."""
    scene = await build(storage)
    await let_go(scene.world, deleted=deleted)
    await run(scene.world)
    await check(scene, scene.world, deleted=deleted)
    (provider,) = [each for each in await scene.world.app.providers.owners() if each.id == "entra"]
    assert provider.leaving_since is None
    await run(scene.world)
    await check(scene, scene.world, deleted=deleted)


async def test_nothing_moves_while_requests_may_still_be_under_way():
    """A token is believed for thirty seconds, and a request lasts twenty-five."""
    scene = await build()
    await let_go(scene.world, deleted=True)
    scene.world.clock.advance(seconds=-1)
    await run(scene.world)
    assert kinds(await directory(scene.world.rows))["g"] == 3
    scene.world.clock.advance(seconds=1)
    await run(scene.world)
    await check(scene, scene.world, deleted=True)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return asyncio.run(build())


def copy(scene: Scene) -> FakeRows:
    """Storage of its own; the vault is everybody's, and other tests switch tokens off."""
    vault = scene.world.app.vault
    vault.enabled.update(vault.digests)
    return copied(scene.world.rows)


async def staged(scene: Scene, *, deleted: bool) -> tuple[World, Fuse, World]:
    """An instance whose storage can fail, its fuse, and one beside it on the same storage, which works."""
    rows, fuse = copy(scene), Fuse()
    sound = await scene.world.instance(rows)
    await let_go(sound, deleted=deleted)
    return await scene.world.instance(FaultyRows(rows, fuse)), fuse, sound


async def counted(scene: Scene, *, deleted: bool) -> tuple[int, int]:
    """The calls and the writes of an undisturbed run."""
    failing, fuse, _ = await staged(scene, deleted=deleted)
    fuse.arm()
    await run(failing)
    return fuse.calls, fuse.writes


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize("death", [kill_before, kill_after, cancel_after])
async def test_a_crash_at_any_write_is_made_up_for_by_the_next_run(scene, deleted, death) -> None:
    _, writes = await counted(scene, deleted=deleted)
    assert writes > 10
    for write in range(1, writes + 1):
        failing, fuse, sound = await staged(scene, deleted=deleted)
        fuse.arm(death, write=write)
        try:
            await run(failing)
        except (Killed, asyncio.CancelledError):
            pass
        else:
            assert death is not kill_before  # the write was refused, so it did not get that far
        await again(sound)
        await check(scene, sound, deleted=deleted)


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize("fault", [fail_before, fail_after, repeat])
async def test_storage_that_fails_at_any_call_costs_at_most_a_run(scene, deleted, fault) -> None:
    calls, _ = await counted(scene, deleted=deleted)
    for call in range(1, calls + 1):
        failing, fuse, sound = await staged(scene, deleted=deleted)
        fuse.arm(fault, call=call)
        await (first_failing(failing) if call == 1 and fault is not repeat else run(failing))
        await again(sound)
        await check(scene, sound, deleted=deleted)


async def first_failing(world: World) -> None:
    """Without the list of providers there is nothing to do; the host logs it."""
    with pytest.raises(Unavailable):
        await run(world)


async def again(world: World) -> None:
    """The next runs of the sweeper and of this timer, in two processes at once."""
    world.clock.advance(minutes=2)
    other = await world.instance(world.rows)
    await asyncio.gather(*(each.app.jobs.run_due(world.clock.now()) for each in (world, other)))
    await asyncio.gather(run(world), run(other))
    await run(world)


async def test_a_crash_anywhere_in_the_request_leaves_a_provider_or_a_deletion_that_is_completed() -> None:
    """R119, R114, R127: "Deleted" once, and "Token Removed" once, in the name of the person."""
    admin = await AdminWorld.on(FakeRows(tables=TABLES))
    await admin.world.users(2)
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await person.sign_in()
    home, happened = person.admin, []
    for write in range(1, 7):
        proof = await person.proof("deleteProvider", "entra")
        vault, rows = admin.world.app.vault, copied(admin.world.rows)
        vault.enabled.update(vault.digests)
        person.admin = AdminWorld(await admin.world.instance(FaultyRows(rows, on_writes({write: kill_after}))), "")
        with contextlib.suppress(Killed):
            await person.call(
                "DELETE", "/identity-providers/entra", name="Contoso Entra", headers={"x-step-up-proof": proof}
            )
        person.admin = home
        sound = await admin.world.instance(rows)
        admin.clock.advance(minutes=2)
        await run(sound)
        await run(sound)
        happened.append(await sound.app.providers.get("entra") is None)
        recorded = [
            (each["status"], each["actor"]["name"], each["actor"]["mfa"])
            for each in activities(await directory(rows))
            if each["status"] in {"Deleted", "Token Removed"}
        ]
        both = [("Deleted", "ana@contoso.com", True), ("Token Removed", "ana@contoso.com", True)]
        assert sorted(recorded) == (both if happened[-1] else [])
        assert {key.split("|")[1] for key in await directory(rows) if key.startswith("u|")} == (
            {NATIVE} if happened[-1] else {NATIVE, "entra"}
        )
        assert await violations(rows) == []
    assert happened == [False, True, True, True, True, True]


@pytest.mark.parametrize("fault", [kill_after, fail_after])
async def test_who_is_in_more_groups_than_a_transaction_holds_moves_with_a_job(fault) -> None:
    world = await World.on(FakeRows(tables=TABLES))
    (busy,) = await world.users(1)
    for index in range(60):
        await world.created("/Groups", group(f"Group {index}", [busy]))
    await let_go(world, deleted=True)
    failing = await world.instance(FaultyRows(world.rows, on_writes({5: fault})))
    with contextlib.suppress(Killed):
        await run(failing)
    assert await world.app.users.get(NATIVE, busy) is not None
    await again(world)
    assert await violations(world.rows) == []
    assert kinds(await directory(world.rows))["g"] == 0


async def test_more_roles_than_an_account_can_keep_are_left_out(scene: Scene, monkeypatch) -> None:
    """A hand-given role is never the one that goes."""
    monkeypatch.setattr(module, "MAX_KEPT_ROLES", 1)
    _, _, sound = await staged(scene, deleted=False)
    await run(sound)
    assert await roles_of(sound, scene.technician) == [(scene.auditor, "Ben")]
    assert await roles_of(sound, scene.users[0]) == [(scene.portal, SYSTEM)]


@pytest.mark.parametrize("deleted", [True, False])
async def test_two_runs_at_once_do_nothing_twice(scene, deleted) -> None:
    _, _, sound = await staged(scene, deleted=deleted)
    instances = [await sound.instance(sound.rows) for _ in range(3)]
    await asyncio.gather(*map(run, instances))
    await run(sound)
    await check(scene, sound, deleted=deleted)


async def test_who_is_looked_at_moves_at_once_and_is_found_throughout(scene: Scene) -> None:
    """R127: with the timer at work, reading everybody finds everybody, native."""
    _, _, sound = await staged(scene, deleted=True)
    reader = await sound.instance(sound.rows)
    accounts = reader.app.administration.services.accounts
    work = asyncio.create_task(run(sound))
    while not work.done():
        for id_ in (*scene.users, scene.technician):
            found = await accounts.get(id_)
            assert found is not None
            assert found.provider == NATIVE
    await run(sound)
    await check(scene, sound, deleted=True)


@pytest.mark.parametrize("chance", range(5))
async def test_lists_show_everybody_once_while_they_move(chance) -> None:
    """R127, R129: on one page, and on pages of seven."""
    rows = UnevenRows()
    rows._chance = Random(chance)
    scene = await build(rows, number=40)
    await let_go(scene.world, deleted=True)
    reader = await scene.world.instance(scene.world.rows)
    accounts, wanted = reader.app.administration.services.accounts, AccountFilter()
    work = asyncio.create_task(run(scene.world))
    while not work.done():
        for limit in (200, 7):
            seen, after = [], ""
            while after is not None:
                page = await accounts.page(wanted, after, limit)
                seen += [each.id for each in page.accounts]
                after = page.next
            assert sorted(seen) == sorted(scene.names)
    await check(scene, scene.world, deleted=True)


async def test_who_comes_while_the_provider_is_still_believed_elsewhere_moves_too(scene: Scene) -> None:
    """Another instance takes the token for thirty seconds more; also when it adopts somebody back."""
    rows = copy(scene)
    elsewhere, sound = await scene.world.instance(rows), await scene.world.instance(rows)
    await elsewhere.warm_up()
    await let_go(sound, deleted=True)
    sound.clock.advance(seconds=-QUIET_AFTER.total_seconds())
    moved = scene.users[0]
    assert (await sound.app.administration.services.accounts.get(moved)).provider == NATIVE
    late = await elsewhere.created("/Users", user("late@contoso.com"))
    more = add_members(late)
    staff = (await elsewhere.call("GET", "/Groups", filter='displayName eq "Staff"')).json["Resources"][0]["id"]
    assert (await elsewhere.call("PATCH", f"/Groups/{staff}", more)).status == 204
    assert (await elsewhere.call("PUT", f"/Users/{moved}", user("user0@contoso.com"))).status == 200
    sound.clock.advance(minutes=6)
    assert (await elsewhere.call("GET", "/Users")).status == 401
    await sound.app.jobs.run_due(sound.clock.now())
    await run(sound)
    await sound.app.jobs.run_due(sound.clock.now())
    assert await violations(rows) == []
    assert {key.split("|")[1] for key in await directory(rows) if key.startswith("u|")} == {NATIVE, "okta"}
    assert (await sound.app.administration.services.accounts.get(late)).provider == NATIVE


async def test_tokens_that_the_request_did_not_come_to_end_in_the_timer(scene: Scene) -> None:
    """R114: once each, in the name of the person who deleted the provider."""
    _, _, sound = await staged(scene, deleted=True)
    await run(sound)
    await run(sound)
    (token,) = await sound.app.tokens.of("entra")
    assert token.state.value == "revoked"
    ended = [each for each in activities(await directory(sound.rows)) if each["status"] == "Token Removed"]
    assert [(each["subject_id"], each["detail"], each["actor"]["name"]) for each in ended] == [
        (token.id, "revoked: the identity provider was deleted", "Ana")
    ]
    assert await sound.app.vault.digest(token.id) is None


async def test_a_user_who_cannot_be_moved_keeps_nobody_else_waiting(scene: Scene) -> None:
    rows = copy(scene)
    sound = await scene.world.instance(rows)
    partition = rows._partitions[keys.DIRECTORY, keys.PARTITION]
    broken = keys.user("entra", scene.users[4])
    partition.put(Row(broken, {**partition.rows[broken].columns, "doc0": "{"}, rows._next_etag()))
    await let_go(sound, deleted=True)
    await run(sound)
    left = {key for key in await directory(rows) if key.startswith("u|entra|")}
    assert left == {broken}
    assert (await sound.app.providers.owners())[0].leaving_since is not None


async def test_the_adoption_queue_of_a_deleted_provider_goes(scene: Scene) -> None:
    rows = copy(scene)
    sound = await scene.world.instance(rows)
    await sound.app.users.ask_for_adoption(sound.provider, scene.users[0], sound.clock.now())
    await let_go(sound, deleted=True)
    await run(sound)
    assert kinds(await directory(rows))["q"] == 0


async def test_a_deleted_provider_is_forgotten_when_nobody_of_it_can_be_restored_any_more(scene: Scene) -> None:
    _, _, sound = await staged(scene, deleted=True)
    await run(sound)
    for days, owners in ((0, ["entra", "okta"]), (FORGOTTEN_AFTER.days, ["okta"])):
        sound.clock.advance(days=days)
        await run(sound)
        assert [each.id for each in await sound.app.providers.owners()] == owners


async def test_a_large_provider_moves_in_bounded_steps(monkeypatch) -> None:
    """2,500 users in four groups of 600: a few calls for each user, whatever the groups' size, and runs that end."""
    monkeypatch.setattr(module, "USERS_PER_RUN", 1_000)
    rows = CountingRows(FakeRows(tables=TABLES))
    world = await World.on(rows)
    people = await world.users(2_500)
    for index in range(4):
        await world.created("/Groups", group(f"Group {index}", people[index * 600 : (index + 1) * 600]))
    await let_go(world, deleted=True)
    calls, left = [], []
    for _ in range(3):
        rows.reset()
        await run(world)
        calls.append(sum(rows.calls.values()))
        left.append(kinds(await directory(rows._rows))["g"])
    assert left == [4, 4, 0]
    assert all(count <= 1_000 * 2 + 30 for count in calls), calls
    assert await violations(rows._rows) == []
    assert await world.app.users.groups_of(people[0]) == []
