"""Searching one resource type of one provider: exact totals, exact matches, bounded work.

Three ways:

* *streams*: every row of a range is a result, in key order. A page costs as many rows as it has, wherever it starts.
* *collections*: the rows of a plan (`planner`), or of a bounded scan, are read, filtered, sorted and cut.
* *scans by cursor*: what no index finds, in the order of creation. Each page reads on where the one before it ended.

Pages by index start where a bookmark says, pages by cursor where the cursor says: both name a place that outlives the
resource that stood there.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from scim.domain.filtering.evaluate import Predicate, compile_filter
from scim.domain.filtering.nodes import Comparison, Node
from scim.domain.filtering.resolution import resolve
from scim.domain.ports import Position, Query, Results
from scim.domain.resources import Resource
from scim.errors import TooMany
from scim.schema.attributes import Document
from scim.storage.tables import keys
from scim.storage.tables.bookmarks import Bookmarks
from scim.storage.tables.counters import Counters, Kind
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.ordering import Order, place_of_id
from scim.storage.tables.planner import (
    Access,
    Indexes,
    Known,
    Related,
    Reservation,
    Span,
    Union,
    plan,
    referenced_ids,
    value_name,
)
from scim.storage.tables.rows import MAX_PAGE_ROWS, KeyRange, Row
from scim.storage.tables.rows import Comparison as Condition

MAX_SCAN_CALLS = 20
"""Calls, of a thousand rows each, that one search may scan; more is `tooMany`."""
MAX_POINT_READS = 200
"""Candidates that are read one by one; for more, a scan is cheaper."""
_NOTHING = KeyRange(" ", " ")
_CREATION_ORDERS = ("id", "meta.created")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf[R: Resource]:
    """Where the resources of one type stand."""

    kind: Kind
    key: Callable[[str, str], str]
    keys: Callable[[str], KeyRange]
    decode: Callable[[Row], R]
    indexes: Indexes


@dataclass(frozen=True, slots=True)
class _Stream:
    """A range all of whose rows are results.

    Attributes:
        keys: The range.
        is_direct: Whether its rows are the resources, rather than end in their ids.
        is_everything: Whether it has all resources of the provider, whose total is counted.
        where: Conditions on the rows.
    """

    keys: KeyRange
    is_direct: bool = False
    is_everything: bool = False
    where: tuple[Condition, ...] = ()


class Search[R: Resource]:
    """Searches of one resource type."""

    def __init__(self, table: DirectoryTable, counters: Counters, bookmarks: Bookmarks, shelf: Shelf[R]) -> None:
        self._table = table
        self._counters = counters
        self._bookmarks = bookmarks
        self._shelf = shelf

    async def run(self, provider: str, query: Query) -> Results[R]:
        """See `scim.domain.ports.Users.search`."""
        references = referenced_ids(query.filter, self._shelf.indexes) if query.filter else frozenset()
        predicate = compile_filter(query.filter, self._shelf.indexes.resource_type) if query.filter else None
        stream = await self._stream(provider, query)
        if stream is not None:
            return await self._page(provider, query, stream)
        return await self._collection(provider, query, predicate, references)

    # Streams

    async def _stream(self, provider: str, query: Query) -> _Stream | None:
        """The stream that answers a query, if one does."""
        sorting = query.sort_by.name if query.sort_by else None
        if query.descending and sorting is not None:
            return None
        if query.filter is None:
            if sorting is None or sorting in _CREATION_ORDERS:
                return _Stream(self._shelf.keys(provider), is_direct=True, is_everything=True)
            if sorting == "userName":
                return _Stream(keys.sorted_names(provider), is_everything=True)
            return None
        return await self._term_stream(provider, query.filter, sorting)

    async def _term_stream(self, provider: str, node: Node, sorting: str | None) -> _Stream | None:
        """The stream of exactly the matches of a filter that is a single term."""
        if not isinstance(node, Comparison) or not isinstance(node.value, str):
            return None
        name = value_name(resolve(node.path, self._shelf.indexes.resource_type))
        if (name, node.operator) == ("userName", "sw") and sorting in {None, "userName"}:
            return _Stream(keys.sorted_names(provider, node.value)) if keys.is_sortable(node.value) else None
        if (name, node.operator) == ("groups.value", "eq") and sorting is None:
            return await self._members_stream(provider, node.value)
        return None

    async def _members_stream(self, provider: str, group_id: str) -> _Stream | None:
        """The users in a group of the provider: none when there is no such group."""
        if not keys.is_id(group_id):
            return None  # the collection of nobody
        exists = await self._table.get(keys.group(provider, group_id)) is not None
        return _Stream(keys.members(group_id) if exists else _NOTHING, where=(Condition("type", "eq", "User"),))

    async def _page(self, provider: str, query: Query, stream: _Stream) -> Results[R]:
        if stream.keys == _NOTHING:
            return Results(0, ())
        if query.count == 0:
            return Results(await self._total(provider, stream), ())
        if query.position is not None:
            return await self._next_page(provider, query, query.position, stream)
        name = _query_name(provider, self._shelf.kind, query)
        bookmark = await self._bookmarks.find(name, query.start_index) if query.start_index > 1 else None
        if bookmark is not None and not stream.is_everything:
            total, rows = bookmark.total, await self._rows(stream, query, bookmark.after)
        elif query.start_index > 1 and not stream.is_everything:
            total, rows = await self._counted_rows(stream, query)
        else:
            start = bookmark.after if bookmark else None
            total, rows = await asyncio.gather(self._total(provider, stream), self._rows(stream, query, start))
        if len(rows) == query.count:
            self._bookmarks.leave(name, query.start_index + query.count, rows[-1].row_key, total)
        return Results(total, await self._resources(provider, stream, rows))

    async def _next_page(self, provider: str, query: Query, position: Position, stream: _Stream) -> Results[R]:
        """A page by cursor: one call, one more for the total with the first page, and those for the resources."""
        if position.after:
            total = position.total
            rows, is_more = await self._table.some(keys.after(position.after, stream.keys), query.count, stream.where)
        else:
            total, (rows, is_more) = await asyncio.gather(
                self._quick_total(provider, stream), self._table.some(stream.keys, query.count, stream.where)
            )
        places = {keys.last_part(row.row_key): row.row_key for row in rows}
        resources = await self._resources(provider, stream, rows)
        return Results(
            total,
            resources,
            places=[places[resource.id] for resource in resources],
            next=rows[-1].row_key if rows and is_more else None,
        )

    async def _resources(self, provider: str, stream: _Stream, rows: Sequence[Row]) -> list[R]:
        """The resources that the rows are, or name."""
        if stream.is_direct:
            return [self._shelf.decode(row) for row in rows]
        return await self._load(provider, [keys.last_part(row.row_key) for row in rows])

    async def _total(self, provider: str, stream: _Stream) -> int:
        if stream.is_everything:
            return await self._counters.total(self._shelf.kind, provider)
        return len(await self._table.keys(stream.keys, stream.where))

    async def _quick_total(self, provider: str, stream: _Stream) -> int | None:
        """The total, if it takes no more than a call."""
        if stream.is_everything:
            return await self._counters.total(self._shelf.kind, provider)
        page = await self._table.page(stream.keys, where=stream.where, columns=())
        return len(page.rows) if page.continuation is None else None

    async def _rows(self, stream: _Stream, query: Query, after: str | None) -> list[Row]:
        """The rows of a page: after a key, or from the start with `start_index - 1` rows left out."""
        span = keys.after(after, stream.keys) if after else stream.keys
        if after is None and query.start_index > 1:
            skipped = await self._skip(span, stream.where, query.start_index - 1)
            if skipped is None:
                return []
            span = keys.after(skipped, span)
        return await self._table.first(span, query.count, stream.where)

    async def _counted_rows(self, stream: _Stream, query: Query) -> tuple[int, list[Row]]:
        """The total, and the rows of a page that starts somewhere: the keys tell both, and are read once."""
        row_keys = await self._table.keys(stream.keys, stream.where)
        if len(row_keys) < query.start_index:
            return len(row_keys), []
        span = keys.after(row_keys[query.start_index - 2], stream.keys)
        return len(row_keys), await self._table.first(span, query.count, stream.where)

    async def _skip(self, span: KeyRange, where: Sequence[Condition], count: int) -> str | None:
        """The key of the row at position `count`, reading keys only; None when there are fewer."""
        async for page in self._table.pages(span, where=where, columns=()):
            if len(page.rows) >= count:
                return page.rows[count - 1].row_key
            count -= len(page.rows)
        return None

    # Collections

    async def _collection(
        self, provider: str, query: Query, predicate: Predicate | None, references: Collection[str]
    ) -> Results[R]:
        related = {id_: await self._related(id_) for id_ in references}
        matching = _Matching(predicate, self._shelf.indexes.reference, related)
        candidates = await self._indexed(provider, query.filter, related)
        if candidates is None:
            if query.position is not None and query.sort_by is None:
                return await self._scan_on(provider, query, query.position, matching)
            candidates = await self._scan(provider)
        matches = matching.among(candidates)
        order = Order[R](query)
        order.sort(matches)
        start = await self._start(provider, query, order, matches)
        page = matches[start : start + query.count]
        resources = [resource for resource, _ in page]
        if query.position is None:
            if page and len(page) == query.count:
                name = _query_name(provider, self._shelf.kind, query)
                self._bookmarks.leave(name, query.start_index + query.count, order.place(page[-1]), len(matches))
            return Results(len(matches), resources)
        places = [order.place(match) for match in page]
        return Results(
            len(matches), resources, places, places[-1] if places and start + len(page) < len(matches) else None
        )

    async def _start(self, provider: str, query: Query, order: Order[R], matches: Sequence[tuple[R, Document]]) -> int:
        """The index of the page's first match: behind the last of the page before it, even when that is gone."""
        if query.position is not None:
            return order.behind(query.position.after, matches) if query.position.after else 0
        if query.start_index == 1 or query.count == 0:
            return query.start_index - 1
        bookmark = await self._bookmarks.find(_query_name(provider, self._shelf.kind, query), query.start_index)
        return order.behind(bookmark.after, matches) if bookmark else query.start_index - 1

    async def _indexed(self, provider: str, node: Node | None, related: Mapping[str, set[str]]) -> list[R] | None:
        """Resources among which all matches are, in the order of their ids; None when only a scan tells."""
        access = plan(node, self._shelf.indexes, provider) if node else None
        ids = await self._ids(access, related) if access else None
        return None if ids is None else await self._load(provider, sorted(ids))

    async def _ids(self, access: Access, related: Mapping[str, set[str]]) -> set[str] | None:
        """The ids that an access names; None when they are so many that a scan is cheaper."""
        match access:
            case Known(id_):
                return {id_}
            case Reservation(row_key):
                row = await self._table.get(row_key)
                return {str(row.columns["id"])} if row else set()
            case Span(span):
                rows = await self._table.first(span, MAX_POINT_READS + 1)
                return {keys.last_part(row.row_key) for row in rows} if len(rows) <= MAX_POINT_READS else None
            case Related(id_):
                return related[id_] if len(related[id_]) <= MAX_POINT_READS else None
            case Union(parts):
                sets = await asyncio.gather(*(self._ids(part, related) for part in parts))
                known = [ids for ids in sets if ids is not None]
                return set().union(*known) if len(known) == len(sets) else None

    async def _load(self, provider: str, ids: Iterable[str]) -> list[R]:
        """The provider's resources with these ids, in this order; those that are gone or another's are left out."""
        loaded: list[R] = []
        wanted = iter([id_ for id_ in ids if keys.is_id(id_)])
        while chunk := list(islice(wanted, MAX_POINT_READS)):
            rows = await asyncio.gather(*(self._table.get(self._shelf.key(provider, id_)) for id_ in chunk))
            loaded += [self._shelf.decode(row) for row in rows if row is not None]
        return loaded

    async def _scan(self, provider: str) -> list[R]:
        resources: list[R] = []
        calls = 0
        async for page in self._table.pages(self._shelf.keys(provider)):
            calls += 1
            resources += [self._shelf.decode(row) for row in page.rows]
            if calls == MAX_SCAN_CALLS and page.continuation is not None:
                raise TooMany(
                    f"This search would look at more than {MAX_SCAN_CALLS * MAX_PAGE_ROWS:,} resources. "
                    f"Compare one of {', '.join(self._shelf.indexes.equal)} with eq."
                )
        return resources

    async def _scan_on(self, provider: str, query: Query, position: Position, matching: "_Matching") -> Results[R]:
        """A page of a scan by cursor: as many matches as are wanted, or those in as many rows as one search may read.

        The total is known when the first call sees everything.
        """
        span = self._shelf.keys(provider)
        if position.after:
            span = keys.after(self._shelf.key(provider, Order.id_at(position.after)), span)
        matches: list[R] = []
        total, calls, examined, is_more = position.total, 0, "", False
        async for page in self._table.pages(span):
            calls += 1
            rows = [self._shelf.decode(row) for row in page.rows]
            matches += [resource for resource, _ in matching.among(rows)]
            is_more = page.continuation is not None
            if calls == 1 and not is_more and not position.after:
                total = len(matches)
            examined = rows[-1].id if rows else examined
            if len(matches) >= query.count:
                is_more = is_more or len(matches) > query.count
                matches = matches[: query.count]
                examined = matches[-1].id
                break
            if calls == MAX_SCAN_CALLS:
                break
        places = [place_of_id(resource.id) for resource in matches]
        return Results(total, matches, places, place_of_id(examined) if is_more and examined else None)

    async def _related(self, id_: str) -> set[str]:
        """The ids on the other side of the memberships of a group, or member."""
        if not keys.is_id(id_):
            return set()
        span = keys.members(id_) if self._shelf.kind == "u" else keys.memberships(id_)
        return {keys.last_part(key) for key in await self._table.keys(span)}


@dataclass(frozen=True, slots=True)
class _Matching:
    """What a filter asks of a resource.

    Attributes:
        predicate: The filter, compiled; None for none.
        reference: The attribute that memberships answer.
        related: By each id that the filter compares it with, the ids on the other side of that one's memberships.
    """

    predicate: Predicate | None
    reference: str
    related: Mapping[str, set[str]]

    def among[R: Resource](self, candidates: Iterable[R]) -> list[tuple[R, Document]]:
        """The candidates that match, with the documents that were looked at."""
        matches = []
        for candidate in candidates:
            document = candidate.resource()
            values = [{"value": id_} for id_, ids in self.related.items() if candidate.id in ids]
            if values:
                document[self.reference] = values
            if self.predicate is None or self.predicate(document):
                matches.append((candidate, document))
        return matches


def _query_name(provider: str, kind: Kind, query: Query) -> str:
    """A name for a query, whatever its page."""
    return hashlib.sha256(f"{provider}|{kind}|{query.text()}".encode()).hexdigest()[:32]
