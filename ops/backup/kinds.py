"""Which kinds of rows the directory has, and whether a row can be read: what nobody can read contradicts nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from scim.domain.users import User
from scim.storage.tables import administrators, entities, keys, organizations, profiles, roles
from scim.storage.tables.jobs import job_of
from scim.storage.tables.keys import last_part
from scim.storage.tables.limits import check_key, check_row
from scim.storage.tables.rows import Row

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What reading a row raises that is not as any version of Rollcall wrote it."""

type Reader = Callable[[Row], object]


def _bare(row: Row) -> object:
    return row


def _column(name: str) -> Reader:
    return lambda row: row.columns[name]


def _user(user: User) -> object:
    for row_key, columns in entities.user_index_rows(user).items():
        check_row(keys.PARTITION, row_key, columns)
    return user


def _group(row: Row) -> object:
    group = entities.group_of(row)
    for row_key in (keys.display_name(group.provider, group.display_name), *entities.group_index_keys(group)):
        check_key(row_key)
    return group


def _organization(row: Row) -> object:
    return organizations.is_gone(row) or organizations.organization_of(last_part(row.row_key), row)


def _activity(row: Row) -> object:
    return cast("datetime", row.columns["time"]).astimezone(), entities.activity_of(row)


def _job(row: Row) -> object:
    return job_of(row), cast("datetime", row.columns["due"]) - cast("datetime", row.columns["started"])


KINDS: Mapping[str, tuple[int, Reader]] = {
    "u": (3, lambda row: _user(entities.user_of(row))),
    "t": (3, lambda row: _user(entities.tombstone_of(row).user)),
    "p": (2, profiles.profile_of),
    "g": (3, _group),
    "m": (3, _column("type")),
    "r": (3, _column("type")),
    "o": (2, _organization),
    "a": (3, _activity),
    "q": (3, _bare),
    "ro": (2, roles.role_of),
    "rx": (2, _bare),
    "gm": (3, _bare),
    "n": (2, _bare),
    "s": (4, _bare),
    "h": (4, _bare),
    "x": (4, _bare),
    "e": (4, _bare),
    "v": (3, _bare),
    "y": (4, _bare),
    "f": (2, _bare),
    "d": (3, _bare),
    "w": (4, _bare),
    "l": (2, _column("id")),
    "rn": (3, _column("id")),
    "z": (3, _bare),
    "c": (4, lambda row: 0 + cast("int", row.columns["n"])),
    "k": (2, administrators.states_in),
    "b": (3, _bare),
    "j": (3, _job),
    "i": (3, _bare),
}
"""How many parts the keys of each kind have, and what reads its rows; see `scim.storage.tables.keys`."""


def unreadable_because(row: Row) -> str:
    """What is wrong with a row by itself; "" when it can be read."""
    parts = row.row_key.split("|")
    if parts[0] not in KINDS:
        return f"of an unknown kind: {row.row_key}"
    number, read = KINDS[parts[0]]
    if len(parts) != number:
        return f"unreadable: {row.row_key}"
    try:
        read(row)
    except UNREADABLE as error:
        return f"unreadable: {row.row_key} ({error!r})"
    return ""
