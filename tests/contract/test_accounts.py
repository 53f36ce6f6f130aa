"""What the `Accounts` port promises, over storage in memory and over Azurite."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from scim.chores import chores
from scim.domain.accounts import RETENTION, AccountFilter, AccountPage, AccountState, AccountType, Management
from scim.domain.people import NativeRole, Profile
from scim.domain.ports import NameTaken, VersionConflict
from scim.domain.ports.accounts import Accounts
from scim.domain.providers import NATIVE
from scim.domain.resources import document_text
from scim.domain.users import User
from scim.maintenance.purge_tombstones import SLACK
from scim.storage.tables import account_lists
from scim.storage.tables.keys import CONFIG
from scim.storage.tables.rows import KeyRange
from tests.admin_world import AdminWorld
from tests.invariants import directory, kinds, violations
from tests.people import Person
from tests.world import OKTA, World, user

DELETED = AccountFilter(states=frozenset({AccountState.DELETED}))


@pytest.fixture
async def admin(world: World) -> AdminWorld:
    admin = AdminWorld(world, "")
    return await admin.as_(await admin.account("boss@contoso.com", administrator=True))


@pytest.fixture
def accounts(admin: AdminWorld) -> Accounts:
    return admin.services.accounts


async def everybody(accounts: Accounts, wanted: AccountFilter, limit: int = 3) -> list[str]:
    """The userNames on all pages."""
    found: list[str] = []
    position: str | None = ""
    while position is not None:
        page = await accounts.page(wanted, position, limit)
        assert len(page.accounts) <= limit
        found += [account.user_name for account in page.accounts]
        position = page.next
    return found


async def populated(admin: AdminWorld) -> World:
    """People of two providers and native ones, whose names are mixed up in every order."""
    okta = await admin.world.provided(OKTA)
    for number in range(4):
        await admin.account(f"m{number}a@x.y")
        await admin.world.created("/Users", user(f"M{number}B@x.y", displayName=f"Person {number}"))
        await okta.created("/Users", user(f"m{number}c@x.y", "13", active=number % 2 == 0))
    return okta


async def test_an_account_is_found_whoever_manages_it(admin: AdminWorld, accounts: Accounts) -> None:
    okta = await admin.world.provided(OKTA)
    ids = [await each.created("/Users", user(f"{each.provider.id}@x.y")) for each in (admin.world, okta)]
    native = await admin.account("native@x.y")

    found = [await accounts.get(id_) for id_ in (*ids, native.id)]

    assert [account.provider for account in found if account] == ["entra", "okta", NATIVE]
    for nobody in ("", "x", "a|b", "#", "00000000-0000-7000-8000-000000000000"):
        assert await accounts.get(nobody) is None
        assert await accounts.tombstone(nobody) is None


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
async def test_owners_are_merged_by_name(admin: AdminWorld, accounts: Accounts, limit: int) -> None:
    """R129."""
    await populated(admin)

    names = await everybody(accounts, AccountFilter(), limit)

    assert names == sorted(names, key=str.lower)
    assert len(names) == 13


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (AccountFilter(managed_by=Management.NATIVE), ["boss@contoso.com", *(f"m{n}a@x.y" for n in range(4))]),
        (AccountFilter(managed_by=Management.SCIM, states=frozenset({AccountState.INACTIVE})),
         ["m1c@x.y", "m3c@x.y"]),
        (AccountFilter(provider="entra"), [f"M{n}B@x.y" for n in range(4)]),
        (AccountFilter(provider="nobody"), []),
        (AccountFilter(type=AccountType.TECHNICIAN), ["boss@contoso.com", *(f"m{n}a@x.y" for n in range(4))]),
        (AccountFilter(type=AccountType.ADMINISTRATOR), ["boss@contoso.com"]),
        (AccountFilter(organization="13"), [f"m{n}c@x.y" for n in range(4)]),
        (AccountFilter(search="M2"), ["m2a@x.y", "M2B@x.y", "m2c@x.y"]),
        (AccountFilter(search="3 pers"), ["M3B@x.y"]),
        (AccountFilter(search="M2c@X.Y"), ["m2c@x.y"]),
        (AccountFilter(search="m", type=AccountType.END_USER, provider="okta"), [f"m{n}c@x.y" for n in range(4)]),
    ],
)  # fmt: skip
async def test_pages_hold_exactly_what_is_asked_for(
    admin: AdminWorld, accounts: Accounts, wanted: AccountFilter, expected: list[str]
) -> None:
    """R129."""
    await populated(admin)

    assert await everybody(accounts, wanted, 2) == expected


async def test_an_organization_of_many_is_walked_through(
    admin: AdminWorld, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_lists, "MAX_FOUND", 2)
    await populated(admin)

    assert await everybody(accounts, AccountFilter(organization="13"), 3) == [f"m{n}c@x.y" for n in range(4)]
    page = await accounts.page(AccountFilter(search="m"), "", 100)
    assert (len(page.accounts), page.is_cut) == (6, True)


async def test_a_page_that_has_looked_far_enough_ends_and_the_next_goes_on(
    admin: AdminWorld, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_lists, "MAX_CALLS", 1)
    okta = await populated(admin)
    for number in range(20):
        await admin.account(f"a{number:02}@x.y")
    await okta.created("/Users", user("zoe@x.y", "All"))

    assert await everybody(accounts, AccountFilter(organization="All"), 1) == ["zoe@x.y"]


@pytest.mark.parametrize("name", ["Ünal@x.y", "o'brien#EXT#@x.y", "日本@x.y", "😀@x.y", "a b|c/d@x.y", "x" * 300])
async def test_every_name_has_its_place(admin: AdminWorld, accounts: Accounts, name: str) -> None:
    await admin.world.created("/Users", user(name))
    await admin.world.created("/Users", user(f"{name}z"))

    assert set(await everybody(accounts, AccountFilter(provider="entra"), 1)) == {name, f"{name}z"}
    assert await everybody(accounts, AccountFilter(search=f"{name}z")) == [f"{name}z"]
    assert len(await everybody(accounts, AccountFilter(search=name.upper()))) == 2


async def test_who_is_there_throughout_is_seen_exactly_once_while_others_come_and_go(
    admin: AdminWorld, accounts: Accounts
) -> None:
    """Among those who stay, some are adopted from page to page."""
    staying = [f"m{number:02}@contoso.com" for number in range(12)]
    for name in staying:
        await admin.account(name, technician=False)
    going = {number: (await admin.account(f"g{number}@x.y")) for number in range(6)}
    seen: list[str] = []
    position: str | None = ""
    step = 0
    while position is not None:
        page = await accounts.page(AccountFilter(), position, 3)
        seen += [account.user_name for account in page.accounts]
        position = page.next
        await admin.account(f"n{step}@x.y")
        if step in going:
            found = await accounts.get(going[step].id)
            assert found is not None
            await admin.services.users.delete(found, [], admin.world.activity(found.id))
        adopted = await admin.services.users.find_by_name(staying[-1 - step % 12], {NATIVE})
        if adopted is not None:
            await admin.services.users.update(adopted, replace(adopted, provider="entra"), admin.world.activity(""))
        step += 1

    assert [name for name in seen if name in staying] == staying
    assert len(seen) == len(set(seen))


async def test_nobody_is_missed_on_a_page_that_is_read_while_they_are_adopted(
    admin: AdminWorld, accounts: Accounts
) -> None:
    users = [await admin.account(f"m{number}@contoso.com") for number in range(8)]

    async def adopt() -> None:
        for each in users:
            await admin.services.users.update(each, replace(each, provider="entra"), admin.world.activity(each.id))

    reads = [accounts.page(AccountFilter(), "", 50) for _ in range(12)]
    results: Sequence[AccountPage | User | None] = await asyncio.gather(
        *reads, *(accounts.get(each.id) for each in users for _ in range(4)), adopt()
    )

    for page in results[:12]:
        assert isinstance(page, AccountPage)
        assert [account.user_name for account in page.accounts][1:] == [each.user_name for each in users]
    assert None not in results[12:-1]


async def test_an_edit_of_both_halves_is_one_change(admin: AdminWorld, accounts: Accounts) -> None:
    before = await admin.account("tess@x.y")
    after = replace(before, text=document_text({**before.document(), "title": "x"}))
    profile = Profile(account_id=before.id, phone="1")

    user_, stored = await accounts.edit(before, after, profile, admin.world.activity(before.id))

    assert await accounts.get(before.id) == user_
    assert await admin.services.profiles.get(before.id) == stored
    assert (stored.phone, user_.version != before.version) == ("1", True)
    known = await directory(admin.world.rows)
    stale = [
        (before, replace(after, text=document_text({**before.document(), "title": "y"})), stored),
        (user_, after, profile),
        (user_, user_, profile),
    ]
    for first, then, settings in stale:
        with pytest.raises(VersionConflict):
            await accounts.edit(first, then, settings, admin.world.activity(before.id))
    assert await directory(admin.world.rows) == known
    same, stored = await accounts.edit(user_, user_, replace(stored, phone="2"), admin.world.activity(before.id))
    assert same.version == user_.version
    assert kinds(await directory(admin.world.rows))["a"] == kinds(known)["a"] + 1
    assert await violations(admin.world.rows) == []


async def test_a_deleted_account_is_found_restored_or_purged(admin: AdminWorld, accounts: Accounts) -> None:
    """AMB-1."""
    id_ = await admin.world.created("/Users", user("li@x.y"))
    await admin.world.call("DELETE", f"/Users/{id_}")
    now = admin.clock.now()

    tombstone = await accounts.tombstone(id_)
    assert tombstone is not None
    assert (tombstone.deleted_at, tombstone.user.user_name) == (now, "li@x.y")
    assert await everybody(accounts, DELETED) == ["li@x.y"]
    assert await everybody(accounts, replace(DELETED, deleted_after=now)) == []
    assert await accounts.deleted_before(now, 10) == []
    assert await accounts.deleted_before(now + timedelta(seconds=1), 10) == [id_]

    restored = await accounts.restore(tombstone, tombstone.restored("entra", now), admin.world.activity(id_))
    assert await accounts.get(id_) == restored
    assert await accounts.tombstone(id_) is None
    assert not await accounts.purge(id_)
    assert await accounts.get(id_) == restored
    with pytest.raises((VersionConflict, NameTaken)):
        await accounts.restore(tombstone, tombstone.restored("entra", now), admin.world.activity(id_))
    assert await violations(admin.world.rows) == []


async def test_the_queue_of_adoptions(admin: AdminWorld, accounts: Accounts) -> None:
    """AMB-22."""
    native, now = await admin.account("li@x.y"), admin.clock.now()
    assert not await accounts.reject_adoption("entra", native.id, now)
    await admin.services.users.ask_for_adoption(admin.world.provider, native.id, now)
    (request,) = await accounts.adoption_requests("entra")
    assert (request.account_id, request.asked_at, request.rejected_at) == (native.id, now, None)
    assert await accounts.adoption_requests("okta") == []

    assert await accounts.reject_adoption("entra", native.id, now)
    later = admin.clock.advance(minutes=1)
    await admin.services.users.ask_for_adoption(admin.world.provider, native.id, later)
    (request,) = await accounts.adoption_requests("entra")
    assert (request.asked_at, request.rejected_at) == (later, now)

    assert await accounts.settle_adoption("entra", native.id)
    assert not await accounts.settle_adoption("entra", native.id)
    assert await accounts.adoption_requests("entra") == []
    for id_ in ("x", "a|b", "#"):
        assert not await accounts.settle_adoption("entra", id_)
        assert not await accounts.reject_adoption("entra", id_, now)


async def test_after_its_time_nothing_is_left_of_a_person(admin: AdminWorld, accounts: Accounts) -> None:
    """AMB-1: two runs at once, and one that was missed for a month, take everything away, and nobody else."""
    gone, stays = await equipped(admin, "gone@x.y"), await equipped(admin, "stays@x.y")
    found = await accounts.get(gone)
    assert found is not None
    await admin.services.users.delete(found, [], admin.world.activity(gone))
    admin.clock.advance(seconds=(RETENTION + SLACK).total_seconds() - 1)
    await chores(admin.world.app)["PurgeTombstones"]()
    assert await accounts.tombstone(gone) is not None

    admin.clock.advance(days=30)
    jobs = admin.world.app.jobs
    await asyncio.gather(
        *(chores(admin.world.app)["PurgeTombstones"]() for _ in range(2)), jobs.run_due(admin.clock.now())
    )

    assert await mentions(admin, gone) == {"a|", "sesidx"}  # ids and names in the log, and the index of old sessions
    assert len(await mentions(admin, stays)) > 6
    await chores(admin.world.app)["PurgeTombstones"]()
    assert await violations(admin.world.rows) == []


async def equipped(admin: AdminWorld, name: str) -> str:
    """A native technician with everything that somebody can have."""
    account = await admin.account(name)
    person = await Person(admin, account).equip()
    await person.sign_in()
    await admin.as_(account)
    await admin.services.users.ask_for_adoption(admin.world.provider, account.id, admin.clock.now())
    profile = await admin.services.profiles.get(account.id)
    given = NativeRole(role="r1", added_by="Ben", added_at=admin.clock.now())
    await admin.services.profiles.save(replace(profile, phone="1", roles=(given,)))
    return account.id


async def mentions(admin: AdminWorld, id_: str) -> set[str]:
    """Kinds of rows that name an account anywhere."""
    rows = admin.world.rows
    found = set()
    for key, row in (await directory(rows)).items():
        if id_ in f"{key}{dict(row.columns)}":
            found.add(key[:2])
    for partition in ("cred", "sesidx", "pat", "attempt", f"ses|{id_}", f"patidx|{id_}"):
        page = await rows.query(CONFIG, partition, KeyRange(" ", "\uffff"))
        if any(id_ in f"{partition}{row.row_key}{json.dumps(dict(row.columns), default=str)}" for row in page.rows):
            found.add(partition.partition("|")[0])
    return found
