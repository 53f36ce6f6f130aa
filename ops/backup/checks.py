"""What must hold of the directory's rows whenever nothing is going on.

It reads the whole table and tells, in words, of every row that should not be there and every one that is missing.
What follows from a row is worked out here anew, and not by the code that writes it in the app.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from ops.backup.kinds import unreadable_because
from scim.domain.accounts import name_words
from scim.domain.users import ALL_ORGANIZATIONS, User, display_name
from scim.schema.comparison import comparison_key
from scim.storage.tables import entities, keys
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Columns, Row, Tables

INDEXES = frozenset("nshvxeydwf")
ACTIVITY_FACTS = {"id", "actor", "subject_kind", "subject_id"}
"""Besides the provider, where what was changed belongs to one."""


async def directory(tables: Tables) -> dict[str, Row]:
    """All rows of the directory by key."""
    return {row.row_key: row for partition, row in await _everything(tables) if partition == PARTITION}


async def violations(tables: Tables) -> list[str]:
    """What is wrong; empty when everything is right."""
    everything = await _everything(tables)
    strays = [
        f"in an unknown partition: {partition} {row.row_key}" for partition, row in everything if partition != PARTITION
    ]
    found = {row.row_key: row for partition, row in everything if partition == PARTITION}
    unreadable = {key: said for key, row in found.items() if (said := unreadable_because(row))}
    for key in unreadable:
        del found[key]
    return [
        *strays,
        *unreadable.values(),
        *_indexes(found),
        *_names(found),
        *_role_holders(found),
        *_memberships(found),
        *_counters(found),
        *_activities(found),
        *_jobs(found),
        *_versions(found),
    ]


async def _everything(tables: Tables) -> list[tuple[str, Row]]:
    page = await tables.scan(DIRECTORY)
    found = list(page.rows)
    while page.continuation is not None:
        page = await tables.scan(DIRECTORY, continuation=page.continuation)
        found += page.rows
    return found


def _indexes(found: Mapping[str, Row]) -> Iterator[str]:
    """Exactly the index rows and reservations of live resources, derived here anew from their documents."""
    wanted: dict[str, Columns] = {}
    for key, row in found.items():
        if key.startswith(("u|", "g|")):
            for index, columns in _wanted(row):
                if index in wanted and not index.startswith("y|"):
                    yield f"two resources want {index}"
                wanted[index] = columns
    actual = {key: row for key, row in found.items() if key.partition("|")[0] in INDEXES}
    yield from (f"missing: {key}" for key in wanted.keys() - actual.keys())
    yield from (f"points nowhere: {key}" for key in actual.keys() - wanted.keys())
    for key in wanted.keys() & actual.keys():
        columns = {name: value for name, value in actual[key].columns.items() if name != "v"}
        if columns != wanted[key]:
            yield f"points elsewhere: {key} has {columns!r}"


def _wanted(row: Row) -> Iterator[tuple[str, Columns]]:
    kind, provider, id_ = row.row_key.split("|")
    holder: Columns = {"provider": provider, "id": id_}
    if kind == "g":
        group = entities.group_of(row)
        yield keys.display_name(provider, group.display_name), holder
        yield keys.roster(id_), {}
        if external_id := group.document().get("externalId"):
            yield keys.group_external_id(provider, external_id, id_), {}
        return
    user = entities.user_of(row)
    document = user.document()
    yield keys.user_name(user.user_name), holder
    yield keys.sorted_name(provider, user.user_name, id_), _listed(user, document)
    if external_id := document.get("externalId"):
        yield keys.external_id(provider, external_id, id_), {}
    addresses = {comparison_key(email["value"]) for email in document.get("emails", ()) if email.get("value")}
    yield from ((keys.email(provider, address, id_), {}) for address in addresses)
    words = name_words(document)[: max(0, 43 - len(addresses))]
    yield from ((keys.word(provider, word, id_), {}) for word in words)
    if user.administrator:
        yield keys.administrator(provider, id_), {}
    if user.standing.organization not in {None, ALL_ORGANIZATIONS}:
        yield keys.organization_user(str(user.standing.organization), provider, id_), {}


def _listed(user: User, document: Mapping[str, Any]) -> Columns:
    """What the list of accounts shows of a user; texts are cut."""
    standing = user.standing
    shown = {
        "userName": document["userName"][:1000],
        "name": display_name(user)[:1000],
        "userType": standing.user_type.value,
        "active": standing.active,
        "administrator": user.administrator,
        "organization": standing.organization,
        "contact": standing.contact,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _names(found: Mapping[str, Row]) -> Iterator[str]:
    """Exactly the names of organizations and roles that there are."""
    wanted: dict[str, str] = {}
    for key, row in found.items():
        kind, _, id_ = key.partition("|")
        if kind == "o" and row.columns["state"] != "deleted":
            wanted[f"l|{keys.encoded(comparison_key(str(row.columns['name'])))}"] = id_
        elif kind == "ro":
            name = keys.encoded(comparison_key(str(row.columns["name"])))
            wanted[f"rn|{row.columns['userType']!s}|{name}"] = id_
    actual = {key: str(row.columns["id"]) for key, row in found.items() if key.startswith(("l|", "rn|"))}
    for key in wanted.keys() | actual.keys():
        if wanted.get(key) != actual.get(key):
            yield f"name: {key} leads to {actual.get(key)}, not {wanted.get(key)}"


def _role_holders(found: Mapping[str, Row]) -> Iterator[str]:
    """A row for each role of each profile."""
    wanted = {
        f"z|{role}|{key.partition('|')[2]}"
        for key, row in found.items()
        if key.startswith("p|")
        for role, _, _ in json.loads(str(row.columns["roles"]))
    }
    actual = {key for key in found if key.startswith("z|")}
    yield from (f"role without holder, or the other way round: {key}" for key in wanted ^ actual)


def _memberships(found: Mapping[str, Row]) -> Iterator[str]:
    """Both rows of each membership, of the same type, between live resources of one provider."""
    owners = {(key.split("|")[0], key.split("|")[2]): key.split("|")[1] for key in found if key[:2] in {"u|", "g|"}}
    for key, row in found.items():
        kind, _, rest = key.partition("|")
        if kind not in {"m", "r"}:
            continue
        one, other = rest.split("|")
        twin = found.get(f"{'r' if kind == 'm' else 'm'}|{other}|{one}")
        if twin is None or twin.columns != row.columns:
            yield f"one-sided: {key}"
        group_id, member_id = (one, other) if kind == "m" else (other, one)
        group_owner = owners.get(("g", group_id))
        member_owner = owners.get(("u" if row.columns.get("type") == "User" else "g", member_id))
        if group_owner is None or member_owner is None or group_owner != member_owner:
            yield f"dangling: {key}"


def _counters(found: Mapping[str, Row]) -> Iterator[str]:
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for key, row in found.items():
        if key.startswith("c|"):
            _, kind, provider, _ = key.split("|")
            counted[kind, provider] += cast("int", row.columns["n"])
    actual = Counter((key.split("|")[0], key.split("|")[1]) for key in found if key[:2] in {"u|", "g|"})
    for total in counted.keys() | actual.keys():
        if counted[total] != actual[total]:
            yield f"counted {counted[total]} of {total}, there are {actual[total]}"


def _activities(found: Mapping[str, Row]) -> Iterator[str]:
    for key, row in found.items():
        if not key.startswith("a|"):
            continue
        facts = json.loads(str(row.columns["facts"]))
        time = cast("datetime", row.columns["time"])
        owned = {"provider"} if facts.get("subject_kind") in {"user", "group"} else set()
        if not facts.keys() >= ACTIVITY_FACTS | owned or key != keys.activity(time, facts["id"]):
            yield f"not an activity: {key} {facts}"


def _jobs(found: Mapping[str, Row]) -> Iterator[str]:
    """No work but what repeats a deletion's last step later, and no list of work that is done."""
    for key, row in found.items():
        if key.startswith("j|"):
            columns = row.columns
            waits = cast("datetime", columns["due"]) - cast("datetime", columns["started"]) >= timedelta(minutes=5)
            if not waits or columns["kind"] == "changeMembers":
                yield f"unfinished: {key} {columns['kind']!s} {columns['done']!s}/{columns['total']!s}"
        elif key.startswith("i|"):
            yield f"list without a job: {key}"


def _versions(found: Mapping[str, Row]) -> Iterator[str]:
    """Every row that has columns of its own says of which layout they are."""
    bare = ("m|", "r|", "c|", "i|", "b|")
    for key, row in found.items():
        if row.columns and not key.startswith(bare) and row.columns.get("v") != entities.LAYOUT:
            yield f"no layout version: {key}"
