"""Memberships: two rows each, one seen from the group and one from the member, always written together."""

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import batched

from scim.domain.groups import Member, MembershipChange
from scim.storage.tables import entities, keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import ANY_ETAG, Delete, Insert, KeyRange, Merge, Operation

ROWS_PER_MEMBERSHIP = 2
POINT_READS = 100
"""Up to so many ids are looked up by parallel point reads; more by ranges, unless they are far apart."""
SPARSE = 25
"""A page of keys that tells of fewer ids takes longer than to look each of them up..."""
MAX_SPARSE = 1_000
"""...as long as they are no more than these."""
RANGES_AT_ONCE = 4
RANGE_IDS = 5_000
"""A lookup by ranges is made in up to so many parts at the same time, of so many ids at least."""

type Step = Member | str
"""A member to add, or the id of one to remove."""
type Write = Callable[[Sequence[Operation]], Awaitable[Mapping[str, str]]]
"""Makes a transaction, and returns the new ETags by row key."""


def steps_of(change: MembershipChange) -> list[Step]:
    """The single changes, additions first; to remove what cannot be an id is nothing to do."""
    return [*change.add, *filter(keys.is_id, change.remove)]


def operations_of(group_id: str, steps: Iterable[Step]) -> list[Operation]:
    """The operations of the steps; each fails when it has nothing to do."""
    return [
        operation
        for step in steps
        for operation in (removal(group_id, step) if isinstance(step, str) else addition(group_id, step))
    ]


def addition(group_id: str, member: Member) -> tuple[Operation, Operation]:
    """Both rows of a new membership."""
    columns = entities.member_columns(member)
    return Insert(keys.member(group_id, member.id), columns), Insert(keys.membership(member.id, group_id), columns)


def removal(group_id: str, member_id: str) -> tuple[Operation, Operation]:
    """Both rows of a membership that ends."""
    return Delete(keys.member(group_id, member_id)), Delete(keys.membership(member_id, group_id))


def touch(provider: str, group_id: str, moment: datetime, etag: str = ANY_ETAG) -> Merge:
    """What gives a group another version, since its members change."""
    return Merge(keys.group(provider, group_id), {"modified": moment}, etag)


def departure(provider: str, group_id: str, member_id: str, moment: datetime) -> tuple[Operation, ...]:
    """The end of the membership of somebody who is deleted. Write it by `without_gone_groups`."""
    return touch(provider, group_id, moment), *removal(group_id, member_id)


async def without_gone_groups(write: Write, operations: Sequence[Operation]) -> Mapping[str, str]:
    """Make a transaction, and leave groups untouched that are gone.

    Such a group may still have members: the job of its deletion, or this transaction, takes them away.
    """
    while True:
        try:
            return await write(operations)
        except Conflict as conflict:
            left = [operation for operation in operations if not _touches(operation, conflict.row_key)]
            if conflict.kind != "missing" or len(left) == len(operations):
                raise
            operations = left


def _touches(operation: Operation, row_key: str) -> bool:
    return isinstance(operation, Merge) and operation.row_key == row_key and row_key.startswith("g|")


async def outstanding(table: DirectoryTable, group_id: str, steps: Sequence[Step]) -> list[Step]:
    """Those of the steps that would still change something."""
    ids = [step if isinstance(step, str) else step.id for step in steps]
    present = await present_ids(table, f"m|{group_id}|", ids)
    return [step for step in steps if (step in present if isinstance(step, str) else step.id not in present)]


async def present_ids(table: DirectoryTable, prefix: str, ids: Iterable[str], *, max_sparse: int = 0) -> set[str]:
    """Those of the ids for which there is a row `<prefix><id>`.

    Reads keys only and leaps from each page's end to the next id that is wanted, so that it takes at most one call for
    each id and at most one for each thousand rows under the prefix. Where ids turn out to be sparse, up to `max_sparse`
    are looked up one by one.
    """
    wanted = sorted(set(ids))
    present: set[str] = set()
    position = 0
    while position < len(wanted):
        span = KeyRange(prefix + wanted[position], f"{prefix}{wanted[-1]} ")
        page = await table.page(span, columns=())
        while not page.rows and page.continuation is not None:
            page = await table.page(span, columns=(), continuation=page.continuation)
        present.update(row.row_key.removeprefix(prefix) for row in page.rows)
        if page.continuation is None:
            break
        told = bisect_right(wanted, page.rows[-1].row_key.removeprefix(prefix))
        is_sparse = told - position < SPARSE
        position = told
        if is_sparse and len(wanted) - position <= max_sparse:
            present |= await _read_each(table, prefix, wanted[position:])
            break
    return present.intersection(wanted)


async def existing_members(table: DirectoryTable, provider: str, ids: Iterable[str]) -> dict[str, Member]:
    """Those of the ids that are users or, failing that, groups of the provider."""
    wanted = [id_ for id_ in dict.fromkeys(ids) if keys.is_id(id_)]
    users = await _existing(table, f"u|{provider}|", wanted)
    groups = await _existing(table, f"g|{provider}|", [id_ for id_ in wanted if id_ not in users])
    return {id_: Member(id_, "User" if id_ in users else "Group") for id_ in wanted if id_ in users or id_ in groups}


async def _existing(table: DirectoryTable, prefix: str, ids: Sequence[str]) -> set[str]:
    if len(ids) <= POINT_READS:
        return await _read_each(table, prefix, ids)
    parts = batched(sorted(ids), max(RANGE_IDS, -(-len(ids) // RANGES_AT_ONCE)), strict=False)
    return set().union(
        *await asyncio.gather(*(present_ids(table, prefix, part, max_sparse=MAX_SPARSE) for part in parts))
    )


async def _read_each(table: DirectoryTable, prefix: str, ids: Sequence[str]) -> set[str]:
    present: set[str] = set()
    for some in batched(ids, POINT_READS, strict=False):
        rows = await asyncio.gather(*(table.get(prefix + id_) for id_ in some))
        present.update(id_ for id_, row in zip(some, rows, strict=True) if row is not None)
    return present
