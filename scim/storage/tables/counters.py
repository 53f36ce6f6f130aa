"""Exact totals that no two writers contend for.

A total is the sum of its stripes. Each running instance owns its stripes: a write borrows a free one, whose value and
ETag are known, replaces it within its own transaction, and gives it back with the new ETag: no read, no conflict, no
count lost. A stripe whose transaction did not answer cleanly is read again before its next use.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Literal

from scim.storage.tables import keys
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.rows import Insert, Operation, Replace

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
        return sum(int(str(row.columns["n"])) for row in await self._table.first(keys.counters(kind, provider)))

    def _new_stripe(self, kind: Kind, provider: str) -> Stripe:
        self._made[kind, provider] += 1
        return Stripe(keys.counter(kind, provider, f"{self._instance}{self._made[kind, provider]:03d}"))

    async def _read_again(self, stripe: Stripe) -> None:
        row = await self._table.get(stripe.key)
        stripe.value = int(str(row.columns["n"])) if row else 0
        stripe.etag = row.etag if row else None
