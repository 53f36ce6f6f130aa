"""Work that one transaction cannot hold, as a row that says what is left to do.

The first transaction makes the change visible and inserts the job; every later one does a part and notes it in the
job's row; the last removes the row. `job_runner` does them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import batched
from typing import cast
from uuid import UUID

from scim.domain.groups import Member, MemberType
from scim.storage.tables import entities, keys
from scim.storage.tables.memberships import Step
from scim.storage.tables.rows import Columns, Delete, Insert, Operation, Replace, Row, Upsert, Value

GRACE = timedelta(minutes=1)
"""How long a job is left to the request that started it."""
AFTERMATH = timedelta(minutes=5)
"""How long after a deletion memberships that were written while it ran are looked for."""


class JobKind(StrEnum):
    """What there is to do."""

    CHANGE_MEMBERS = "changeMembers"
    """Apply the rest of a list of changes to a group's members."""
    FORGET_MEMBER = "forgetMember"
    """Remove a deleted user, or group, from the groups that it was in."""
    LEAVE_PROVIDER = "leaveProvider"
    """Remove a user whom the provider does not manage any more from its groups, unless it manages them again."""
    DISBAND_GROUP = "disbandGroup"
    """Remove the memberships of a deleted group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row `j|<resourceId>|<id>`.

    Attributes:
        resource_id: The group whose members change, or the user or group that was deleted.
        id: The id of the activity that the job is part of.
        kind: See `JobKind`.
        provider: The owner of the resource.
        started: When the first transaction was made.
        again: When to do the same once more; None for never.
        done, total: Changes of members made, and to make.
        etag: Of the row as it was read or written last.
    """

    resource_id: str
    id: str
    kind: JobKind
    provider: str
    started: datetime
    again: datetime | None = None
    done: int = 0
    total: int = 0
    etag: str = ""

    @property
    def key(self) -> str:
        """The row's key."""
        return keys.job(self.resource_id, self.id)

    def insertion(self) -> Insert:
        """The operation that leaves the job to the request that starts it, then to the sweeper."""
        return Insert(self.key, self._columns(self.started + GRACE, self.again))

    def deferred(self) -> Insert:
        """The operation that leaves only the repetition."""
        return Insert(self.key, self._columns(self.again or self.started, None))

    def progress(self, done: int) -> Replace:
        """The operation that notes how many changes are made."""
        return Replace(self.key, {**self._columns(self.started + GRACE, self.again), "done": done}, self.etag)

    def ending(self) -> list[Operation]:
        """The operations that remove the job, or put it off to its repetition."""
        if self.again is not None:
            return [Replace(self.key, self._columns(self.again, None), self.etag)]
        freed = [Insert(keys.roster(self.resource_id), {})] if self.kind is JobKind.CHANGE_MEMBERS else []
        return [Delete(self.key, self.etag), *(Delete(key) for key in item_keys(self.id, self.total)), *freed]

    def _columns(self, due: datetime, again: datetime | None) -> Columns:
        columns: dict[str, Value] = {
            "v": entities.LAYOUT,
            "kind": self.kind.value,
            "provider": self.provider,
            "started": self.started,
            "due": due,
            "done": self.done,
            "total": self.total,
        }
        return columns if again is None else columns | {"again": again}


def job_of(row: Row) -> Job:
    """The job in a row."""
    _, resource_id, job_id = row.row_key.split("|")
    columns = row.columns
    return Job(
        resource_id=resource_id,
        id=job_id,
        kind=JobKind(str(columns["kind"])),
        provider=str(columns["provider"]),
        started=cast("datetime", columns["started"]),
        again=cast("datetime | None", columns.get("again")),
        done=cast("int", columns["done"]),
        total=cast("int", columns["total"]),
        etag=row.etag,
    )


# The list of changes of a job: rows `i|<jobId>|<n>`, each change a letter and the sixteen bytes of an id.

_ITEM_BYTES = 17
_ITEMS_PER_COLUMN = 65_536 // _ITEM_BYTES
_COLUMNS_PER_ROW = 11
"""In base64, as Azurite measures them, they are below the 1 MiB that a row may have."""
ITEMS_PER_ROW = _ITEMS_PER_COLUMN * _COLUMNS_PER_ROW
_LETTERS = {"User": b"U", "Group": b"G"}
_REMOVE = b"-"
_TYPES = {b"U": "User", b"G": "Group"}


def item_keys(job_id: str, total: int) -> list[str]:
    """The keys of the rows that hold a list of `total` changes."""
    return [keys.job_items(job_id, index) for index in range(-(-total // ITEMS_PER_ROW))]


def item_rows(job_id: str, steps: Sequence[Step]) -> list[Upsert]:
    """The rows that hold the changes."""
    chunks = batched(steps, ITEMS_PER_ROW, strict=False)
    return [Upsert(key, _item_columns(chunk)) for key, chunk in zip(item_keys(job_id, len(steps)), chunks, strict=True)]


def _item_columns(steps: Sequence[Step]) -> Columns:
    columns = (b"".join(map(_packed, chunk)) for chunk in batched(steps, _ITEMS_PER_COLUMN, strict=False))
    return {f"items{index}": packed for index, packed in enumerate(columns)}


def _packed(step: Step) -> bytes:
    if isinstance(step, str):
        return _REMOVE + UUID(step).bytes
    return _LETTERS[step.type] + UUID(step.id).bytes


def steps_in(columns: Columns) -> Iterator[Step]:
    """The changes in a row of the list."""
    for index in range(len(columns)):
        packed = cast("bytes", columns[f"items{index}"])
        for start in range(0, len(packed), _ITEM_BYTES):
            letter, id_ = packed[start : start + 1], str(UUID(bytes=packed[start + 1 : start + _ITEM_BYTES]))
            yield id_ if letter == _REMOVE else Member(id_, cast("MemberType", _TYPES[letter]))
