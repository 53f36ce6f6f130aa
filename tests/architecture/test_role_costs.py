"""What organizations, roles and group mapping cost: exact numbers of storage calls and of rows written.

The group of ten thousand is put into storage without a request for each member. Then the preview of a mapping is
compared with the roles of all members, read one by one before and after the mapping is saved.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import batched

import pytest

from scim.admin import mapping, organizations, roles, user_roles
from scim.admin.context import Context, Principal
from scim.admin.effective_roles import circumstances
from scim.admin.mapping import Wanted
from scim.domain.groups import Member
from scim.domain.people import NativeRole, Profile
from scim.domain.roles import RoleTemplate, effective
from scim.domain.users import Standing, User, UserType
from scim.storage.tables import entities, keys
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Row
from tests.fakes.rows import CountingRows, FakeRows
from tests.invariants import activities, directory
from tests.world import World, group, user

MEMBERS = 10_000
TECHNICIAN, END_USER = UserType.TECHNICIAN, UserType.END_USER


@dataclass(frozen=True)
class Scene:
    """A tenant, and a system administrator who has just signed in."""

    world: World
    rows: FakeRows
    counting: CountingRows
    context: Context

    @property
    def services(self):
        return self.context.services


async def build() -> Scene:
    rows = FakeRows()
    counting = CountingRows(rows)
    world = await World.on(counting)
    boss = Principal(
        account_id="boss", name="Boss", user_type=TECHNICIAN, administrator=True, verified_at=world.clock.now()
    )
    return Scene(world, rows, counting, Context(services=world.app.administration.services, principal=boss))


@dataclass(frozen=True)
class Crowd:
    """Ten thousand people in one group, some of them in another, some with Native roles, some inactive."""

    scene: Scene
    people: list[User]
    group: str
    l1: str
    l2: str
    portal: str

    async def effective_roles(self) -> dict[str, frozenset[str]]:
        """What everybody's own page would show."""
        found = {}
        for some in batched(self.people, 500, strict=False):
            known = await asyncio.gather(*(circumstances(self.scene.services, person) for person in some))
            found |= {each.person.account_id: effective(each.person, each.rules) for each in known}
        return found


@pytest.fixture
async def crowd() -> Crowd:
    return await crowd_of(MEMBERS)


async def crowd_of(members: int) -> Crowd:
    scene = await build()
    big, other = [await scene.world.created("/Groups", group(name)) for name in ("Big", "Other")]
    l1, l2 = [(await roles.create(scene.context, name, TECHNICIAN)).id for name in ("L1", "L2")]
    portal = (await roles.create(scene.context, "Portal", END_USER)).id
    people = [person(scene, number) for number in range(members)]
    for number, each in enumerate(people):
        put(scene, keys.user(each.provider, each.id), entities.user_columns(each))
        join(scene, big, each.id)
        if number % 7 == 0:
            join(scene, other, each.id)
        if number % 11 == 0:
            given = NativeRole(role=l2, added_by="Ana", added_at=each.created)
            await scene.services.profiles.save(Profile(account_id=each.id, roles=(given,)))
    await mapping.save(scene.context, "entra", other, Wanted(technician_roles=(l2,)), None)
    await mapping.save(scene.context, "entra", big, Wanted(technician_roles=(l1,)), None)
    return Crowd(scene, people, big, l1, l2, portal)


def person(scene: Scene, number: int) -> User:
    """Three of five are technicians; one of ten is inactive."""
    kind = TECHNICIAN if number % 5 < 3 else END_USER
    now = scene.world.clock.now()
    return User(
        id=scene.world.app.identifiers.new(),
        provider="entra",
        text=f'{{"userName":"user{number}@contoso.com"}}',
        created=now,
        modified=now,
        standing=Standing(
            user_type=kind, organization=None if kind is TECHNICIAN else "12", active=number % 10 > 0, contact=None
        ),
    )


def put(scene: Scene, key: str, columns: Mapping) -> None:
    scene.rows._partitions[DIRECTORY, PARTITION].put(Row(key, columns, scene.rows._next_etag()))


def join(scene: Scene, group_id: str, member_id: str) -> None:
    for key in (keys.member(group_id, member_id), keys.membership(member_id, group_id)):
        put(scene, key, entities.member_columns(Member(member_id, "User")))


async def test_mapping_ten_thousand_members_writes_one_row_and_does_what_its_preview_said(crowd: Crowd) -> None:
    """R086, R087, AMB-24, AMB-33, AMB-34."""
    scene, wanted = crowd.scene, Wanted(technician_roles=(crowd.l2,), end_user_roles=(crowd.portal,))
    before = await crowd.effective_roles()
    _, preview = await mapping.preview(scene.context, "entra", crowd.group, wanted)
    recorded = len(activities(await directory(scene.rows)))
    scene.counting.reset()

    await mapping.save(scene.context, "entra", crowd.group, wanted, None)

    writes = [(table, detail) for verb, table, detail in scene.counting.log if verb in {"batch", "insert"}]
    assert [table for table, _ in writes] == [DIRECTORY]
    assert [operation.row_key.partition("|")[0] for operation in writes[0][1]] == ["gm", "a"]
    assert scene.counting.rows_written == 2
    assert len(activities(await directory(scene.rows))) == recorded + 1
    after = await crowd.effective_roles()

    names = {crowd.l1: "L1", crowd.l2: "L2", crowd.portal: "Portal"}
    seen = {
        name: (
            sum(role in after[id_] - before[id_] for id_ in before),
            sum(role in before[id_] - after[id_] for id_ in before),
            sum(role in before[id_] & after[id_] for id_ in before),
        )
        for role, name in names.items()
    }
    assert {each.role.name: (each.gain, each.lose, each.keep) for each in preview.roles} == seen
    assert all(sum(numbers) for numbers in seen.values()), "the case is not trivial"
    assert seen["L2"][2] > 0, "some had it already, natively or by the other group"
    changed = sorted(id_ for id_ in before if before[id_] != after[id_])
    assert preview.affected == len(changed)
    assert [each.account_id for _, each in preview.people] == changed[:100]
    assert all(
        (each.gains, each.loses)
        == (
            tuple(sorted(after[each.account_id] - before[each.account_id])),
            tuple(sorted(before[each.account_id] - after[each.account_id])),
        )
        for _, each in preview.people
    )
    assert preview.inactive == MEMBERS // 10
    assert (preview.technicians, preview.end_users) == (6_000, 4_000)


async def test_a_preview_of_ten_thousand_reads_in_bulk_and_writes_nothing(crowd: Crowd) -> None:
    scene, wanted = crowd.scene, Wanted(technician_roles=(crowd.l2,))
    scene.counting.reset()
    await mapping.preview(scene.context, "entra", crowd.group, wanted)
    assert scene.counting.rows_written == 0
    # provider, group, mapping, the other mapped group; then the names of the first hundred
    assert scene.counting.calls["get"] == 4 + 100
    # roles twice, a thousand members, mappings; ten thousand members, 1,429 of the other group, Native holders of two
    # roles; ten thousand users
    assert scene.counting.calls["query"] == 4 + 10 + 2 + 2 + 10
    assert set(scene.counting.calls) == {"get", "query"}


async def test_the_preview_of_a_deletion_is_the_difference_that_it_makes() -> None:
    """R125."""
    crowd = await crowd_of(1_000)
    scene = crowd.scene
    before = await crowd.effective_roles()
    preview = await roles.deletion_preview(scene.context, crowd.l2)
    await roles.delete(scene.context, crowd.l2, None, force=True)
    after = await crowd.effective_roles()
    lost = sorted(id_ for id_ in before if before[id_] != after[id_])
    assert all(before[id_] - after[id_] == {crowd.l2} for id_ in lost)
    assert [(each.gain, each.lose, each.keep) for each in preview.roles] == [(0, len(lost), 0)]
    assert preview.affected == len(lost) > 100


# Each screen's storage calls


async def small() -> tuple[Scene, dict[str, str]]:
    """Four people in each of three groups, two roles, one mapping."""
    scene = await build()
    people = [await scene.world.created("/Users", user(f"u{number}@x.y")) for number in range(4)]
    groups = [await scene.world.created("/Groups", group(f"G{number}", people)) for number in range(3)]
    portal = (await roles.create(scene.context, "Portal", END_USER)).id
    tickets = (await roles.create(scene.context, "Tickets", END_USER, template=RoleTemplate.BLANK)).id
    await mapping.save(scene.context, "entra", groups[0], Wanted(end_user_roles=(portal,)), None)
    await scene.world.app.background.drain()
    return scene, {"user": people[0], "group": groups[0], "portal": portal, "tickets": tickets}


type Work = Callable[[Context, Mapping[str, str]], Awaitable[object]]
BUDGETS: dict[str, tuple[Work, int, int]] = {
    # what: the use case, storage calls, rows written
    "organizations": (lambda c, _: organizations.page(c, "", "", 50), 1 + 2, 0),
    "organization": (lambda c, _: organizations.details(c, "12"), 2, 0),
    # the ids in use; organization, name and activity; the organization again
    "new organization": (lambda c, _: organizations.create(c, "New"), 3, 3),
    "rename": (lambda c, _: organizations.rename(c, "12", "New", None), 2, 4),
    # the organization, the providers, its end users
    "delete organization": (lambda c, _: organizations.delete(c, "13", None), 4, 3),
    # roles, mappings; the holders of each; the mapped group
    "roles": (lambda c, _: roles.page(c, None, "", 50), 2 + 2 + 1, 0),
    "role": (lambda c, ids: roles.details(c, ids["portal"]), 3 + 1, 0),
    # how many there are; role, name and activity
    "new role": (lambda c, _: roles.create(c, "New", TECHNICIAN), 2, 3),
    # role, mappings, holders; role, name, mark and activity
    "delete role": (lambda c, ids: roles.delete(c, ids["tickets"], None, force=False), 4, 4),
    # provider, groups, their number, mappings, roles; the members of each; the types of four people
    "groups": (lambda c, _: mapping.groups(c, "entra", "", 50), 5 + 3 + 4, 0),
    # provider, group, mapping, members, roles; the types of four people
    "group": (lambda c, ids: mapping.details(c, "entra", ids["group"]), 5 + 4, 0),
    # provider, group, roles, mapping, members; mapping and activity
    "map": (lambda c, ids: mapping.save(c, "entra", ids["group"], Wanted(), None), 6, 2),
    # providers, the account at each; profile, groups, roles, mappings; the mapped group; the provider
    "roles of an account": (lambda c, ids: user_roles.roles_of(c, ids["user"]), 3 + 4 + 1 + 1, 0),
    # the account, the role; as above; profile again, and profile, holder and activity; the provider
    "give": (lambda c, ids: user_roles.give(c, ids["user"], ids["tickets"]), 3 + 1 + 5 + 2 + 1, 3),
}


@pytest.mark.parametrize("what", BUDGETS)
async def test_a_screen_makes_this_many_calls(what: str) -> None:
    work, calls, written = BUDGETS[what]
    scene, ids = await small()
    scene.counting.reset()
    await work(scene.context, ids)
    assert (sum(scene.counting.calls.values()), scene.counting.rows_written) == (calls, written), Counter(
        (verb, table) for verb, table, _ in scene.counting.log
    )
