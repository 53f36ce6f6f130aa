"""The engine of roles, for people, mappings and changes of any kind, against a model that is as plain as can be."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole
from scim.domain.roles import Person, Role, Rules, effective, impact, sources
from scim.domain.users import UserType

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROLE_IDS, GROUPS = [*"abcdef"], [*"xyz"]
types = st.sampled_from(UserType)
some_roles = st.lists(st.sampled_from(ROLE_IDS), unique=True, max_size=4).map(tuple)


def role(id_, user_type):
    return Role(id=id_, name=id_, user_type=user_type, created_at=NOW, created_by="ana")


roles = st.dictionaries(st.sampled_from(ROLE_IDS), types).map(
    lambda kinds: {id_: role(id_, kind) for id_, kind in kinds.items()}
)
mappings = st.dictionaries(st.sampled_from(GROUPS), st.tuples(some_roles, some_roles)).map(
    lambda found: {
        group: GroupMapping(provider="p", group=group, technician_roles=technicians, end_user_roles=end_users)
        for group, (technicians, end_users) in found.items()
    }
)
rules = st.builds(lambda roles, mappings: Rules(roles=roles, mappings=mappings), roles, mappings)
people = st.builds(
    Person,
    account_id=st.uuids().map(str),
    user_type=types,
    active=st.booleans(),
    native=some_roles.map(lambda ids: tuple(NativeRole(role=id_, added_by="ana", added_at=NOW) for id_ in ids)),
    groups=st.frozensets(st.sampled_from(GROUPS)),
)


def expected(person, rules):
    """By the words of the requirements: Native ones and the groups', of the person's type, while active."""
    of_groups = [
        role_id
        for group in person.groups
        if group in rules.mappings
        for role_id in (
            rules.mappings[group].technician_roles
            if person.user_type is UserType.TECHNICIAN
            else rules.mappings[group].end_user_roles
        )
    ]
    return {
        role_id
        for role_id in [*(each.role for each in person.native), *of_groups]
        if person.active and role_id in rules.roles and rules.roles[role_id].user_type is person.user_type
    }


@given(people, rules)
def test_effective_roles_are_the_union_of_what_native_assignments_and_groups_give(person, rules):
    """R086, R087, AMB-23, AMB-24, AMB-34."""
    assert effective(person, rules) == expected(person, rules)


@given(people, rules)
def test_a_role_goes_with_its_last_source_and_not_before(person, rules):
    """AMB-24."""
    for role_id, found in sources(person, rules).items():
        for source in found:
            without = (
                replace(person, groups=person.groups - {source.mapping.group})
                if source.mapping
                else replace(person, native=tuple(each for each in person.native if each != source.native))
            )
            assert (role_id in sources(without, rules)) == (len(found) > 1)


@given(people, rules)
def test_scim_never_takes_a_native_role(person, rules):
    """AMB-24: whatever groups somebody is in or not, what was given natively stays."""
    alone = effective(replace(person, groups=frozenset()), rules)
    assert alone <= effective(person, rules)


@given(people, rules, types)
def test_who_is_another_type_and_back_is_as_before(person, rules, other):
    """AMB-23, AMB-34: nothing is forgotten on the way."""
    away = replace(person, user_type=other, active=False)
    assert effective(away, rules) == frozenset()
    assert effective(replace(away, user_type=person.user_type, active=person.active), rules) == effective(person, rules)


@given(st.lists(st.tuples(people, people)), rules, rules, st.sets(st.sampled_from(ROLE_IDS)))
def test_an_impact_is_the_difference_of_what_is_effective(pairs, before, after, concerned):
    """AMB-33: by role and by person, and no role besides those that are asked for."""
    old = [person for person, _ in pairs]
    new = [replace(person, account_id=same.account_id) for same, person in pairs]
    found = impact((old, before), (new, after), concerned)

    had = [effective(person, before) & concerned for person in old]
    has = [effective(person, after) & concerned for person in new]
    counted = {each.role.id: (each.gain, each.lose, each.keep) for each in found.roles}
    assert counted == {
        id_: (
            sum(id_ in b - a for a, b in zip(had, has, strict=True)),
            sum(id_ in a - b for a, b in zip(had, has, strict=True)),
            sum(id_ in a & b for a, b in zip(had, has, strict=True)),
        )
        for id_ in concerned & (before.roles.keys() | after.roles.keys())
    }
    told = sorted((each.account_id, each.gains, each.loses) for each in found.people)
    assert told == sorted(
        (person.account_id, tuple(sorted(b - a)), tuple(sorted(a - b)))
        for person, a, b in zip(old, had, has, strict=True)
        if a != b
    )
