"""Exact totals that no two writers contend for.

A total is the sum of its stripes. Each running instance owns its stripes: a write borrows a free one, whose value and
ETag are known, replaces it within its own transaction, and gives it back with the new ETag: no read, no conflict, no
count lost. A stripe whose transaction did not answer cleanly is read again before its next use.

Instances come and go, and leave their stripes behind. `Folding` adds up those that nobody writes any more, so that a
total stays one call.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from secrets import token_hex
from typing import Literal

from scim.storage.tables import keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import MAX_BATCH_OPERATIONS, Delete, Insert, Operation, Replace, Row

logger = logging.getLogger(__name__)

type Kind = Literal["u", "g"]
"""What is counted: users or groups of a provider."""


@dataclass(slots=True)
class Stripe:
    """A part of a total that one write at a time changes.

    Attributes:
        key: Its row.
        value: What it counts, as far as known.
        etag: The row's ETag; None when there is no row yet.
        known: Whether value and etag are what storage has.
    """

    key: str
    value: int = 0
    etag: str | None = None
    known: bool = True

    def step(self, delta: int) -> Operation:
        """The operation that adds `delta`, for the borrower's transaction."""
        columns = {"n": self.value + delta}
        return Insert(self.key, columns) if self.etag is None else Replace(self.key, columns, self.etag)

    def settle(self, delta: int, etags: Mapping[str, str]) -> None:
        """Note that the step was applied."""
        if self.key in etags:
            self.value += delta
            self.etag = etags[self.key]
            self.known = True


class Counters:
    """The totals of users and groups, by provider."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table
        self._instance = token_hex(4)
        self._free: dict[tuple[Kind, str], list[Stripe]] = defaultdict(list)
        self._made: dict[tuple[Kind, str], int] = defaultdict(int)

    @asynccontextmanager
    async def stripe(self, kind: Kind, provider: str) -> AsyncIterator[Stripe]:
        """Borrow a stripe for one transaction; the borrower puts its step in, and settles it when applied."""
        free = self._free[kind, provider]
        stripe = free.pop() if free else self._new_stripe(kind, provider)
        try:
            if not stripe.known:
                await self._read_again(stripe)
            stripe.known = False  # until settled: an exception or a cancellation may come from here on
            yield stripe
        finally:
            free.append(stripe)

    async def total(self, kind: Kind, provider: str) -> int:
        """How many there are: one call for up to 1,000 stripes."""
        return sum(map(_value, await self._table.first(keys.counters(kind, provider))))

    def _new_stripe(self, kind: Kind, provider: str) -> Stripe:
        self._made[kind, provider] += 1
        return Stripe(keys.counter(kind, provider, f"{self._instance}{self._made[kind, provider]:03d}"))

    async def _read_again(self, stripe: Stripe) -> None:
        row = await self._table.get(stripe.key)
        stripe.value = _value(row) if row else 0
        stripe.etag = row.etag if row else None


class Folding:
    """See `scim.domain.ports.activities.Totals`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def fold(self, idle_since: datetime) -> int:
        """One call for each thousand stripes, and one for each 99 of a total that are folded.

        A transaction adds stripes to the total's base and removes them, all at the versions that were read: it either
        sees all of them as they are, or changes nothing. An instance that was only idle finds its stripe gone, reads
        it again as nothing, and begins anew from there.
        """
        totals: defaultdict[str, list[Row]] = defaultdict(list)
        for row in await self._table.first(keys.COUNTERS):
            totals[keys.counter_base(row.row_key)].append(row)
        return sum([await self._fold(base, rows, idle_since) for base, rows in totals.items()])

    async def _fold(self, base: str, rows: Sequence[Row], idle_since: datetime) -> int:
        present = next((row for row in rows if row.row_key == base), None)
        value, etag = (_value(present), present.etag) if present else (0, "")
        idle = [row for row in rows if row is not present and keys.written_at(row.etag) < idle_since]
        folded = 0
        for stripes in batched(idle, MAX_BATCH_OPERATIONS - 1, strict=False):
            value += sum(map(_value, stripes))
            whole = Replace(base, {"n": value}, etag) if etag else Insert(base, {"n": value})
            try:
                etags = await self._table.apply([whole, *(Delete(row.row_key, row.etag) for row in stripes)])
            except Conflict:  # somebody counts there after all, or folds as well: the next run sees how it stands
                logger.info("counters_changed_meanwhile base=%s", base)
                break
            etag = etags[base]
            folded += len(stripes)
        return folded


def _value(row: Row) -> int:
    return int(str(row.columns["n"]))
