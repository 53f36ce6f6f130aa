"""The `Accounts` port over the directory table.

The rows `s|P|<userName> |<id>` hold what the list shows, in its order, for each provider and for native accounts: a
page is one range query for each of them, merged by name. Conditions are evaluated by the service.
"""

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from scim.domain import accounts, departures
from scim.domain.accounts import (
    AccountFilter,
    AccountPage,
    AccountState,
    AccountSummary,
    AccountType,
    AdoptionRequest,
    Tombstone,
    name_words,
    words_of,
)
from scim.domain.activities import Activity
from scim.domain.ports import Clock, Providers, VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.users import User, UserType
from scim.errors import Unavailable
from scim.schema.comparison import comparison_key
from scim.storage.tables import entities, keys
from scim.storage.tables.directory_table import Conflict, DirectoryTable
from scim.storage.tables.rows import MAX_PAGE_ROWS, Comparison, Delete, KeyRange, Row
from scim.storage.tables.users import TableUsers

MAX_CALLS = 20
"""Calls that one page makes for each provider at most, when few of its accounts meet the conditions."""
ATTEMPTS = 5
"""Tries of a look that meets a move of the account."""
MAX_FOUND = 200
"""Accounts that a search looks at, for each provider and each way to be found."""


class TableAccounts:
    """See `scim.domain.ports.accounts.Accounts`."""

    def __init__(self, table: DirectoryTable, users: TableUsers, providers: Providers, clock: Clock) -> None:
        self._table = table
        self._users = users
        self._providers = providers
        self._clock = clock

    async def get(self, account_id: str) -> User | None:
        """One call for the providers, and one for each of them and for native accounts, at once.

        Nobody is found only after a second look: the account may have changed hands between the reads of the first.
        Two calls more for a user of a deleted provider to whom the timer that moves them has not come yet.
        """
        for _ in range(ATTEMPTS):
            owners = {each.id: each for each in await self._providers.owners() if not each.has_left}
            user = await self._find(account_id, owners) or await self._find(account_id, owners)
            if user is None or user.provider == NATIVE or owners[user.provider].deletion is None:
                return user
            after, activity = departures.native(user, owners[user.provider], self._clock.now())
            with contextlib.suppress(VersionConflict):  # somebody else moved it meanwhile
                return await self.release(user, after, activity)
        raise Unavailable

    async def _find(self, account_id: str, providers: Iterable[str]) -> User | None:
        found = await asyncio.gather(*(self._users.get(owner, account_id) for owner in (NATIVE, *providers)))
        return next((user for user in found if user is not None), None)

    async def page(self, wanted: AccountFilter, after: str, limit: int) -> AccountPage:
        """One call for deleted providers when native accounts are asked for, then those of `_page`."""
        if NATIVE not in wanted.owners:
            return await self._page(wanted, after, limit, ())
        has_deletions = AccountState.DELETED in wanted.states
        owners = [each for each in await self._providers.owners() if each.deletion is not None]
        gone = {each.id for each in owners if has_deletions or not each.has_left}
        page = await self._page(wanted, after, limit, gone)
        shown = {  # by id: who moved between two reads was found by both
            each.id: replace(each, provider=NATIVE) if each.provider in gone else each for each in page.accounts
        }
        return replace(page, accounts=list(shown.values()))

    async def _page(self, wanted: AccountFilter, after: str, limit: int, gone: Collection[str]) -> AccountPage:
        """One call for each owner, all at once; `MAX_CALLS` at most for each when few accounts meet the conditions.

        Deleted providers (`gone`) come before all others: nobody is missed who moves between two reads.

        A search makes three for each owner, and reads up to `MAX_FOUND` accounts one by one for each, at once.
        Rows of an earlier layout show nothing: their accounts are read one by one, and they meet no condition.
        """
        if wanted.search:
            return await self._search(wanted, after, limit, gone)
        shelf = _TOMBSTONES if AccountState.DELETED in wanted.states else _NAMES
        waves = [[_Span(shelf, owner) for owner in owners] for owners in (gone, wanted.owners) if owners]
        spans = [span for wave in waves for span in wave]
        where = shelf.conditions(wanted)
        parts: list[_Part] = []
        for wave in waves:
            parts += await asyncio.gather(*(self._part(span, span.behind(after), where, limit) for span in wave))
        bound = min((part.end for part in parts if part.end is not None), key=_order, default=None)
        places = sorted(
            (
                (span.place(row), row)
                for span, part in zip(spans, parts, strict=True)
                for row in part.rows
                if bound is None or _order(span.place(row)) <= _order(bound)
            ),
            key=lambda placed: _order(placed[0]),
        )
        shown = await asyncio.gather(*(self._summary(row) for _, row in places[:limit]))
        is_more = len(places) > limit
        return AccountPage(
            accounts=[account for account in shown if account is not None],
            next=places[limit - 1][0] if is_more else bound,
        )

    async def tombstone(self, account_id: str) -> Tombstone | None:
        """As many calls as `get`."""
        if not keys.is_id(account_id):
            return None
        owners = await self._owners()
        rows = await asyncio.gather(*(self._table.get(keys.tombstone(owner, account_id)) for owner in owners))
        return next((_tombstone_of(row) for row in rows if row is not None), None)

    async def restore(self, tombstone: Tombstone, restored: User, activity: Activity) -> User:
        """Two calls."""
        return await self._users.restore(tombstone.user, restored, activity)

    async def release(self, before: User, after: User, activity: Activity, *, is_quiet: bool = False) -> User:
        """Two calls when the memberships fit one transaction; else a job goes on."""
        groups = await self._users.groups_of(before.id)
        return await self._users.release(before, after, groups, activity, is_quiet=is_quiet)

    async def adoption_requests(self, provider_id: str) -> Sequence[AdoptionRequest]:
        """One call for each thousand."""
        rows = await self._table.first(keys.adoptions(provider_id))
        return [
            AdoptionRequest(
                provider=provider_id,
                account_id=keys.last_part(row.row_key),
                asked_at=cast("datetime", row.columns["asked"]),
            )
            for row in rows
        ]

    async def settle_adoption(self, provider_id: str, account_id: str) -> bool:
        """One call."""
        if not keys.is_id(account_id):
            return False
        try:
            await self._table.apply([Delete(keys.adoption(provider_id, account_id))])
        except Conflict:
            return False
        return True

    async def _owners(self) -> list[str]:
        return [NATIVE, *(provider.id for provider in await self._providers.owners())]

    async def _part(self, span: "_Span", keys_: KeyRange, where: Sequence[Comparison], limit: int) -> "_Part":
        rows: list[Row] = []
        continuation: object | None = None
        for _ in range(MAX_CALLS):
            page = await self._table.page(keys_, where=where, limit=limit - len(rows), continuation=continuation)
            rows += page.rows
            continuation = page.continuation
            if continuation is None:
                return _Part(rows, None)
            if len(rows) == limit:
                break
        if rows:
            return _Part(rows, span.place(rows[-1]))
        return _Part((), await self._passed(span, keys_))

    async def _passed(self, span: "_Span", keys_: KeyRange) -> str:
        """A place that was passed for certain when many calls found nothing: what one call can look at, they have."""
        page = await self._table.page(keys_, columns=(), limit=MAX_PAGE_ROWS)
        if not page.rows:
            raise Unavailable
        return span.place(page.rows[-1])

    async def _summary(self, row: Row) -> AccountSummary | None:
        if row.row_key.startswith("t|"):
            tombstone = _tombstone_of(row)
            return accounts.summary_of(tombstone.user, tombstone.deleted_at)
        summary = entities.summary_of(row)
        if summary is None:
            user = await self._users.get(row.row_key.split("|")[1], keys.last_part(row.row_key))
            summary = accounts.summary_of(user) if user else None
        return summary

    # Searching

    async def _search(self, wanted: AccountFilter, after: str, limit: int, gone: Collection[str]) -> AccountPage:
        everybody = replace(wanted, owners=(*gone, *wanted.owners))
        searched: list[tuple[dict[str, AccountSummary], bool]] = []
        for owners in filter(None, (gone, wanted.owners)):
            searched += await asyncio.gather(*(self._search_in(owner, everybody) for owner in owners))
        found = {place: account for places, _ in searched for place, account in places.items()}
        behind = sorted((place for place in found if _order(place) > _order(after)), key=_order)
        return AccountPage(
            accounts=[found[place] for place in behind[:limit]],
            next=behind[limit - 1] if len(behind) > limit else None,
            is_cut=any(is_cut for _, is_cut in searched),
        )

    async def _search_in(self, owner: str, wanted: AccountFilter) -> tuple[dict[str, AccountSummary], bool]:
        """What is found of one owner, by its place, and whether there may be more."""
        span, words = _Span(_NAMES, owner), words_of(wanted.search)
        longest = max(words, key=len, default="")
        by_name, by_email, by_word = await asyncio.gather(
            self._part(span, keys.sorted_names(owner, wanted.search), _NAMES.conditions(wanted), MAX_FOUND),
            self._table.some(keys.emails(owner, wanted.search), MAX_FOUND),
            self._table.some(keys.words(owner, longest), MAX_FOUND) if longest else _nothing(),
        )
        named = {keys.last_part(row.row_key): row for row in by_name.rows}
        others = {keys.last_part(row.row_key) for row in (*by_email[0], *by_word[0])} - named.keys()
        summaries = await asyncio.gather(*(self._summary(row) for row in named.values()))
        users = await asyncio.gather(*(self._users.get(owner, id_) for id_ in others))
        found = {
            span.place(row): account for row, account in zip(named.values(), summaries, strict=True) if account
        } | {
            span.place_of(user): accounts.summary_of(user) for user in users if user and _is_meant(user, wanted.search)
        }
        is_cut = by_name.end is not None or by_email[1] or by_word[1]
        return {place: account for place, account in found.items() if wanted.admits(account)}, is_cut


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A kind of rows that the list reads.

    Attributes:
        letter: The first part of their keys.
        has_deletions: Whether they are tombstones.
    """

    letter: str
    has_deletions: bool = False

    def conditions(self, wanted: AccountFilter) -> list[Comparison]:
        """What of the filter the service evaluates: all of it."""
        where: list[Comparison] = []
        if wanted.type is AccountType.ADMINISTRATOR:
            where.append(Comparison("administrator", "eq", value=True))
        elif wanted.type is not None:
            where.append(Comparison("userType", "eq", UserType(wanted.type.value).value))
        if wanted.organization is not None:
            where.append(Comparison("organization", "eq", wanted.organization))
        if self.has_deletions:
            return [*where, Comparison("deleted", "gt", wanted.deleted_after)] if wanted.deleted_after else where
        if len(wanted.states) == 1:
            where.append(Comparison("active", "eq", AccountState.ACTIVE in wanted.states))
        return where


_NAMES = _Shelf("s")
_TOMBSTONES = _Shelf("t", has_deletions=True)


@dataclass(frozen=True, slots=True)
class _Span:
    """The rows of a kind that one owner has. A *place* is what follows the owner in a row's key."""

    shelf: _Shelf
    owner: str

    @property
    def prefix(self) -> str:
        """What all their keys start with."""
        return f"{self.shelf.letter}|{self.owner}|"

    def behind(self, place: str) -> KeyRange:
        """Those that follow a place, which need not be anybody's."""
        whole = keys.prefix_range(self.prefix)
        return keys.after(self.prefix + place, whole) if place else whole

    def place(self, row: Row) -> str:
        """The place of a row."""
        return row.row_key.removeprefix(self.prefix)

    def place_of(self, user: User) -> str:
        """The place of a user, by name."""
        return keys.sorted_name(self.owner, user.user_name, user.id).removeprefix(self.prefix)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a page has read of one owner.

    Attributes:
        rows: Those that meet the conditions.
        end: The place up to which these are all; None when there are no others.
    """

    rows: Sequence[Row]
    end: str | None


def _order(place: str) -> bytes:
    """Sorts as storage sorts."""
    return place.encode("utf-16-be", "surrogatepass")


def _is_meant(user: User, search: str) -> bool:
    """Whether somebody is searched by an address, or by beginnings of words of the names."""
    document = user.document()
    addresses = {comparison_key(email.get("value", "")) for email in document.get("emails", ())}
    words = name_words(document)
    return comparison_key(search) in addresses or _all_begin(words_of(search), words)


def _all_begin(beginnings: Iterable[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)


def _tombstone_of(row: Row) -> Tombstone:
    return Tombstone(entities.user_of(row), cast("datetime", row.columns["deleted"]))


async def _nothing() -> tuple[list[Row], bool]:
    return [], False
