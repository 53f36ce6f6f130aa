"""The list of accounts: whoever manages them, by name, a page at a time.

The rows `s|P|<userName> |<id>` hold what the list shows, in its order, for each provider and for native accounts. A
page walks through those of every owner, and merges what it finds by name. Conditions are evaluated here, not by the
service, whose answers do not tell how far it has looked: so each call gets on by up to a thousand accounts, and the
next page starts where this one stopped. What can only be few is read whole instead, by an index: what is searched,
system administrators, the people of a small organization.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from scim.domain.accounts import (
    AccountFilter,
    AccountPage,
    AccountState,
    AccountSummary,
    AccountType,
    is_named,
    is_searched,
    summary_of,
    words_of,
)
from scim.domain.users import ALL_ORGANIZATIONS, User
from scim.errors import Unavailable
from scim.storage.tables import entities, keys
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.rows import MAX_PAGE_ROWS, KeyRange, Row
from scim.storage.tables.users import TableUsers

MAX_CALLS = 20
"""Calls that one page makes for each owner at most, when few of its accounts meet the conditions."""
MAX_FOUND = 100
"""Accounts that an index may name, for each owner and each way to be found."""
_GROWTH = 4
"""Each call of a walk that has not found enough reads so many times the rows of the one before."""

type Waves = Sequence[Sequence[str]]
"""The owners whose accounts are asked for; those of one wave are read at once, and the waves one after the other. Who
moves from an owner to one of a later wave meanwhile is met at least once, and shown once."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A kind of rows that the list walks through.

    Attributes:
        letter: The first part of their keys.
        read: The account in a row, if the list shall have it.
    """

    letter: str
    read: Callable[[Row, AccountFilter], AccountSummary | None]


def _read_name(row: Row, wanted: AccountFilter) -> AccountSummary | None:
    account = entities.summary_of(row)
    return account if wanted.admits(account) else None


def _read_tombstone(row: Row, wanted: AccountFilter) -> AccountSummary | None:
    tombstone = entities.tombstone_of(row)
    account = summary_of(tombstone.user, tombstone.deleted_at)
    is_meant = not wanted.search or is_searched(tombstone.user, wanted.search)
    return account if is_meant and wanted.admits(account) else None


_NAMES = _Shelf("s", _read_name)
_TOMBSTONES = _Shelf("t", _read_tombstone)


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


@dataclass(frozen=True, slots=True)
class _Part:
    """What a page has found of one owner.

    Attributes:
        found: Accounts with their places, in order.
        end: The place up to which these are all; None when there are no others.
    """

    found: Sequence[tuple[str, AccountSummary]]
    end: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What indexes name.

    Attributes:
        accounts: By place.
        is_cut: Whether there may be more.
    """

    accounts: dict[str, AccountSummary] = field(default_factory=dict)
    is_cut: bool = False


class AccountLists:
    """Pages of the list."""

    def __init__(self, table: DirectoryTable, users: TableUsers) -> None:
        self._table = table
        self._users = users

    async def page(self, waves: Waves, wanted: AccountFilter, after: str, limit: int) -> AccountPage:
        """See `scim.domain.ports.accounts.Accounts.page`.

        One call for each owner when all of its accounts meet the conditions, `MAX_CALLS` at most when few do.
        A search makes three for each owner, and one for each account that it finds by a word or an address; system
        administrators take one for each owner and one for each of them, and so do people of an organization that has
        no more than `MAX_FOUND`. Deleted accounts are walked through, also by a search.
        """
        if AccountState.DELETED in wanted.states:
            return await self._walked(_TOMBSTONES, waves, wanted, after, limit)
        found = await self._found([owner for wave in waves for owner in wave], wanted)
        if found is None:
            return await self._walked(_NAMES, waves, wanted, after, limit)
        admitted = [place for place, account in found.accounts.items() if wanted.admits(account)]
        behind = sorted((place for place in admitted if _order(place) > _order(after)), key=_order)
        return AccountPage(
            accounts=[found.accounts[place] for place in behind[:limit]],
            next=behind[limit - 1] if len(behind) > limit else None,
            is_cut=found.is_cut,
        )

    # Walking

    async def _walked(self, shelf: _Shelf, waves: Waves, wanted: AccountFilter, after: str, limit: int) -> AccountPage:
        parts: list[_Part] = []
        for wave in waves:
            parts += await asyncio.gather(*(self._walk(_Span(shelf, owner), wanted, after, limit) for owner in wave))
        bound = min((part.end for part in parts if part.end is not None), key=_order, default=None)
        placed = {
            place: account
            for part in parts
            for place, account in part.found
            if bound is None or _order(place) <= _order(bound)
        }
        places = sorted(placed, key=_order)
        return AccountPage(
            accounts=[placed[place] for place in places[:limit]],
            next=places[limit - 1] if len(places) > limit else bound,
        )

    async def _walk(self, span: _Span, wanted: AccountFilter, after: str, limit: int) -> _Part:
        found: list[tuple[str, AccountSummary]] = []
        keys_, size = span.behind(after), limit
        continuation: object | None = None
        passed: str | None = None
        for _ in range(MAX_CALLS):
            page = await self._table.page(keys_, limit=size, continuation=continuation)
            continuation = page.continuation
            for index, row in enumerate(page.rows):
                passed = span.place(row)
                account = span.shelf.read(row, wanted)
                if account is not None:
                    found.append((passed, account))
                if len(found) == limit:
                    is_over = continuation is None and index == len(page.rows) - 1
                    return _Part(found, None if is_over else passed)
            if continuation is None:
                return _Part(found, None)
            size = min(MAX_PAGE_ROWS, size * _GROWTH)
        if passed is None:
            raise Unavailable
        return _Part(found, passed)

    # Finding

    async def _found(self, owners: Sequence[str], wanted: AccountFilter) -> _Found | None:
        """What an index names that the filter can be answered by; None when none can."""
        if wanted.search:
            return _joined(await asyncio.gather(*(self._searched(owner, wanted.search) for owner in owners)))
        if wanted.type is AccountType.ADMINISTRATOR:
            return _joined(await asyncio.gather(*(self._administrators(owner) for owner in owners)))
        if wanted.organization not in {None, ALL_ORGANIZATIONS}:
            return await self._people_of(str(wanted.organization), owners)
        return None

    async def _searched(self, owner: str, search: str) -> _Found:
        longest = max(words_of(search), key=len, default="")
        named, addressed, worded = await asyncio.gather(
            self._table.some(keys.sorted_names(owner, search), MAX_FOUND),
            self._table.some(keys.emails(owner, search), MAX_FOUND),
            self._table.some(keys.words(owner, longest), MAX_FOUND) if longest else _nothing(),
        )
        by_name = {_Span(_NAMES, owner).place(row): entities.summary_of(row) for row in named[0]}
        known = {account.id for account in by_name.values()}
        ids = {keys.last_part(row.row_key) for row in (*addressed[0], *worded[0])} - known
        users = [user for user in await self._read(owner, ids) if is_searched(user, search)]
        return _Found(
            {place: account for place, account in by_name.items() if is_named(account.user_name, search)}
            | {_place_of(user): summary_of(user) for user in users},
            is_cut=named[1] or addressed[1] or worded[1],
        )

    async def _administrators(self, owner: str) -> _Found:
        rows, is_cut = await self._table.some(keys.administrators(owner), MAX_FOUND)
        users = await self._read(owner, (keys.last_part(row.row_key) for row in rows))
        return _Found({_place_of(user): summary_of(user) for user in users}, is_cut)

    async def _people_of(self, organization: str, owners: Sequence[str]) -> _Found | None:
        rows, is_cut = await self._table.some(keys.organization_users(organization), MAX_FOUND)
        if is_cut:
            return None
        places = [row.row_key.split("|")[2:] for row in rows]
        read = await asyncio.gather(
            *(self._read(owner, [id_ for its, id_ in places if its == owner]) for owner in owners)
        )
        return _Found({_place_of(user): summary_of(user) for users in read for user in users})

    async def _read(self, owner: str, ids: Iterable[str]) -> list[User]:
        users = await asyncio.gather(*(self._users.get(owner, id_) for id_ in ids))
        return [user for user in users if user is not None]


def _joined(found: Sequence[_Found]) -> _Found:
    accounts = {place: account for each in found for place, account in each.accounts.items()}
    return _Found(accounts, any(each.is_cut for each in found))


def _place_of(user: User) -> str:
    """The place of a user, by name."""
    return keys.sorted_name(user.provider, user.user_name, user.id).removeprefix(f"s|{user.provider}|")


def _order(place: str) -> bytes:
    """Sorts as storage sorts."""
    return place.encode("utf-16-be", "surrogatepass")


async def _nothing() -> tuple[list[Row], bool]:
    return [], False
