"""Which roles amount to what: cases that read like the requirements."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.domain.authority import Permission
from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole
from scim.domain.roles import (
    Person,
    Role,
    RoleTemplate,
    Rules,
    Source,
    effective,
    impact,
    is_in_force,
    is_reserved,
    permissions,
    place,
    sources,
)
from scim.domain.users import UserType

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TECHNICIAN, END_USER = UserType.TECHNICIAN, UserType.END_USER


def role(id_, user_type=TECHNICIAN, *granted):
    return Role(id=id_, name=id_, user_type=user_type, permissions=frozenset(granted), created_at=NOW, created_by="ana")


def mapping(group, technician_roles=(), end_user_roles=()):
    return GroupMapping(
        provider="p", group=group, technician_roles=tuple(technician_roles), end_user_roles=tuple(end_user_roles)
    )


def rules(*roles, mappings=()):
    return Rules(roles={each.id: each for each in roles}, mappings={each.group: each for each in mappings})


def native(role_id):
    return NativeRole(role=role_id, added_by="ana", added_at=NOW)


L1, L2, PORTAL = role("l1"), role("l2"), role("portal", END_USER)
HELPDESK = mapping("helpdesk", ["l1"], ["portal"])
TESS = Person(account_id="tess", user_type=TECHNICIAN, groups=frozenset({"helpdesk"}))
ANNA = Person(account_id="anna", user_type=END_USER, groups=frozenset({"helpdesk"}))
RULES = rules(L1, L2, PORTAL, mappings=[HELPDESK])


def test_one_mapping_gives_each_type_its_own_roles():
    """R086, R087."""
    assert effective(TESS, RULES) == {"l1"}
    assert effective(ANNA, RULES) == {"portal"}


def test_roles_of_groups_and_native_ones_add_up_and_each_source_is_kept():
    """AMB-24."""
    second = mapping("second", ["l1"])
    person = replace(TESS, native=(native("l1"), native("l2")), groups=frozenset({"helpdesk", "second"}))
    found = sources(person, rules(L1, L2, PORTAL, mappings=[HELPDESK, second]))
    assert found == {
        "l1": (Source(native=native("l1")), Source(mapping=HELPDESK), Source(mapping=second)),
        "l2": (Source(native=native("l2")),),
    }


def test_an_inactive_person_keeps_roles_that_do_not_count():
    """AMB-34."""
    person = replace(TESS, active=False)
    assert sources(person, RULES).keys() == {"l1"}
    assert not is_in_force(person, L1)
    assert effective(person, RULES) == frozenset()


def test_with_another_type_the_roles_of_the_old_one_do_not_count():
    """AMB-23."""
    person = replace(TESS, user_type=END_USER, native=(native("l2"),))
    assert effective(person, RULES) == {"portal"}
    assert sources(person, RULES)["l2"] == (Source(native=native("l2")),)


def test_a_role_of_the_wrong_type_in_a_mapping_counts_for_nobody():
    """R085: no mapping that was stored wrongly crosses the types."""
    crossed = rules(L1, PORTAL, mappings=[mapping("helpdesk", ["portal"], ["l1"])])
    assert effective(TESS, crossed) == effective(ANNA, crossed) == frozenset()


def test_what_is_deleted_counts_nowhere():
    person = replace(TESS, native=(native("gone"),), groups=frozenset({"gone"}))
    assert sources(person, RULES) == {}
    assert sources(TESS, rules(mappings=[HELPDESK])) == {}


def test_permissions_are_those_of_technician_roles_in_force():
    grants = rules(
        role("a", TECHNICIAN, Permission.VIEW_IDENTITY),
        role("b", TECHNICIAN, Permission.VIEW_ACCOUNTS),
        role("c", END_USER, Permission.VIEW_ORGANIZATIONS),
    )
    person = replace(TESS, native=(native("a"), native("b"), native("c")), groups=frozenset())
    assert permissions(person, grants) == {Permission.VIEW_IDENTITY, Permission.VIEW_ACCOUNTS}
    assert permissions(replace(person, active=False), grants) == frozenset()
    assert permissions(replace(person, user_type=END_USER), grants) == frozenset()


def test_a_change_is_told_by_role_and_by_person():
    """AMB-33."""
    keeps = replace(TESS, account_id="tom", native=(native("l1"),))
    away = replace(TESS, account_id="ina", active=False)
    people = [TESS, ANNA, keeps, away]
    found = impact(
        (people, RULES), (people, rules(L1, L2, PORTAL, mappings=[mapping("helpdesk", ["l2"])])), RULES.roles
    )
    assert [(each.role.id, each.gain, each.lose, each.keep) for each in found.roles] == [
        ("l1", 0, 1, 1),
        ("l2", 2, 0, 0),
        ("portal", 0, 1, 0),
    ]
    assert [(each.account_id, each.gains, each.loses) for each in found.people] == [
        ("anna", (), ("portal",)),
        ("tess", ("l2",), ("l1",)),
        ("tom", ("l2",), ()),
    ]
    assert found.inactive == 1


def test_the_roles_of_a_change_are_in_the_order_of_every_list_of_roles():
    names = {"l1": "straße", "l2": "Agents", "portal": "STRASSE"}
    known = {id_: replace(each, name=names[id_]) for id_, each in RULES.roles.items()}
    found = impact(([], replace(RULES, roles=known)), ([], replace(RULES, roles=known)), known)
    assert [each.role.id for each in found.roles] == ["l2", "l1", "portal"]
    assert sorted(known.values(), key=place) == [each.role for each in found.roles]


@pytest.mark.parametrize("name", ["System Administrator", "SYSTEM  administrators ", "\uff33ystem Administrator"])
def test_system_administrator_is_no_name_of_a_role(name):
    """R016."""
    assert is_reserved(name)


def test_templates():
    assert RoleTemplate.BLANK.permissions == frozenset()
    assert RoleTemplate.FULL.permissions == frozenset(Permission)
