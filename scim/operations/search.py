"""Lists and searches of one resource type (RFC 7644 §3.4.2, RFC 9865)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scim.domain.filtering.grammar import parse_attribute_path, parse_filter
from scim.domain.filtering.nodes import AttributePath, Comparison, Node
from scim.domain.filtering.resolution import Resolved, comparable, resolve
from scim.domain.groups import Group, Member
from scim.domain.ports import Position, Query, Results
from scim.domain.providers import NATIVE
from scim.domain.users import User, is_adoptable
from scim.errors import InvalidValue
from scim.operations import cursors
from scim.operations.accounts import may_adopt
from scim.operations.bodies import read_object
from scim.operations.context import Call, Handler
from scim.operations.replies import group_text, user_text
from scim.protocol import paging
from scim.protocol.messages import Response, list_response
from scim.protocol.search_request import search_parameters
from scim.schema.attributes import ResourceType

MAX_LISTED_MEMBERS = 5_000
"""Members that a page of groups carries; it ends before the group that would exceed it, unless that is its first."""
MAX_SEARCH_BYTES = 64 * 1024
_AT_ONCE = 8
_REFERENCES = frozenset({"members", "groups"})
_DESCENDING = {"": False, "ascending": False, "descending": True}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is sent.

    Attributes:
        total: See `Results`.
        texts: The resources as JSON text.
        next: See `Results`.
    """

    total: int | None
    texts: list[str]
    next: str | None = None


async def users(call: Call) -> Response:
    """Find users."""
    query = await read_query(call, sort_attribute(call))
    return await page_reply(call, query, await user_page(call, query))


async def groups(call: Call) -> Response:
    """Find groups."""
    query = await read_query(call, sort_attribute(call))
    return await page_reply(call, query, await group_page(call, query))


def by_post(search: Handler) -> Handler:
    """The same search, with its parameters in the body (RFC 7644 §3.4.3)."""

    async def run(call: Call) -> Response:
        parameters = search_parameters(read_object(call, MAX_SEARCH_BYTES))
        return await search(replace(call, request=replace(call.request, query=parameters)))

    return run


async def read_query(call: Call, sort_by: Resolved | None) -> Query:
    """What the query parameters ask for.

    Raises:
        InvalidFilter, InvalidValue, InvalidCursor, ExpiredCursor, InvalidCount: They are malformed.
    """
    parameters = call.request.query
    text = parameters.get("filter", "").strip()
    order = parameters.get("sortorder", "").strip().lower()
    if order not in _DESCENDING:
        raise InvalidValue('sortOrder must be "ascending" or "descending".')
    query = Query(
        filter=parse_filter(text) if text else None,
        sort_by=sort_by,
        descending=_DESCENDING[order],
    )
    cursor = paging.cursor(parameters)
    if cursor is None:
        return replace(query, start_index=paging.start_index(parameters), count=paging.count(parameters))
    count = paging.cursor_count(parameters)
    return replace(query, position=await cursors.opened(call, query, cursor), count=count)


def sort_path(call: Call) -> AttributePath | None:
    """The path in `sortBy`."""
    text = call.request.query.get("sortby", "").strip()
    return parse_attribute_path(text, InvalidValue) if text else None


def sort_attribute(call: Call) -> Resolved | None:
    """The attribute that `sortBy` names."""
    path = sort_path(call)
    return sortable(path, call.resource_type) if path else None


def sortable(path: AttributePath, resource_type: ResourceType) -> Resolved:
    """The attribute that a path names, if there is an order in it.

    Raises:
        InvalidValue: There is none, or the values are not stored with the resource: members, and groups of a user.
    """
    found = comparable(resolve(path, resource_type, InvalidValue), InvalidValue)
    if found.attribute.name in _REFERENCES:
        raise InvalidValue(f"{found.name} has no order.")
    return found


async def page_reply(call: Call, query: Query, page: Page) -> Response:
    """The reply that carries a page."""
    if query.position is None:
        return list_response(page.texts, total=page.total, start_index=query.start_index)
    following = Position(page.next, page.total) if page.next is not None else None
    next_cursor = await cursors.sealed(call, query, following) if following else None
    return list_response(page.texts, total=page.total, next_cursor=next_cursor)


async def user_page(call: Call, query: Query) -> Page:
    """A page of users."""
    _ = call.projection  # a malformed one is refused before anything is read
    results = await find_users(call, query)
    texts = await asyncio.gather(*(user_text(call, user) for user in results.resources))
    return Page(results.total, texts, results.next)


async def group_page(call: Call, query: Query) -> Page:
    """A page of groups, which may end early when they have many members."""
    _ = call.projection
    results = await call.services.groups.search(call.provider, query)
    texts = await group_texts(call, results.resources)
    is_cut = len(texts) < len(results.resources)
    return Page(results.total, texts, results.places[len(texts) - 1] if is_cut and results.places else results.next)


async def find_users(call: Call, query: Query) -> Results[User]:
    """The users that match."""
    name = _exact_user_name(call, query.filter)
    if name is None:
        return await call.services.users.search(call.provider, query)
    found = await _named(call, name)
    is_first = query.start_index == 1 and not (query.position and query.position.after)
    return Results(len(found), found[: query.count] if is_first else [])


def _exact_user_name(call: Call, node: Node | None) -> str | None:
    """The name in a filter that is just `userName eq "…"`: the match query of every identity provider."""
    if not isinstance(node, Comparison) or node.operator != "eq" or not isinstance(node.value, str):
        return None
    return node.value if resolve(node.path, call.resource_type).name == "userName" else None


async def _named(call: Call, name: str) -> list[User]:
    """The provider's user of that name, or the native account that its next write would adopt (AMB-22)."""
    among = {call.provider.id, NATIVE} if may_adopt(call.provider) else {call.provider.id}
    user = await call.services.users.find_by_name(name, among)
    if user is None or (user.provider == NATIVE and not is_adoptable(user, call.provider)):
        return []
    return [user]


async def group_texts(call: Call, groups: Sequence[Group]) -> list[str]:
    """The first of the groups, as JSON text: as many as may stand on a page with their members."""
    if not call.projection.wants("members"):
        return [group_text(call, group, None) for group in groups]
    texts: list[str] = []
    listed = 0
    for start in range(0, len(groups), _AT_ONCE):
        chunk = groups[start : start + _AT_ONCE]
        rosters = await asyncio.gather(*(_roster(call, group, is_first=not texts) for group in chunk))
        for group, members in zip(chunk, rosters, strict=True):
            listed += len(members)
            if listed > MAX_LISTED_MEMBERS and texts:
                return texts
            texts.append(group_text(call, group, members))
    return texts


async def _roster(call: Call, group: Group, *, is_first: bool) -> Sequence[Member]:
    """A group's members; beyond the limit, their number no longer matters unless the group is the page's first."""
    return await call.services.groups.members(group.id, None if is_first else MAX_LISTED_MEMBERS + 1)
