"""The `Profiles` port over the directory table: a row for each account, and one for each role that it has natively."""

import json
from dataclasses import replace
from datetime import datetime
from typing import cast

from scim.domain.activities import Activity
from scim.domain.people import LATEST_IDLE_WARNING_MINUTES, AuthenticationType, NativeRole, Profile
from scim.domain.ports import VersionConflict
from scim.storage.tables import keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import Columns, Delete, Insert, Operation, Replace, Row, Upsert, Value


class TableProfiles:
    """See `scim.domain.ports.people.Profiles`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def get(self, account_id: str) -> Profile:
        """One call."""
        if not keys.is_id(account_id):
            return Profile(account_id=account_id)
        row = await self._table.get(keys.profile(account_id))
        return profile_of(row) if row else Profile(account_id=account_id)

    async def save(self, profile: Profile, activity: Activity | None = None) -> Profile:
        """Two calls: what roles there were is read, because each has a row of its own."""
        key = keys.profile(profile.account_id)
        before = await self.get(profile.account_id)
        if before.version != profile.version:
            raise VersionConflict
        old, new = {role.role for role in before.roles}, {role.role for role in profile.roles}
        operations: list[Operation] = [
            profile_write(profile),
            *(Upsert(keys.role_holder(role, profile.account_id), {}) for role in sorted(new - old)),
            *(Delete(keys.role_holder(role, profile.account_id)) for role in sorted(old - new)),
        ]
        try:
            etags = await self._table.with_activity(operations, activity)
        except Conflict as conflict:
            raise VersionConflict from conflict
        return replace(profile, version=await self._table.etag(etags, key))


def profile_write(profile: Profile) -> Operation:
    """The operation that stores a profile whose roles are those that are stored, if it is at its version."""
    key, columns = keys.profile(profile.account_id), _profile_columns(profile)
    return Replace(key, columns, profile.version) if profile.version else Insert(key, columns)


def _profile_columns(profile: Profile) -> Columns:
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "phone": profile.phone,
        "language": profile.language,
        "timeZone": profile.time_zone,
        "idleWarningMinutes": profile.idle_warning_minutes,
        "notifications": profile.notifications,
        "authenticationType": profile.authentication_type.value if profile.authentication_type else "",
        "roles": json.dumps([[role.role, role.added_by, role.added_at.isoformat()] for role in profile.roles]),
    }
    if profile.sessions_end is not None:
        columns["sessionsEnd"] = profile.sessions_end
    return columns


def profile_of(row: Row) -> Profile:
    """The profile in a row `p|<id>`."""
    columns = row.columns
    return Profile(
        account_id=keys.last_part(row.row_key),
        phone=str(columns["phone"]),
        language=str(columns["language"]),
        time_zone=str(columns["timeZone"]),
        idle_warning_minutes=min(int(cast("int", columns["idleWarningMinutes"])), LATEST_IDLE_WARNING_MINUTES),
        notifications=bool(columns["notifications"]),
        roles=tuple(
            NativeRole(role=role, added_by=by, added_at=datetime.fromisoformat(at))
            for role, by, at in json.loads(str(columns["roles"]))
        ),
        authentication_type=AuthenticationType(how) if (how := str(columns["authenticationType"])) else None,
        sessions_end=cast("datetime | None", columns.get("sessionsEnd")),
        version=row.etag,
    )
