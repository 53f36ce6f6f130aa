"""Searches over all resource types, at the root (RFC 7644 §3.4.2.1).

Unsorted, the types follow each other: users, then groups. So they do when only one of them has the attribute to sort
by: who has no value comes last. Sorted by what both have, they are merged.
"""

import asyncio
import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scim.domain.filtering.nodes import AttributePath
from scim.domain.filtering.resolution import Resolved
from scim.domain.filtering.restriction import restricted
from scim.domain.filtering.sorting import SortKey, sort_key
from scim.domain.groups import Group
from scim.domain.ports import Position, Query, Results
from scim.domain.users import User
from scim.errors import InvalidValue, TooMany
from scim.operations.context import Call
from scim.operations.replies import user_text
from scim.operations.search import (
    Page,
    find_users,
    group_page,
    group_texts,
    page_reply,
    read_query,
    sort_path,
    sortable,
    user_page,
)
from scim.protocol.messages import Response
from scim.protocol.routing import Operation, Route
from scim.schema.attributes import ResourceType
from scim.schema.catalog import resource_types

MAX_MERGED = 20_000
"""The last position that a sorted search by index may reach."""
_PAGES = {"User": user_page, "Group": group_page}
_MISSING: SortKey = (True, None)


async def everything(call: Call) -> Response:
    """Find users and groups."""
    path = sort_path(call)
    sort_by = _anywhere(path) if path else None
    query = await read_query(call, sort_by)
    parts = _parts(call, query, path)
    sorted_parts = [part for part in parts if part.sort_by is not None]
    if len(sorted_parts) > 1:
        page = await _merged(query, parts)
        return await page_reply(call, query, page)
    if sorted_parts:  # those without a value come last, or first
        parts.sort(key=lambda part: (part.sort_by is None) is not query.descending)
    if query.position is None:
        page = await _in_turn_by_index(query, parts)
    else:
        page = await _in_turn_by_cursor(query, query.position, parts)
    return await page_reply(call, query, page)


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a search that is about one resource type.

    Attributes:
        call: As if it came to the endpoint of the type.
        query: With the filter and the order as they read for the type; None when nothing of it can match.
        sort_by: By what its resources are sorted; None when they are not, or do not have the attribute.
    """

    call: Call
    query: Query | None
    sort_by: Resolved | None

    async def page(self, query: Query) -> Page:
        return await _PAGES[self.call.resource_type.name](self.call, query)

    async def has_any(self) -> bool:
        """Whether any match, or may do so further on."""
        if self.query is None:
            return False
        page = await self.page(replace(self.query, position=Position(), count=1))
        return bool(page.texts) or page.next is not None

    async def total(self) -> int:
        """How many match."""
        if self.query is None:
            return 0
        return (await self.page(replace(self.query, position=None, count=0))).total or 0


def _parts(call: Call, query: Query, path: AttributePath | None) -> list[_Part]:
    return [_part(replace(call, route=Route(Operation.SEARCH, kind)), query, path) for kind in resource_types()]


def _part(call: Call, query: Query, path: AttributePath | None) -> _Part:
    _ = call.projection  # a malformed one is refused before anything is read
    sort_by = _sort_attribute(path, call.resource_type) if path else None
    condition = restricted(query.filter, call.resource_type, resource_types()) if query.filter else True
    if condition is False:
        return _Part(call, None, sort_by)
    return _Part(call, replace(query, filter=None if condition is True else condition, sort_by=sort_by), sort_by)


def _sort_attribute(path: AttributePath, kind: ResourceType) -> Resolved | None:
    try:
        return sortable(path, kind)
    except InvalidValue:
        return None


def _anywhere(path: AttributePath) -> Resolved:
    """The attribute in the first type that has it.

    Raises:
        InvalidValue: None has, or it cannot be sorted by.
    """
    for kind in resource_types():
        found = _sort_attribute(path, kind)
        if found is not None:
            return found
    return sortable(path, resource_types()[0])


async def _in_turn_by_index(query: Query, parts: Iterable[_Part]) -> Page:
    texts: list[str] = []
    before, total, room = query.start_index - 1, 0, query.count
    for part in parts:
        if part.query is None:
            continue
        page = await part.page(replace(part.query, start_index=before + 1, count=room))
        found = page.total or 0
        texts += page.texts
        total += found
        room -= min(room, max(0, found - before))
        before = max(0, before - found)
    return Page(total, texts)


async def _in_turn_by_cursor(query: Query, position: Position, parts: Sequence[_Part]) -> Page:
    index, after = json.loads(position.after) if position.after else (0, "")
    texts: list[str] = []
    is_first = not position.after
    total = await _total(query, parts) if is_first else position.total
    while index < len(parts) and len(texts) < query.count:
        part = parts[index]
        if part.query is not None:
            wanted = replace(part.query, position=Position(after, None), count=query.count - len(texts))
            page = await part.page(wanted)
            texts += page.texts
            if is_first and sum(each.query is not None for each in parts) == 1:
                total = page.total
            if page.next is not None:
                return Page(total, texts, json.dumps([index, page.next]))
        index, after = index + 1, ""
    while index < len(parts) and not await parts[index].has_any():
        index += 1
    if index < len(parts):
        return Page(total, texts, json.dumps([index, ""]))
    return Page(len(texts) if is_first else total, texts)


async def _total(query: Query, parts: Iterable[_Part]) -> int | None:
    """The total of a search without a filter, which is counted already; others by cursor do without."""
    return sum(await asyncio.gather(*(part.total() for part in parts))) if query.filter is None else None


async def _merged(query: Query, parts: Sequence[_Part]) -> Page:
    """A sorted page: the first of what each type has to offer."""
    if query.position is not None:
        skipped, starts = 0, json.loads(query.position.after) if query.position.after else [""] * len(parts)
    else:
        skipped, starts = query.start_index - 1, [""] * len(parts)
    if skipped + query.count > MAX_MERGED:
        raise TooMany(f"A sorted search of everything ends at {MAX_MERGED:,} results. Search one endpoint, or filter.")
    offers = await asyncio.gather(
        *(_offer(part, query, start, skipped) for part, start in zip(parts, starts, strict=True))
    )
    ordered = list(heapq.merge(*(offer.items for offer in offers), key=_by_key, reverse=query.descending))
    chosen = ordered[skipped : skipped + query.count]
    texts = await _texts(parts, [item.resource for item in chosen])
    totals = [offer.total for offer in offers]
    total = None if None in totals else sum(number for number in totals if number is not None)
    if query.position is None:
        return Page(total, texts)
    total = query.position.total if query.position.after else total
    ends = [offer.rest(chosen[: len(texts)]) for offer in offers]
    return Page(total, texts, None if all(end is None for end in ends) else json.dumps(ends))


@dataclass(frozen=True, slots=True)
class _Item:
    key: SortKey
    resource: User | Group
    place: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one type has to offer for a page.

    Attributes:
        start: The place behind which its items start; None when there are none any more.
        next: Where it goes on behind them; None when it does not.
        total: See `Results`.
    """

    items: Sequence[_Item]
    start: str | None
    next: str | None
    total: int | None

    def rest(self, taken: Sequence[_Item]) -> str | None:
        """The place behind which the next page starts; None when all is taken."""
        ids = {item.resource.id for item in taken}
        mine = [item for item in self.items if item.resource.id in ids]
        if len(mine) == len(self.items):
            return self.next
        return mine[-1].place if mine else self.start


async def _offer(part: _Part, query: Query, start: str | None, skipped: int) -> _Offer:
    if part.query is None or start is None:
        return _Offer((), None, None, 0 if part.query is None else None)
    if query.position is None:
        wanted = replace(part.query, start_index=1, count=skipped + query.count)
    else:
        wanted = replace(part.query, position=Position(start, None))
    if part.call.resource_type.name == "User":
        return _offered(await find_users(part.call, wanted), part, start)
    return _offered(await part.call.services.groups.search(part.call.provider, wanted), part, start)


def _offered[R: (User, Group)](results: Results[R], part: _Part, start: str) -> _Offer:
    key = sort_key(part.sort_by) if part.sort_by else lambda _: _MISSING
    places = results.places or [""] * len(results.resources)
    items = [
        _Item(key(resource.resource()), resource, place)
        for resource, place in zip(results.resources, places, strict=True)
    ]
    return _Offer(items, start, results.next, results.total)


def _by_key(item: _Item) -> SortKey:
    return item.key


async def _texts(parts: Sequence[_Part], resources: Sequence[User | Group]) -> list[str]:
    """The resources as JSON text, up to the first group that has no room with its members."""
    calls: Mapping[str, Call] = {part.call.resource_type.name: part.call for part in parts}
    groups = [resource for resource in resources if isinstance(resource, Group)]
    users = [resource for resource in resources if isinstance(resource, User)]
    by_id = dict(zip((group.id for group in groups), await group_texts(calls["Group"], groups), strict=False))
    user_texts = await asyncio.gather(*(user_text(calls["User"], user) for user in users))
    by_id |= zip((user.id for user in users), user_texts, strict=True)
    texts: list[str] = []
    for resource in resources:
        if resource.id not in by_id:
            break
        texts.append(by_id[resource.id])
    return texts
