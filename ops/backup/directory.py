"""A consistent directory out of rows that were read while it changed.

What people and programs said is primary: users, deleted users, profiles, groups, memberships as groups have them,
organizations, roles, mappings, activities, adoptions. All else follows from it and is made anew, by the code that
makes it in the app: reservations of names, index rows, memberships as members have them, totals, who may administer. So
half a transaction cannot be restored; the worst that is left of one is that a row is as it was a moment earlier.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from ops.backup.configuration import Facts
from ops.backup.kinds import KINDS, unreadable_because
from ops.backup.report import Report
from ops.backup.staging import Staging
from scim.domain.groups import Group
from scim.domain.organizations import Organization
from scim.domain.people import AuthenticationType, Profile, authentication_type_of
from scim.domain.providers import NATIVE
from scim.domain.users import User
from scim.storage.backup.lines import StoredRow
from scim.storage.tables import administrators, entities, keys, organizations, profiles, roles
from scim.storage.tables.jobs import JobKind, item_keys, job_of
from scim.storage.tables.keys import DIRECTORY, PARTITION, last_part
from scim.storage.tables.rows import Columns, Row

PRIMARY = frozenset({"u", "t", "p", "g", "m", "o", "a", "q", "ro", "rx", "gm"})
DERIVED = frozenset({"n", "s", "h", "x", "e", "v", "y", "f", "d", "w", "r", "l", "rn", "z"})
COUNTED = frozenset({"c", "k"})
"""Derived as well; there is no one way to write them, so their meaning is compared."""
PASSING = frozenset({"b", "j", "i"})
"""Where pages start, and unfinished work, of which only changes of members that lack a part are restored."""

LEFT_OUT_DOUBLE = "accounts that moved meanwhile, and were read at their old place, too"
LEFT_OUT_NAME = "left out, because another has its name"
LEFT_OUT_OWNER = "left out, because the backup does not have its identity provider"
LEFT_OUT_MEMBERSHIP = "memberships left out, of users or groups that the backup does not have"
LEFT_OUT_BELONGINGS = "profiles and adoption requests left out, of accounts that the backup does not have"
LEFT_OUT_UNREADABLE = "left out, because it cannot be read"
LEFT_OUT_UNKNOWN = "rows left out, of a kind that this version does not know"
LEFT_OUT_WORK = "pieces of unfinished work left out, which restoring does itself"
MADE, CORRECTED, LEFT_OUT = "derived rows made", "derived rows corrected", "derived rows left out"
TOTALS = "totals corrected"
ADMINISTRATORS = "system administrators noted anew"


def plan(staging: Staging, facts: Facts, report: Report) -> frozenset[str]:
    """Plan what is to be written of the directory; returns the ids of all accounts, deleted ones among them.

    What cannot be read is left out and named: for one damaged row nobody else is kept from coming back.
    """
    return _Plan(staging, facts, report).make()


class _Plan:
    def __init__(self, staging: Staging, facts: Facts, report: Report) -> None:
        self._read = staging.read
        self._planned = staging.planned
        self._facts = facts
        self._report = report
        self._matched = 0
        self._totals: Counter[tuple[str, str]] = Counter()
        self._able: dict[str, bool | None] = {}

    def make(self) -> frozenset[str]:
        self._leave_out_unreadable()
        accounts, groups = self._accounts(), self._groups()
        pending = self._pending(groups)
        for key in accounts.values():
            self._account(self._row(key))
        for group_id, key in groups.items():
            self._group(self._row(key), is_pending=group_id in pending)
        for row in self._rows("m"):
            self._membership(row, accounts, groups)
        for kind, number in (("p", 1), ("q", 2)):
            self._belongings(kind, number, accounts)
        self._organizations()
        self._roles()
        for kind in ("a", "rx", "gm"):
            self._keep(self._rows(kind))
        self._count()
        self._note_administrators()
        there = sum(self._read.count(DIRECTORY, PARTITION, f"{kind}|") for kind in DERIVED)
        self._report.count(LEFT_OUT, there - self._matched)
        self._count_unknown()
        return frozenset(accounts)

    # Which of the primary rows are true

    def _leave_out_unreadable(self) -> None:
        for kind in sorted(KINDS.keys() - DERIVED):
            unreadable = [row.row_key for row in self._rows(kind) if unreadable_because(_plain(row))]
            for row_key in unreadable:
                self._report.leave_out_by_name(LEFT_OUT_UNREADABLE, row_key)
            self._read.remove(DIRECTORY, PARTITION, unreadable)

    def _accounts(self) -> dict[str, str]:
        """The row of each account: where it was written last, if it was read at two places."""
        rows = (row for kind in ("t", "u") for row in self._owned(kind))
        chosen = self._latest(rows, lambda row: last_part(row.row_key), lambda _: self._report.count(LEFT_OUT_DOUBLE))
        live = (row for row in self._rows("u") if chosen.get(last_part(row.row_key)) == row.row_key)
        named = self._latest(live, lambda row: keys.user_name(_user(row).user_name), self._nameless)
        kept = set(named.values())
        return {id_: key for id_, key in chosen.items() if key.startswith("t|") or key in kept}

    def _groups(self) -> dict[str, str]:
        named = self._latest(
            self._owned("g"), lambda row: keys.display_name(_owner(row), _group(row).display_name), self._nameless
        )
        return {last_part(key): key for key in named.values()}

    def _latest(
        self, rows: Iterable[StoredRow], identity: Callable[[StoredRow], str], lost: Callable[[str], None]
    ) -> dict[str, str]:
        """The key of the row of each identity that was written last; tells of the others."""
        chosen: dict[str, tuple[str, str]] = {}
        for row in rows:
            name = identity(row)
            best = max(chosen.get(name, ("", "")), (row.written, row.row_key))
            if name in chosen:
                lost(row.row_key if best == chosen[name] else chosen[name][1])
            chosen[name] = best
        return {name: key for name, (_, key) in chosen.items()}

    def _nameless(self, row_key: str) -> None:
        self._report.leave_out_by_name(LEFT_OUT_NAME, row_key)

    def _owned(self, kind: str) -> Iterator[StoredRow]:
        """The rows of a kind whose owner is known."""
        for row in self._rows(kind):
            if _owner(row) in self._facts.providers or _owner(row) == NATIVE:
                yield row
            else:
                self._report.leave_out_by_name(LEFT_OUT_OWNER, row.row_key)

    # What follows from them

    def _account(self, row: StoredRow) -> None:
        self._keep([row])
        if row.row_key.startswith("t|"):
            return
        user = _user(row)
        self._derive(keys.user_name(user.user_name), entities.holder_columns(user.provider, user.id))
        self._derive_all(entities.user_index_rows(user))
        self._totals["u", user.provider] += 1
        if user.administrator and user.id in self._facts.able and self._is_native(user):
            self._able[user.id] = user.standing.active

    def _is_native(self, user: User) -> bool:
        row = self._read.get(DIRECTORY, PARTITION, keys.profile(user.id))
        profile = profiles.profile_of(_plain(row)) if row else Profile(account_id=user.id)
        return authentication_type_of(profile, user.provider) is AuthenticationType.NATIVE

    def _group(self, row: StoredRow, *, is_pending: bool) -> None:
        self._keep([row])
        group = _group(row)
        holder = entities.holder_columns(group.provider, group.id)
        self._derive(keys.display_name(group.provider, group.display_name), holder)
        self._derive_all(dict.fromkeys(entities.group_index_keys(group), entities.NO_COLUMNS))
        if not is_pending:
            self._derive(keys.roster(group.id), entities.NO_COLUMNS)
        self._totals["g", group.provider] += 1

    def _membership(self, row: StoredRow, accounts: Mapping[str, str], groups: Mapping[str, str]) -> None:
        _, group_id, member_id = row.row_key.split("|")
        kind, members = ("u", accounts) if row.columns.get("type") == "User" else ("g", groups)
        group, member = groups.get(group_id), members.get(member_id)
        if group is None or member is None or member.split("|")[:2] != [kind, group.split("|")[1]]:
            self._report.leave_out(LEFT_OUT_MEMBERSHIP)
            return
        self._keep([row])
        self._derive(keys.membership(member_id, group_id), row.columns)

    def _belongings(self, kind: str, place: int, accounts: Mapping[str, str]) -> None:
        """Profiles, with a row for each role of theirs, and requests for adoption."""
        for row in self._rows(kind):
            if row.row_key.split("|")[place] not in accounts:
                self._report.leave_out(LEFT_OUT_BELONGINGS)
                continue
            self._keep([row])
            if kind == "p":
                profile = profiles.profile_of(_plain(row))
                holders = (keys.role_holder(role.role, profile.account_id) for role in profile.roles)
                self._derive_all(dict.fromkeys(holders, entities.NO_COLUMNS))

    def _organizations(self) -> None:
        gone = [row for row in self._rows("o") if organizations.is_gone(_plain(row))]
        self._keep(gone)
        live = {row.row_key for row in self._rows("o")} - {row.row_key for row in gone}
        named = (row for row in self._rows("o") if row.row_key in live)
        chosen = self._latest(named, lambda row: organizations.name_row(_organization(row))[0], self._nameless)
        for key in chosen.values():
            row = self._row(key)
            self._keep([row])
            self._derive(*organizations.name_row(_organization(row)))

    def _roles(self) -> None:
        deleted = {last_part(row.row_key) for row in self._rows("rx")}
        live = (row for row in self._rows("ro") if last_part(row.row_key) not in deleted)
        chosen = self._latest(live, lambda row: roles.name_row(roles.role_of(_plain(row)))[0], self._nameless)
        for key in chosen.values():
            row = self._row(key)
            self._keep([row])
            self._derive(*roles.name_row(roles.role_of(_plain(row))))

    def _pending(self, groups: Mapping[str, str]) -> set[str]:
        """The groups whose members an accepted change has yet to reach; its work is restored, and the app ends it.

        What the work does is written before the row that says that it is over, and read behind it.
        """
        pending: set[str] = set()
        for row in self._rows("j"):
            job = job_of(_plain(row))
            over = self._read.get(DIRECTORY, PARTITION, keys.roster(job.resource_id))
            is_over = over is not None and over.written > row.written
            lists = [self._read.get(DIRECTORY, PARTITION, key) for key in item_keys(job.id, job.total)]
            known = [each for each in lists if each is not None]
            is_whole = job.resource_id in groups and len(known) == len(lists)
            if job.kind is JobKind.CHANGE_MEMBERS and is_whole and not is_over and job.resource_id not in pending:
                self._keep([row, *known])
                pending.add(job.resource_id)
            else:
                self._report.count(LEFT_OUT_WORK)
        return pending

    def _count(self) -> None:
        noted: Counter[tuple[str, str]] = Counter()
        for row in self._rows("c"):
            _, kind, provider, _ = row.row_key.split("|")
            noted[kind, provider] += int(str(row.columns["n"]))
        for kind, provider in sorted(noted.keys() | self._totals.keys()):
            number = self._totals[kind, provider]
            self._report.count(TOTALS, noted[kind, provider] != number)
            if number:
                self._plan(keys.counter_base(keys.counter(kind, provider, "")), {"n": number})

    def _count_unknown(self) -> None:
        known = sum(self._read.count(DIRECTORY, PARTITION, f"{kind}|") for kind in KINDS)
        there = sum(self._read.count(DIRECTORY, partition) for partition in self._read.partitions(DIRECTORY))
        self._report.leave_out(LEFT_OUT_UNKNOWN, there - known)

    def _note_administrators(self) -> None:
        """Whoever has complete credentials and signs in by them, and no one else: the last of them must stay."""
        row = self._read.get(DIRECTORY, PARTITION, keys.ADMINISTRATORS)
        if row is None and not self._able:
            return
        self._report.count(ADMINISTRATORS, row is None or administrators.states_in(_plain(row)) != self._able)
        self._plan(keys.ADMINISTRATORS, administrators.guard_columns(self._able))

    # Rows

    def _rows(self, kind: str) -> Iterator[StoredRow]:
        return self._read.rows(DIRECTORY, PARTITION, f"{kind}|")

    def _row(self, row_key: str) -> StoredRow:
        row = self._read.get(DIRECTORY, PARTITION, row_key)
        if row is None:
            raise KeyError(row_key)
        return row

    def _keep(self, rows: Iterable[StoredRow]) -> None:
        self._planned.add(DIRECTORY, rows)

    def _plan(self, row_key: str, columns: Columns) -> None:
        self._keep([StoredRow(PARTITION, row_key, columns)])

    def _derive_all(self, rows: Mapping[str, Columns]) -> None:
        for row_key, columns in rows.items():
            self._derive(row_key, columns)

    def _derive(self, row_key: str, columns: Columns) -> None:
        """Plan a row that follows from others, and compare it with what was read."""
        found = self._read.get(DIRECTORY, PARTITION, row_key)
        self._matched += found is not None
        if found is None:
            self._report.count(MADE)
        elif found.columns != columns:
            self._report.count(CORRECTED)
        self._plan(row_key, columns)


def _plain(row: StoredRow) -> Row:
    return Row(row.row_key, row.columns, "")


def _owner(row: StoredRow) -> str:
    return row.row_key.split("|")[1]


def _user(row: StoredRow) -> User:
    return entities.user_of(_plain(row))


def _group(row: StoredRow) -> Group:
    return entities.group_of(_plain(row))


def _organization(row: StoredRow) -> Organization:
    return organizations.organization_of(last_part(row.row_key), _plain(row))
