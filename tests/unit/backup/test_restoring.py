"""Export, wipe, restore: the directory is what it was, and the app works on it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from ops.backup import directory as plan
from ops.backup.folder import FolderStore
from ops.backup.kinds import KINDS
from ops.backup.restore import READ, WRITTEN, BrokenOff, NotEmpty, restore
from scim.domain.people import AuthenticationType
from scim.storage.tables import keys
from scim.storage.tables.keys import CONFIG, DIRECTORY, PARTITION
from scim.storage.tables.rows import Delete, Insert, Upsert
from tests.backups import Tenant, backed_up, contents, restored
from tests.fakes.rows import FakeRows, FaultyRows, fail_after, fail_before, on_writes
from tests.invariants import directory, kinds, violations
from tests.people import Person
from tests.world import user


@pytest.fixture
async def tenant():
    return await Tenant.on(FakeRows())


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path)


async def test_the_restored_directory_is_the_one_that_was_exported(tenant, store):
    """Documents, memberships, indexes, activities, roles, organizations, tokens: row by row."""
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)

    rows, report = await restored(store, name)

    assert contents(rows) == contents(tenant.world.rows)
    assert await violations(rows) == []
    changed = (plan.MADE, plan.CORRECTED, plan.LEFT_OUT, plan.TOTALS, plan.ADMINISTRATORS, plan.LEFT_OUT_MEMBERSHIP)
    assert [report[each] for each in changed] == [0] * len(changed)
    assert report[READ] > 200
    assert report[WRITTEN] < report[READ]


async def test_the_app_works_on_what_is_restored(tenant, store):
    rows, _ = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))
    before = await tenant.world.call("GET", f"/Users/{tenant.people[0]}")
    world = await tenant.world.instance(rows)

    after = await world.call("GET", f"/Users/{tenant.people[0]}")
    listed = await world.call("GET", "/Users", filter='emails.value eq "PERSON3@contoso.com"')
    group = await world.call("GET", f"/Groups/{tenant.group}")
    created = await world.call("POST", "/Users", user("new@contoso.com"))
    taken = await world.call("POST", "/Users", user("RENAMED@contoso.com"))
    total = await world.call("GET", "/Users", count=0)

    assert before.json["meta"].pop("version") != after.json["meta"].pop("version")
    assert after.json == before.json
    assert [each["id"] for each in listed.json["Resources"]] == [tenant.people[3]]
    assert len(group.json["members"]) == 4
    assert (created.status, taken.status) == (201, 409)
    assert total.json["totalResults"] == len(tenant.people) + 1
    assert await violations(rows) == []


async def test_a_version_from_before_is_refused_once(tenant, store):
    rows, _ = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))
    path = f"/Users/{tenant.people[1]}"
    old = (await tenant.world.call("GET", path)).json["meta"]["version"]
    world = await tenant.world.instance(rows)

    refused = await world.call("PUT", path, user("person1@contoso.com"), headers={"If-Match": old})
    new = (await world.call("GET", path)).json["meta"]["version"]
    accepted = await world.call("PUT", path, user("person1@contoso.com"), headers={"If-Match": new})

    assert (refused.status, accepted.status) == (412, 200)


async def test_the_administrator_signs_in_anew_and_no_session_or_access_token_lives_on(tenant, store):
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)
    rows, report = await restored(store, name)
    world = await tenant.world.instance(rows)
    boss, script = tenant.boss, tenant.admin
    boss.admin.world = script.world = world

    old = await boss.call("GET", "/session")
    by_token = await script.call("GET", "/organizations")
    again = await boss.sign_in()

    assert (old.status, by_token.status, again.status) == (401, 401, 201)
    assert report["sessions left out"] == 1
    assert report["personal access tokens left out"] == 1
    assert await world.app.administration.services.administrator_guard.has_active()


async def test_who_signs_in_at_a_provider_is_not_noted_as_able_to_sign_in_natively(tenant, store):
    """AMB-11: else the last one who can could be switched off after restoring."""
    services = tenant.world.app.administration.services
    other = (
        await Person(tenant.admin, await tenant.admin.account("chief@contoso.com", administrator=True)).equip()
    ).user
    profile = await services.profiles.get(other.id)
    await services.profiles.save(replace(profile, authentication_type=AuthenticationType.SSO))
    rows, _ = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))
    guard = (await tenant.world.instance(rows)).app.administration.services.administrator_guard

    assert await guard.is_last(tenant.boss.user)
    assert not await guard.is_last(other)


async def test_a_token_that_was_revoked_since_stays_dead(tenant, store):
    """The backup's record says that it is alive; the vault, which no backup holds, knows better."""
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)
    [token] = await tenant.world.app.tokens.of("entra")
    proof = await tenant.boss.proof("revokeToken", token.id)
    path = f"/identity-providers/entra/scim/tokens/{token.id}:revoke"
    revoked = await tenant.boss.call("POST", path, headers={"x-step-up-proof": proof})
    assert revoked.status < 300, revoked
    rows, _ = await restored(store, name)
    world = await tenant.world.instance(rows)

    assert (await world.app.tokens.get(token.id)).ending is None
    assert (await world.call("GET", "/Users")).status == 401


async def test_a_deleted_user_can_be_restored_after_restoring(tenant, store):
    rows, _ = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))
    tenant.boss.admin.world = await tenant.world.instance(rows)
    await tenant.boss.sign_in()

    reply = await tenant.boss.call("POST", f"/users/{tenant.deleted}:restore")

    assert reply.status == 200, reply
    assert await violations(rows) == []


async def test_activities_of_the_time_of_the_backup_are_put_into_their_lists_again(tenant, store):
    """A month may be read while activities are moved there, one list after the other."""
    world = tenant.world
    user_id = await world.created("/Users", user("late@contoso.com"))
    world.clock.advance(minutes=6)
    await world.app.chores["DrainActivities"]()
    month = f"activity{world.clock.now():%Y%m}"
    torn = [place for place in world.rows.contents(month) if user_id in place[1] and "subject|" in place[1]]
    assert torn
    for partition, row_key in torn:
        await world.rows.batch(month, partition, [Delete(row_key)])

    rows, report = await restored(store, await backed_up(world.rows, store, world.clock))
    other = await world.instance(rows)
    await other.app.chores["DrainActivities"]()

    assert report["activities to be put into their lists again"] >= 1
    assert torn[0] in rows.contents(month)
    assert kinds(await directory(rows))["a"] == 0
    assert world.rows.contents(month).items() <= rows.contents(month).items()


@pytest.mark.parametrize("table", [DIRECTORY, CONFIG, "activity202601"])
async def test_an_account_with_rows_is_refused_and_left_alone(tenant, store, table):
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)
    rows = FakeRows()
    await rows.insert(table, "somewhere", Insert("something", {}))

    with pytest.raises(NotEmpty, match=rf"(?s)The table {table} has rows.*empty account only.*--name {table}\b"):
        await restore(rows, store, name)

    assert contents(rows).keys() == {(table, "somewhere", "something")}


async def test_storage_that_refuses_for_now_is_asked_again(tenant, store):
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)
    rows = FakeRows()

    await restore(FaultyRows(rows, on_writes({2: fail_before, 4: fail_after})), store, name)

    assert contents(rows) == contents(tenant.world.rows)


async def test_who_breaks_off_is_told_what_to_delete_before_the_next_try(tenant, store, monkeypatch):
    monkeypatch.setattr("ops.backup.restore.ATTEMPTS", 1)
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)
    rows = FakeRows()

    with pytest.raises(BrokenOff, match=r"(?s)start anew.*wait a minute") as broken:
        await restore(FaultyRows(rows, on_writes({3: fail_before})), store, name)

    named = set(re.findall(r"--name (\w+)", str(broken.value)))
    assert {table for table, _, _ in contents(rows)} <= named
    for table in named:
        await rows.drop_table(table)
    await restore(rows, store, name)
    assert contents(rows) == contents(tenant.world.rows)


async def test_tokens_and_providers_are_written_last(tenant, store):
    """Half a directory must look like no tenant at all: an identity provider would fill it with doubles."""
    name = await backed_up(tenant.world.rows, store, tenant.admin.clock)
    order = []

    def note(call):
        if call.verb == "batch":
            order.append(call.table)

    await restore(FaultyRows(FakeRows(), note), store, name)

    assert order.index(CONFIG) == len(order) - order.count(CONFIG)


# What a reader of a living table may see


async def test_a_user_who_moved_behind_the_reader_is_found_by_the_second_look(tenant, store):
    """Adopted while the reader is between the users of providers and native accounts, it is in neither place."""
    native = await tenant.world.native("mover@contoso.com")
    slow = tenant.world.rows.copy()
    slow._page_rows = 1
    world = await tenant.world.instance(slow)
    moves = count()

    def adopt_behind_the_reader(call):
        if call.verb == "scan" and '"u|native|' in (call.detail or "") and not next(moves):
            return adopt
        return None

    async def adopt(scan):
        await world.app.users.update(native, replace(native, provider="entra"), world.activity(native.id))
        return await scan()

    name = await backed_up(FaultyRows(slow, adopt_behind_the_reader), store, world.clock)
    rows, _ = await restored(store, name)

    assert next(moves) > 1
    assert keys.user("entra", native.id) in await directory(rows)
    assert await violations(rows) == []


async def test_a_user_who_was_read_twice_is_where_it_was_last(tenant, store):
    """Released while the reader is between the users of providers and native accounts, it is in both places."""
    slow = tenant.world.rows.copy()
    slow._page_rows = 1
    world = await tenant.world.instance(slow)
    user_id = tenant.people[0]
    moves = count()

    def release_ahead_of_the_reader(call):
        if call.verb == "scan" and '"u|native|' in (call.detail or "") and not next(moves):
            return release
        return None

    async def release(scan):
        before = await world.app.users.get("entra", user_id)
        groups = await world.app.users.groups_of(user_id)
        after = replace(before, provider="native")
        await world.app.users.release(before, after, groups, world.activity(user_id))
        return await scan()

    name = await backed_up(FaultyRows(slow, release_ahead_of_the_reader), store, world.clock)
    rows, report = await restored(store, name)

    found = await directory(rows)
    assert keys.user("native", user_id) in found
    assert keys.user("entra", user_id) not in found
    assert keys.member(tenant.group, user_id) not in found
    assert report[plan.LEFT_OUT_DOUBLE] == 1
    assert await violations(rows) == []


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ODDITIES = {
    "an index row without its user": (Upsert("x|entra|nobody|" + "0" * 36, {}), plan.LEFT_OUT),
    "a row of an unknown kind": (Upsert("zz|junk", {}), plan.LEFT_OUT_UNKNOWN),
    "a membership of nobody": (
        Upsert("m|" + "0" * 36 + "|" + "1" * 36, {"type": "User"}),
        plan.LEFT_OUT_MEMBERSHIP,
    ),
    "a request for the adoption of nobody": (Upsert("q|entra|" + "0" * 36, {"v": 1}), plan.LEFT_OUT_BELONGINGS),
    "a total that is wrong": (Upsert("c|u|entra|odd", {"n": 5}), plan.TOTALS),
    "a reservation of somebody else": (
        Upsert(keys.user_name("person0@contoso.com"), {"v": 1, "provider": "entra", "id": "1" * 36}),
        plan.CORRECTED,
    ),
    "a missing index row": (Delete(keys.display_name("entra", "Helpdesk")), plan.MADE),
    "work that is long done": (
        Upsert(
            "j|" + "0" * 36 + "|" + "1" * 36,
            {
                "v": 1,
                "kind": "forgetMember",
                "provider": "entra",
                "done": 0,
                "total": 0,
                "started": NEW_YEAR,
                "due": NEW_YEAR,
            },
        ),
        plan.LEFT_OUT_WORK,
    ),
}


@pytest.mark.parametrize(("oddity", "reported"), ODDITIES.values(), ids=ODDITIES)
async def test_half_of_a_transaction_is_made_whole_and_told(tenant, store, oddity, reported):
    whole = contents(tenant.world.rows)
    await tenant.world.rows.batch(DIRECTORY, PARTITION, [oddity])

    rows, report = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))

    assert report[reported] == 1
    assert contents(rows) == whole
    assert await violations(rows) == []


async def test_of_two_who_hold_one_name_the_one_written_last_stays_and_the_other_is_named(tenant, store):
    world = tenant.world
    row = await world.rows.get(DIRECTORY, PARTITION, keys.user("entra", tenant.people[1]))
    double = keys.user("entra", tenant.people[1][:-1] + "z".replace("z", "0" if tenant.people[1][-1] != "0" else "1"))
    await world.rows.insert(DIRECTORY, PARTITION, Insert(double, row.columns))

    rows, report = await restored(store, await backed_up(world.rows, store, world.clock))

    assert double in await directory(rows)
    assert row.row_key not in await directory(rows)
    assert f"{plan.LEFT_OUT_NAME}: {row.row_key}" in "\n".join(report.lines())
    assert await violations(rows) == []


async def test_an_accepted_change_of_members_that_was_under_way_is_finished_by_the_app(tenant, store):
    """The app's promise that no PATCH is left half done holds across a restoration."""
    world = tenant.world
    many = await world.users(120, "many")
    written = count()
    killed = await world.instance(
        FaultyRows(
            world.rows, lambda call: fail_before if call.table == DIRECTORY and call.write and next(written) else None
        )
    )
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
    body["Operations"] = [{"op": "add", "path": "members", "value": [{"value": id_} for id_ in many]}]
    await killed.call("PATCH", f"/Groups/{tenant.group}", body)
    assert kinds(await directory(world.rows))["j"] == 1

    rows, _ = await restored(store, await backed_up(world.rows, store, world.clock))
    other = await world.instance(rows)
    other.clock.advance(minutes=5)
    await other.app.chores["SweepJobs"]()

    found = await directory(rows)
    assert sum(key.startswith(f"m|{tenant.group}|") for key in found) == 4 + len(many)
    assert await violations(rows) == []


UNREADABLE = {
    "a user whose document is none": ("u|native|x", {"doc0": "{", "created": NEW_YEAR, "modified": NEW_YEAR}),
    "a user of an unknown type": ("u|native|x", {"doc0": "{}", "userType": "robot"}),
    "a user without an id": ("u|native", {}),
    "a deleted user without a document": ("t|native|x", {}),
    "a group without a document": ("g|native|x", {}),
    "a membership of one": ("m|x", {}),
    "a request of one": ("q|x", {}),
    "a profile without roles": ("p|x", {}),
    "a role without a name": ("ro|x", {}),
    "an organization without a state": ("o|x", {}),
    "a total of nothing": ("c|u|native|x", {}),
    "work on no resource": ("j|x", {}),
    "an activity without facts": ("a|x|y", {}),
}


@pytest.mark.parametrize(("row_key", "columns"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_row_that_cannot_be_read_is_left_out_and_named_and_all_others_come_back(
    tenant, store, row_key, columns
):
    whole = contents(tenant.world.rows)
    await tenant.world.rows.batch(DIRECTORY, PARTITION, [Upsert(row_key, columns)])

    rows, report = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))

    assert f"{plan.LEFT_OUT_UNREADABLE}: {row_key}" in "\n".join(report.lines())
    assert report.left_out == 1
    assert contents(rows) == whole


async def test_credentials_that_cannot_be_read_are_left_out_and_all_others_come_back(tenant, store):
    whole = contents(tenant.world.rows)
    place = (CONFIG, "cred", tenant.people[0])
    await tenant.world.rows.insert(*place[:2], Insert(place[2], {"v": 1}))

    rows, report = await restored(store, await backed_up(tenant.world.rows, store, tenant.admin.clock))

    assert report.left_out == 1
    assert contents(rows) == whole


def test_every_kind_of_row_is_primary_or_derived_or_passing():
    """A kind that is new in the table of `keys` must be put where it belongs, or restoring would lose it."""
    documented = set(re.findall(r"^\| `(\w+)\|", keys.__doc__, re.MULTILINE))
    assert documented == plan.PRIMARY | plan.DERIVED | plan.COUNTED | plan.PASSING == KINDS.keys()
