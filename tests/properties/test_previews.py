"""Previews of changes of roles, against what is seen when the change is made: for small tenants of every kind."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from scim.admin import mapping, roles, user_roles
from scim.admin.context import Context, Principal
from scim.admin.effective_roles import circumstances
from scim.admin.mapping import Wanted
from scim.domain.groups import Member
from scim.domain.people import NativeRole, Profile
from scim.domain.roles import effective
from scim.domain.users import Standing, User, UserType
from scim.storage.tables import entities, keys
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Upsert
from tests.fakes.rows import FakeRows
from tests.world import World, group

TECHNICIANS, END_USERS = range(2), range(2, 4)
"""Roles by number: two for each type."""
GROUPS = range(3)


class Tenant:
    """People, roles and mapped groups as drawn."""

    def __init__(self, world):
        self.world = world
        self.services = world.app.administration.services
        boss = Principal(
            account_id="boss",
            name="Boss",
            user_type=UserType.TECHNICIAN,
            administrator=True,
            verified_at=world.clock.now(),
        )
        self.context = Context(services=self.services, principal=boss)
        self.people = []

    @classmethod
    async def of(cls, people, mappings):
        rows = FakeRows()
        tenant = cls(await World.on(rows))
        tenant.roles = [
            (await roles.create(tenant.context, f"Role {number}", kind)).id
            for numbers, kind in ((TECHNICIANS, UserType.TECHNICIAN), (END_USERS, UserType.END_USER))
            for number in numbers
        ]
        tenant.groups = [await tenant.world.created("/Groups", group(f"G{number}")) for number in GROUPS]
        for kind, active, native, joined in people:
            await tenant.add(rows, kind, active, native, joined)
        for group_id, numbers in zip(tenant.groups, mappings, strict=True):
            await mapping.save(tenant.context, "entra", group_id, tenant.wanted(numbers), None)
        return tenant

    async def add(self, rows, kind, active, native, joined):
        now = self.world.clock.now()
        person = User(
            id=self.world.app.identifiers.new(),
            provider="entra",
            text='{"userName":"somebody"}',
            created=now,
            modified=now,
            standing=Standing(user_type=kind, organization=None, active=active, contact=None),
        )
        member = entities.member_columns(Member(person.id, "User"))
        ways = [(self.groups[number], person.id) for number in joined]
        await rows.batch(
            DIRECTORY,
            PARTITION,
            [
                Upsert(keys.user("entra", person.id), entities.user_columns(person)),
                *(Upsert(keys.member(*way), member) for way in ways),
                *(Upsert(keys.membership(*reversed(way)), member) for way in ways),
            ],
        )
        given_roles = tuple(NativeRole(role=self.roles[number], added_by="Ana", added_at=now) for number in native)
        await self.services.profiles.save(Profile(account_id=person.id, roles=given_roles))
        self.people.append(person)

    def wanted(self, numbers):
        return Wanted(
            technician_roles=tuple(self.roles[number] for number in sorted(numbers) if number in TECHNICIANS),
            end_user_roles=tuple(self.roles[number] for number in sorted(numbers) if number in END_USERS),
        )

    async def seen(self):
        known = await asyncio.gather(*(circumstances(self.services, person) for person in self.people))
        return {each.person.account_id: effective(each.person, each.rules) for each in known}


def told(preview):
    """Gains and losses by role, and those of each person."""
    return (
        {each.role.id: (each.gain, each.lose) for each in preview.roles if each.gain or each.lose},
        {each.account_id: (set(each.gains), set(each.loses)) for _, each in preview.people},
        preview.affected,
    )


def difference(before, after):
    people = {id_: (after[id_] - before[id_], before[id_] - after[id_]) for id_ in before if before[id_] != after[id_]}
    ids = {id_ for gains, loses in people.values() for id_ in gains | loses}
    counts = {id_: tuple(sum(id_ in changes[way] for changes in people.values()) for way in (0, 1)) for id_ in ids}
    return counts, people, len(people)


some_roles = st.frozensets(st.sampled_from([*TECHNICIANS, *END_USERS]))
people = st.lists(
    st.tuples(st.sampled_from(UserType), st.booleans(), some_roles, st.frozensets(st.sampled_from(GROUPS))), max_size=5
)
mappings = st.tuples(*[some_roles] * len(GROUPS))


@settings(max_examples=50)
@given(people, mappings, some_roles)
async def test_the_preview_of_a_mapping_is_what_saving_it_does(people, mappings, wanted):
    """AMB-33, AMB-24."""
    tenant = await Tenant.of(people, mappings)
    before = await tenant.seen()
    _, preview = await mapping.preview(tenant.context, "entra", tenant.groups[0], tenant.wanted(wanted))
    await mapping.save(tenant.context, "entra", tenant.groups[0], tenant.wanted(wanted), None)
    assert told(preview) == difference(before, await tenant.seen())


@settings(max_examples=50)
@given(people, mappings, st.sampled_from([*TECHNICIANS, *END_USERS]))
async def test_the_preview_of_a_deletion_is_what_deleting_does(people, mappings, number):
    """R125."""
    tenant = await Tenant.of(people, mappings)
    before = await tenant.seen()
    preview = await roles.deletion_preview(tenant.context, tenant.roles[number])
    await roles.delete(tenant.context, tenant.roles[number], None, force=True)
    assert told(preview) == difference(before, await tenant.seen())


@settings(max_examples=50)
@given(people.filter(bool), mappings, some_roles)
async def test_the_preview_of_native_roles_is_what_giving_and_taking_them_does(people, mappings, wanted):
    """AMB-25."""
    tenant = await Tenant.of(people, mappings)
    person = tenant.people[0]
    own = TECHNICIANS if person.standing.user_type is UserType.TECHNICIAN else END_USERS
    held = {each.role for each in (await tenant.services.profiles.get(person.id)).roles}
    add = [tenant.roles[number] for number in wanted if number in own and tenant.roles[number] not in held]
    remove = [tenant.roles[number] for number in wanted if tenant.roles[number] in held]
    before = await tenant.seen()
    preview = await user_roles.preview(tenant.context, person.id, add, remove)
    for role_id in add:
        await user_roles.give(tenant.context, person.id, role_id)
    for role_id in remove:
        await user_roles.take(tenant.context, person.id, role_id)
    assert told(preview) == difference(before, await tenant.seen())
