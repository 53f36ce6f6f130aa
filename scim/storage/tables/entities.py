"""Domain values as rows and back. Every row carries the version of this layout."""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime
from types import MappingProxyType
from typing import cast

from scim.domain.accounts import AccountSummary, Tombstone, name_words
from scim.domain.activities import Activity, Actor, Status
from scim.domain.groups import Group, Member, MemberType
from scim.domain.users import ALL_ORGANIZATIONS, Standing, User, UserType, display_name_in
from scim.schema.attributes import Document
from scim.schema.comparison import comparison_key
from scim.storage.tables import keys
from scim.storage.tables.documents import column_text, text_columns
from scim.storage.tables.rows import Columns, Insert, Row, Value
from scim.storage.tables.wordings import worded, wording_of

LAYOUT = 1
"""Version of the columns, in the column `v` of every row that has any."""
MAX_LISTED = 1_000
"""Characters of a name that the list of accounts shows."""
MAX_WORDS = 43
"""Addresses and words by which a user is found: at most 40 of the former, 6 of the latter, and so many together that a
change of all of them is one transaction."""
NO_COLUMNS: Columns = MappingProxyType({})
_FACTS = tuple(each.name for each in fields(Activity) if each.name != "time")
"""What of an activity is in the column `facts`."""


def user_columns(user: User) -> dict[str, Value]:
    """The columns of a user's row."""
    standing = user.standing
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "created": user.created,
        "modified": user.modified,
        "userType": standing.user_type.value,
        "active": standing.active,
        "administrator": user.administrator,
    }
    if standing.organization is not None:
        columns["organization"] = standing.organization
    if standing.contact is not None:
        columns["contact"] = standing.contact
    if user.standing_since is not None:
        columns["standingSince"] = user.standing_since
    return columns | text_columns(user.text)


def user_of(row: Row) -> User:
    """The user in a row `u|P|<id>` or `t|P|<id>`."""
    _, provider, user_id = row.row_key.split("|")
    columns = row.columns
    return User(
        id=user_id,
        provider=provider,
        text=column_text(columns),
        created=cast("datetime", columns["created"]),
        modified=cast("datetime", columns["modified"]),
        version=keys.version_of(row.etag),
        standing=Standing(
            user_type=UserType(str(columns["userType"])),
            organization=_optional(columns, "organization"),
            active=bool(columns["active"]),
            contact=_optional(columns, "contact"),
        ),
        administrator=bool(columns["administrator"]),
        standing_since=cast("datetime | None", columns.get("standingSince")),
    )


def user_index_keys(user: User) -> list[str]:
    """The keys of the rows by which the user is found."""
    return list(user_index_rows(user))


def user_index_rows(user: User) -> dict[str, Columns]:
    """The rows by which the user is found: by userName with what the list of accounts shows, the others bare."""
    document = user.document()
    addresses = {comparison_key(address) for email in document.get("emails", ()) if (address := email.get("value"))}
    found = [
        *(keys.email(user.provider, address, user.id) for address in addresses),
        *(
            keys.word(user.provider, word, user.id)
            for word in name_words(document)[: max(0, MAX_WORDS - len(addresses))]
        ),
    ]
    if external_id := document.get("externalId"):
        found.append(keys.external_id(user.provider, external_id, user.id))
    if user.administrator:
        found.append(keys.administrator(user.provider, user.id))
    organization = user.standing.organization
    if organization is not None and organization != ALL_ORGANIZATIONS:
        found.append(keys.organization_user(organization, user.provider, user.id))
    place = keys.sorted_name(user.provider, document["userName"], user.id)
    return {place: _listed_columns(user, document)} | dict.fromkeys(found, NO_COLUMNS)


def _listed_columns(user: User, document: Document) -> Columns:
    standing = user.standing
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "userName": document["userName"][:MAX_LISTED],
        "name": display_name_in(document)[:MAX_LISTED],
        "userType": standing.user_type.value,
        "active": standing.active,
        "administrator": user.administrator,
    }
    if standing.organization is not None:
        columns["organization"] = standing.organization
    if standing.contact is not None:
        columns["contact"] = standing.contact
    return columns


def summary_of(row: Row) -> AccountSummary:
    """The account in a row `s|P|<name> |<id>`."""
    columns = row.columns
    return AccountSummary(
        id=keys.last_part(row.row_key),
        provider=row.row_key.split("|")[1],
        user_name=str(columns["userName"]),
        name=str(columns["name"]),
        contact=_optional(columns, "contact"),
        user_type=UserType(str(columns["userType"])),
        organization=_optional(columns, "organization"),
        active=bool(columns["active"]),
        administrator=bool(columns["administrator"]),
    )


def tombstone_of(row: Row) -> Tombstone:
    """The deleted account in a row `t|P|<id>`."""
    return Tombstone(user_of(row), cast("datetime", row.columns["deleted"]))


def holder_columns(provider: str, resource_id: str) -> dict[str, Value]:
    """The columns of a reservation: who holds the name."""
    return {"v": LAYOUT, "provider": provider, "id": resource_id}


def group_columns(group: Group) -> dict[str, Value]:
    """The columns of a group's row."""
    return {"v": LAYOUT, "created": group.created, "modified": group.modified, **text_columns(group.text)}


def group_of(row: Row) -> Group:
    """The group in a row `g|P|<id>`."""
    _, provider, group_id = row.row_key.split("|")
    return Group(
        id=group_id,
        provider=provider,
        text=column_text(row.columns),
        created=cast("datetime", row.columns["created"]),
        modified=cast("datetime", row.columns["modified"]),
        version=keys.version_of(row.etag),
    )


def group_index_keys(group: Group) -> Iterator[str]:
    """The keys of the rows, without columns of their own, by which the group is found."""
    if external_id := group.document().get("externalId"):
        yield keys.group_external_id(group.provider, external_id, group.id)


def member_columns(member: Member) -> dict[str, Value]:
    """The columns of both rows of a membership."""
    return {"type": member.type}


def member_of(row: Row) -> Member:
    """The member in a row `m|<groupId>|<memberId>`."""
    return Member(keys.last_part(row.row_key), cast("MemberType", row.columns["type"]))


def activity_key(activity: Activity) -> str:
    """The row of an activity."""
    return keys.activity(activity.time, activity.id)


def activity_row(activity: Activity) -> Insert:
    """The insertion of an activity; its key marks the transaction that it is part of."""
    facts = {name: value for name in _FACTS if (value := getattr(activity, name))}
    facts["actor"] = asdict(activity.actor)
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "time": activity.time,
        "status": activity.status.value,
        "facts": json.dumps(facts, ensure_ascii=False),
    }
    if wording := wording_of(activity.detail):
        columns["wording"] = wording
    return Insert(activity_key(activity), columns)


def activity_of(row: Row) -> Activity:
    """The activity in a row of the outbox or of a month.

    Raises:
        ValueError: The row has none that this version can read.
    """
    try:
        facts = json.loads(str(row.columns["facts"]))
        return Activity(
            **facts
            | {
                "time": row.columns["time"],
                "status": Status(str(row.columns["status"])),
                "provider": facts.get("provider", ""),
                "actor": Actor(**facts["actor"]),
                "organizations": tuple(facts.get("organizations", ())),
                "changed": tuple(facts.get("changed", ())),
                "detail": worded(facts.get("detail", ""), row.columns.get("wording")),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError("This row holds no activity.") from error


def _optional(columns: Columns, name: str) -> str | None:
    value = columns.get(name)
    return None if value is None else str(value)
