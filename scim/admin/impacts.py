"""What a change of roles would do, before it is done: the same engine over the same rows as afterwards.

Everything is read in bulk: member rows and Native holders by the thousand, users by ranges. What is read for one
preview is bounded by `MAX_PEOPLE`.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scim.admin.context import Context
from scim.admin.effective_roles import Circumstances, existing_groups
from scim.admin.problems import Conflicting
from scim.admin.services import Services
from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole
from scim.domain.providers import NATIVE
from scim.domain.roles import Impact, Person, PersonImpact, Role, RoleImpact, Rules, impact
from scim.domain.users import UserType, display_name
from scim.sentences import Sentence

MAX_PEOPLE = 50_000
"""Rows of members and holders that one preview reads."""
NAMED = 100
"""People whose names a preview tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An `Impact`, with names.

    Attributes:
        roles: By role.
        affected: How many people gain or lose a role.
        people: The first `NAMED` of them, with their names.
        inactive: As in `Impact`.
        technicians, end_users: How many of those who were looked at are which: all members of the group, or all who
            have the role.
    """

    roles: tuple[RoleImpact, ...] = ()
    affected: int = 0
    people: tuple[tuple[str, PersonImpact], ...] = ()
    inactive: int = 0
    technicians: int = 0
    end_users: int = 0


async def of_mapping(context: Context, old: GroupMapping, new: GroupMapping) -> Preview:
    """What another mapping of an existing group would do.

    Storage calls: two for roles and mappings; for each thousand members of the group, and of the other groups that
    are mapped to a role that is added or removed, and for each thousand Native holders of such a role, one; for the
    members' types see `Census.standings`; one for each of those other groups, and for each name.
    """
    services = context.services
    roles, mappings = await asyncio.gather(services.roles.all(), services.mappings.of(old.provider))
    known = {role.id: role for role in roles}
    concerned = {*old.roles, *new.roles} & known.keys()
    changed = {*old.roles} ^ {*new.roles}
    others = {each.group: each for each in mappings if each.group != old.group and changed & set(each.roles)}
    others = {group: others[group] for group in await existing_groups(services, others.values())}
    evidence = _Evidence(services)
    await evidence.read_groups([old.group])
    affected = evidence.ids()
    await evidence.read_groups(others)
    await evidence.read_holders(known[role] for role in sorted(changed & known.keys()))
    people = await evidence.people([old.provider], affected)
    before = Rules(roles=known, mappings={**others, old.group: old})
    after = Rules(roles=known, mappings={**others, new.group: new})
    return await _named(services, [old.provider], people, impact((people, before), (people, after), concerned))


async def of_deletion(context: Context, role: Role) -> Preview:
    """What the deletion of a role would do.

    Storage calls: two for mappings and providers; for each thousand Native holders, and for each thousand members of
    a group that is mapped to it, one; for their types see `Census.standings`; one for each such group; one for each
    name and provider.
    """
    services = context.services
    mappings, providers = await asyncio.gather(services.mappings.all(), services.providers.owners())
    mapped = {each.group: each for each in mappings if role.id in each.roles}
    mapped = {group: mapped[group] for group in await existing_groups(services, mapped.values())}
    likely = (each.provider for each in mapped.values())  # members of a group are users of its provider
    owners = list(dict.fromkeys((*likely, NATIVE, *(provider.id for provider in providers))))
    evidence = _Evidence(services)
    await evidence.read_groups(mapped)
    await evidence.read_holders([role])
    people = await evidence.people(owners, evidence.ids())
    before = Rules(roles={role.id: role}, mappings=mapped)
    after = Rules(roles={}, mappings=mapped)
    return await _named(services, owners, people, impact((people, before), (people, after), [role.id]))


def of_assignment(known: Circumstances, native: Sequence[NativeRole], name: str) -> Preview:
    """What other Native roles of one account would do. No storage calls."""
    person, rules = known.person, known.rules
    changed = {each.role for each in person.native} ^ {each.role for each in native}
    after = replace(person, native=tuple(native))
    found = impact(([person], rules), ([after], rules), changed)
    return _preview([person], found, {person.account_id: name})


class _Evidence:
    """Who has which Native roles, and who is in which groups, as far as it was read."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._left = MAX_PEOPLE
        self._groups: dict[str, set[str]] = {}
        self._native: dict[str, list[NativeRole]] = {}

    def ids(self) -> set[str]:
        """Everybody that was come across."""
        return {*self._groups, *self._native}

    async def read_groups(self, group_ids: Iterable[str]) -> None:
        """Read who the direct members are."""
        for group in sorted(group_ids):
            members = await self._services.groups.members(group, self._left + 1)
            self._take(len(members))
            for member in members:
                if member.type == "User":
                    self._groups.setdefault(member.id, set()).add(group)

    async def read_holders(self, roles: Iterable[Role]) -> None:
        """Read who has the roles natively. Of the assignment itself, only the role matters here."""
        for role in roles:
            given = NativeRole(role=role.id, added_by="", added_at=role.created_at)
            holders, _ = await self._services.census.holders(role.id, self._left + 1)
            self._take(len(holders))
            for account in holders:
                self._native.setdefault(account, []).append(given)

    async def people(self, owners: Sequence[str], ids: Collection[str]) -> list[Person]:
        """Those of the ids that are users of the providers."""
        standings = await self._services.census.standings(owners, ids)
        return [
            Person(
                account_id=id_,
                user_type=user_type,
                active=active,
                native=tuple(self._native.get(id_, ())),
                groups=frozenset(self._groups.get(id_, ())),
            )
            for id_, (user_type, active) in sorted(standings.items())
        ]

    def _take(self, number: int) -> None:
        self._left -= number
        if self._left < 0:
            raise Conflicting(
                Sentence("More than {most} people are concerned. That is too many for a preview.", most=MAX_PEOPLE),
                "too_many_people",
            )


async def _named(services: Services, owners: Sequence[str], people: Sequence[Person], found: Impact) -> Preview:
    """The impact with the names of the first people."""
    names: dict[str, str] = {}
    for owner in owners:
        left = [person.account_id for person in found.people[:NAMED] if person.account_id not in names]
        users = await asyncio.gather(*(services.users.get(owner, id_) for id_ in left))
        names |= {user.id: display_name(user) for user in users if user is not None}
    return _preview(people, found, names)


def _preview(people: Sequence[Person], found: Impact, names: Mapping[str, str]) -> Preview:
    types = Counter(person.user_type for person in people)
    return Preview(
        roles=found.roles,
        affected=len(found.people),
        people=tuple((names.get(person.account_id, ""), person) for person in found.people[:NAMED]),
        inactive=found.inactive,
        technicians=types[UserType.TECHNICIAN],
        end_users=types[UserType.END_USER],
    )
