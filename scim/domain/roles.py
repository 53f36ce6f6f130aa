"""Roles, and who has which: given in the console (Native), or through groups that are mapped to them (SCIM).

One pure engine tells what roles amount to. Requests, explanations and previews all ask it, so that they never differ.
Only direct members of a group have its roles.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scim.domain.authority import Permission
from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole
from scim.domain.users import UserType
from scim.schema.comparison import comparison_key

MAX_ROLES = 500
"""Roles of both types together, so that all of them are read by one call."""
MAX_NATIVE_ROLES = 50
"""Native roles of one account."""

_MAX_PLACE = 150
"""Characters of a name that order lists: a name in comparison form can be many times as long, and a cursor not."""
_RESERVED = frozenset({"system administrator", "system administrators"})


class RoleTemplate(StrEnum):
    """What a new technician role grants."""

    BLANK = "blank"
    FULL = "full"

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions."""
        return frozenset(Permission) if self is RoleTemplate.FULL else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role.

    Attributes:
        id: Never used again.
        name: Unique within the type, without regard to case.
        user_type: Whose role it is (R085): technicians and end users have roles of their own.
        description: What it is for.
        permissions: What it grants in the console; a role of end users grants nothing there.
        created_at: When it was made.
        created_by: Who made it, by name.
        version: Opaque; "" before it is stored.
    """

    id: str
    name: str
    user_type: UserType
    description: str = ""
    permissions: frozenset[Permission] = frozenset()
    created_at: datetime
    created_by: str
    version: str = ""


def place(role: Role) -> str:
    """Where the role stands in every list of roles: by name without regard to case, and then by id."""
    return f"{comparison_key(role.name)[:_MAX_PLACE]} {role.id}"


def is_reserved(name: str) -> bool:
    """Whether a role may not be called so: system administrator is no role (R016)."""
    return " ".join(comparison_key(name).split()) in _RESERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What decides about somebody's roles.

    Attributes:
        account_id: The account.
        user_type: Its type.
        active: Whether it is.
        native: The roles that an administrator gave.
        groups: The groups that it is a direct member of.
    """

    account_id: str
    user_type: UserType
    active: bool = True
    native: tuple[NativeRole, ...] = ()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a role comes from (R089-R091): exactly one of the two.

    Attributes:
        native: The assignment in the console: "Native".
        mapping: The mapping of a group that the person is in: "SCIM".
    """

    native: NativeRole | None = None
    mapping: GroupMapping | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What there is besides the person: the roles, and the mappings of groups that exist.

    A role that a mapping or an assignment names and that is not here does not count: it was deleted.
    """

    roles: Mapping[str, Role]
    mappings: Mapping[str, GroupMapping]
    """By the group's id."""


def sources(person: Person, rules: Rules) -> dict[str, tuple[Source, ...]]:
    """A person's roles with all their sources (AMB-24), in force or not.

    Groups give the roles that fit the person's type only (R086, R087); a Native role of the other type stays assigned.
    """
    found: dict[str, list[Source]] = {}
    for given in person.native:
        found.setdefault(given.role, []).append(Source(native=given))
    for group in sorted(person.groups & rules.mappings.keys()):
        mapping = rules.mappings[group]
        for role in mapping.roles_for(person.user_type):
            if role in rules.roles and rules.roles[role].user_type is person.user_type:
                found.setdefault(role, []).append(Source(mapping=mapping))
    return {role: tuple(each) for role, each in found.items() if role in rules.roles}


def is_in_force(person: Person, role: Role) -> bool:
    """Whether a role that the person has counts.

    Not while the account is inactive (AMB-34), nor after it became another type of user (AMB-23).
    """
    return person.active and role.user_type is person.user_type


def effective(person: Person, rules: Rules) -> frozenset[str]:
    """The ids of the roles that count for a person now."""
    return frozenset(role for role in sources(person, rules) if is_in_force(person, rules.roles[role]))


def permissions(person: Person, rules: Rules) -> frozenset[Permission]:
    """What a technician's roles grant."""
    if person.user_type is not UserType.TECHNICIAN:
        return frozenset()
    return frozenset(permission for role in effective(person, rules) for permission in rules.roles[role].permissions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleImpact:
    """What a change does to one role: how many people gain it, lose it, or keep it."""

    role: Role
    gain: int
    lose: int
    keep: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonImpact:
    """What a change does to one person: ids of roles, sorted."""

    account_id: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change would do.

    Attributes:
        roles: By role, in the order of their names.
        people: Who gains or loses one, by account id.
        inactive: Inactive people whose roles it changes once they are active again; they are not in the numbers.
    """

    roles: tuple[RoleImpact, ...] = ()
    people: tuple[PersonImpact, ...] = ()
    inactive: int = 0


type Situation = tuple[Iterable[Person], Rules]
"""People, and the rules that hold for them."""


def impact(before: Situation, after: Situation, concerned: Iterable[str]) -> Impact:
    """The difference between two situations of the same people, in the same order.

    Args:
        before: As it is.
        after: As it would be.
        concerned: The ids of the roles to tell about.
    """
    wanted, known = frozenset(concerned), {**after[1].roles, **before[1].roles}
    counts = {role: [0, 0, 0] for role in wanted if role in known}
    people: list[PersonImpact] = []
    inactive = 0
    for old, new in zip(before[0], after[0], strict=True):
        had, has = (effective(person, rules) & wanted for person, rules in ((old, before[1]), (new, after[1])))
        for column, roles in enumerate((has - had, had - has, had & has)):
            for role in roles:
                counts[role][column] += 1
        if had != has:
            people.append(
                PersonImpact(account_id=old.account_id, gains=tuple(sorted(has - had)), loses=tuple(sorted(had - has)))
            )
        inactive += not old.active and wanted & sources(old, before[1]).keys() != wanted & sources(new, after[1]).keys()
    return Impact(
        roles=tuple(
            RoleImpact(role=known[role], gain=gain, lose=lose, keep=keep)
            for role, (gain, lose, keep) in sorted(counts.items(), key=lambda item: place(known[item[0]]))
        ),
        people=tuple(sorted(people, key=lambda person: person.account_id)),
        inactive=inactive,
    )
