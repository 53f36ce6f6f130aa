"""What administrators keep in an identity provider, and how it changes."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from uuid import UUID

_GIVEN_NAMES = (
    "Anna",
    "Björn",
    "Chloé",
    "Đorđe",
    "Émile",
    "Fatima",
    "Grzegorz",
    "Hélène",
    "İpek",
    "Jürgen",
    "愛",
    "Олена",
)
_SURNAMES = ("Berg", "O'Brien", "Çelik", "da Silva", "Eriksson", "Ó Faoláin", "Groß", "Høj", "Núñez", "Wójcik", "山田")
_DEPARTMENTS = ("Sales", 'R&D "North"', "Facilities + Fleet", "Ventas", None)


@dataclass(eq=False)
class Person:
    """A user of the directory.

    Attributes:
        object_id: The directory's own id; the SCIM service only sees it where it is mapped to `externalId`.
        is_soft_deleted: Whether it is in the recycle bin, or may not sign in.
        is_assigned: Whether it is in the application's scope.
    """

    object_id: str
    upn: str
    given_name: str
    surname: str
    mail: str | None = None
    mail_nickname: str | None = None
    department: str | None = None
    organization: str | None = None
    user_type: str | None = None
    is_soft_deleted: bool = False
    is_assigned: bool = True

    @property
    def is_active(self) -> bool:
        return self.is_assigned and not self.is_soft_deleted

    @property
    def display_name(self) -> str:
        return f"{self.given_name} {self.surname}"


@dataclass(eq=False)
class Team:
    """A group of the directory; its members are people, and other groups."""

    object_id: str
    name: str
    members: set["Person | Team"] = field(default_factory=set)


class Directory:
    """People and groups.

    Args:
        random: Decides about everything.
        domain: Of the names of users; names are unique in a tenant, so each directory has its own.
        organizations: Ids that exist in the service.
        has_nested_groups: Whether groups may be members of groups; Okta pushes people only.
    """

    def __init__(
        self, random: Random, domain: str, organizations: Sequence[str], *, has_nested_groups: bool = True
    ) -> None:
        self.random = random
        self.domain = domain
        self.organizations = organizations
        self.people: dict[str, Person] = {}
        self.teams: dict[str, Team] = {}
        self.changes: Counter[str] = Counter()
        self._has_nested_groups = has_nested_groups
        self._number = 0
        self._purged: list[Person] = []
        self._dropped: list[Team] = []

    def populate(self, users: int, groups: int, members: int) -> None:
        """Fill it; a few of the users are switched off from the start."""
        for _ in range(users):
            self.hire()
        people = [person for person in self.people.values() if person.is_active]
        for _ in range(groups):
            self.found(self.random.sample(people, members))

    def hire(self) -> Person:
        """A new user."""
        self._number += 1
        number, random = self._number, self.random
        given_name, surname = random.choice(_GIVEN_NAMES), random.choice(_SURNAMES)
        alias = f"User.{number:05}"
        person = Person(
            object_id=self._new_id(),
            upn=f"{alias}@{self.domain}",
            given_name=given_name,
            surname=surname,
            mail=f"{alias.lower()}@mail.{self.domain}" if random.random() < 0.9 else None,
            # Not unique: that of a mailbox that two share.
            mail_nickname=random.choice([None, "shared", *[alias.lower()] * 18]),
            department=random.choice(_DEPARTMENTS),
            organization=random.choice([*self.organizations, "All"]),
            user_type=random.choice(["technician", "Technician", "endUser", None, None]),
            is_soft_deleted=random.random() < 0.02,
        )
        self.people[person.object_id] = person
        return person

    def found(self, members: Iterable[Person | Team]) -> Team:
        """A new group."""
        self._number += 1
        team = Team(self._new_id(), f"Team {self._number:05} / {self.random.choice(_SURNAMES)}", set(members))
        self.teams[team.object_id] = team
        return team

    def change(self, number: int = 1) -> None:
        """Make that many changes of all kinds; `changes` counts them."""
        kinds, weights = zip(*_KINDS, strict=True)
        made = 0
        while made < number:
            kind = self.random.choices(kinds, weights)[0]
            if kind(self):
                made += 1
                self.changes[kind.__name__.strip("_")] += 1

    def a_person(self, wanted: Callable[[Person], bool] = lambda person: person.is_active) -> Person | None:
        """Some person that is as wanted; None when there is none."""
        return self._some([person for person in self.people.values() if wanted(person)])

    def a_team(self, wanted: Callable[[Team], bool] = lambda _: True) -> Team | None:
        """Some group."""
        return self._some([team for team in self.teams.values() if wanted(team)])

    def outsiders(self, team: Team) -> list[Person]:
        """Those who could join a group."""
        return [person for person in self.people.values() if person.is_active and person not in team.members]

    def sample[T](self, population: Iterable[T], number: int) -> list[T]:
        """Some of them, at most `number`."""
        pool = list(population)
        return self.random.sample(pool, min(number, len(pool)))

    def purge(self, person: Person) -> None:
        """Delete for good."""
        del self.people[person.object_id]
        self._purged.append(person)
        for team in self.teams.values():
            team.members.discard(person)

    def drop(self, team: Team) -> None:
        """Delete a group."""
        del self.teams[team.object_id]
        self._dropped.append(team)
        for other in self.teams.values():
            other.members.discard(team)

    def return_somebody(self) -> Person | None:
        """A new object with the name of one that was purged."""
        if not self._purged:
            return None
        old = self._purged.pop(self.random.randrange(len(self._purged)))
        new = replace(old, object_id=self._new_id(), is_soft_deleted=False, is_assigned=True)
        self.people[new.object_id] = new
        return new

    def return_team(self) -> Team | None:
        """A new group with the name of one that was deleted."""
        if not self._dropped:
            return None
        old = self._dropped.pop(self.random.randrange(len(self._dropped)))
        team = Team(self._new_id(), old.name, set(self.sample(self.people.values(), 3)))
        self.teams[team.object_id] = team
        return team

    def next_number(self) -> int:
        """A number that no name has."""
        self._number += 1
        return self._number

    def ordered(self, members: Iterable[Person | Team]) -> list[Person | Team]:
        """In an order that a seed repeats, which that of a set of objects is not."""
        return sorted(members, key=lambda member: member.object_id)

    def may_nest(self) -> bool:
        """Whether groups may be members of groups."""
        return self._has_nested_groups

    def _some[T](self, among: Sequence[T]) -> T | None:
        return self.random.choice(among) if among else None

    def _new_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))


def _hire(directory: Directory) -> bool:
    person = directory.hire()
    person.is_soft_deleted = False
    return True


def _marry(directory: Directory) -> bool:
    """A new surname, and with it a new UPN and mail."""
    person = directory.a_person()
    if person is None:
        return False
    number = directory.next_number()
    person.surname = directory.random.choice(_SURNAMES)
    person.upn = f"Renamed.{number:05}@{directory.domain}"
    person.mail = f"renamed.{number:05}@mail.{directory.domain}"
    return True


def _change_case(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.upn = person.upn.swapcase()
    return True


def _change_names(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.given_name = directory.random.choice(_GIVEN_NAMES)
    person.surname = directory.random.choice(_SURNAMES)
    return True


def _change_mail(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.mail = f"mail.{directory.next_number():05}@mail.{directory.domain}"
    return True


def _lose_mail(directory: Directory) -> bool:
    person = directory.a_person(lambda each: each.is_active and each.mail is not None)
    if person is None:
        return False
    person.mail = None
    return True


def _change_nickname(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.mail_nickname = f"nick.{directory.next_number():05}"
    return True


def _change_department(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.department = directory.random.choice(_DEPARTMENTS)
    return True


def _move(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.organization = directory.random.choice([*directory.organizations, "All"])
    return True


def _change_type(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.user_type = "endUser" if (person.user_type or "").lower() == "technician" else "technician"
    return True


def _change_everything(directory: Directory) -> bool:
    return all(change(directory) for change in (_marry, _change_nickname, _move, _change_type))


def _soft_delete(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.is_soft_deleted = True
    return True


def _unassign(directory: Directory) -> bool:
    person = directory.a_person()
    if person is None:
        return False
    person.is_assigned = False
    return True


def _restore(directory: Directory) -> bool:
    person = directory.a_person(lambda each: not each.is_active)
    if person is None:
        return False
    person.is_soft_deleted, person.is_assigned = False, True
    return True


def _purge(directory: Directory) -> bool:
    """Of those who were soft-deleted or unassigned before; sometimes of one whom the last cycle saw at work."""
    person = directory.a_person(lambda each: not each.is_active) or directory.a_person()
    if person is None:
        return False
    directory.purge(person)
    return True


def _return_somebody(directory: Directory) -> bool:
    return directory.return_somebody() is not None


def _found(directory: Directory) -> bool:
    people = [person for person in directory.people.values() if person.is_active]
    directory.found(directory.sample(people, directory.random.randrange(12)))
    return True


def _rename_team(directory: Directory) -> bool:
    team = directory.a_team()
    if team is None:
        return False
    team.name = f"Renamed Team {directory.next_number():05}"
    return True


def _drop(directory: Directory) -> bool:
    team = directory.a_team()
    if team is None or len(directory.teams) < 4:
        return False
    directory.drop(team)
    return True


def _return_team(directory: Directory) -> bool:
    return directory.return_team() is not None


def _join(directory: Directory) -> bool:
    team = directory.a_team()
    joining = directory.sample(directory.outsiders(team), 1) if team else []
    if team:
        team.members.update(joining)
    return bool(joining)


def _join_many(directory: Directory) -> bool:
    team = directory.a_team()
    joining = directory.sample(directory.outsiders(team), directory.random.randrange(2, 40)) if team else []
    if team:
        team.members.update(joining)
    return bool(joining)


def _leave(directory: Directory) -> bool:
    team = directory.a_team(lambda each: bool(each.members))
    if team is None:
        return False
    team.members.discard(directory.random.choice(directory.ordered(team.members)))
    return True


def _leave_many(directory: Directory) -> bool:
    team = directory.a_team(lambda each: bool(each.members))
    if team is None:
        return False
    team.members.difference_update(directory.sample(directory.ordered(team.members), directory.random.randrange(2, 40)))
    return True


def _swap(directory: Directory) -> bool:
    """Some leave and others join."""
    team = directory.a_team(lambda each: bool(each.members))
    if team is None:
        return False
    joining = directory.sample(directory.outsiders(team), 3)
    team.members.difference_update(directory.sample(directory.ordered(team.members), 3))
    team.members.update(joining)
    return True


def _empty(directory: Directory) -> bool:
    team = directory.a_team(lambda each: bool(each.members))
    if team is None:
        return False
    team.members.clear()
    return True


def _nest(directory: Directory) -> bool:
    outer, inner = directory.a_team(), directory.a_team()
    if not directory.may_nest() or outer is None or inner is None or outer is inner or inner in outer.members:
        return False
    outer.members.add(inner)
    return True


_KINDS: Sequence[tuple[Callable[[Directory], bool], int]] = (
    (_hire, 8),
    (_marry, 6),
    (_change_case, 3),
    (_change_names, 8),
    (_change_mail, 5),
    (_lose_mail, 2),
    (_change_nickname, 4),
    (_change_department, 4),
    (_move, 8),
    (_change_type, 6),
    (_change_everything, 2),
    (_soft_delete, 5),
    (_unassign, 3),
    (_restore, 5),
    (_purge, 3),
    (_return_somebody, 2),
    (_found, 2),
    (_rename_team, 2),
    (_drop, 1),
    (_return_team, 1),
    (_join, 8),
    (_join_many, 5),
    (_leave, 6),
    (_leave_many, 4),
    (_swap, 3),
    (_empty, 1),
    (_nest, 1),
)
"""Kinds of change, and how often each comes."""
