"""GET on an endpoint: lists and searches (RFC 7644 §3.4.2)."""

import asyncio
from collections.abc import Sequence

from scim.domain.filtering.grammar import parse_attribute_path, parse_filter
from scim.domain.filtering.nodes import Comparison, Node
from scim.domain.filtering.resolution import Resolved, comparable, resolve
from scim.domain.groups import Group, Member
from scim.domain.ports import Query
from scim.domain.providers import NATIVE
from scim.domain.users import User, is_adoptable
from scim.errors import InvalidValue
from scim.operations.accounts import may_adopt
from scim.operations.context import Call
from scim.operations.replies import group_text, user_text
from scim.protocol import paging
from scim.protocol.messages import Response, list_response

MAX_LISTED_MEMBERS = 5_000
"""Members that a page of groups carries; it ends before the group that would exceed it, unless that is its first."""
_AT_ONCE = 8
_DESCENDING = {"": False, "ascending": False, "descending": True}


async def users(call: Call) -> Response:
    """Find users."""
    query = read_query(call)
    if query.filter is not None and (name := _exact_user_name(call, query.filter)) is not None:
        found = await _named(call, name)
        total, page = len(found), found[query.start_index - 1 :][: query.count]
    else:
        results = await call.services.users.search(call.provider, query)
        total, page = results.total, list(results.resources)
    texts = await asyncio.gather(*(user_text(call, user) for user in page))
    return list_response(texts, total=total, start_index=query.start_index)


async def groups(call: Call) -> Response:
    """Find groups."""
    query = read_query(call)
    results = await call.services.groups.search(call.provider, query)
    texts = await _group_texts(call, results.resources)
    return list_response(texts, total=results.total, start_index=query.start_index)


def read_query(call: Call) -> Query:
    """What the query parameters ask for.

    Raises:
        InvalidFilter, InvalidValue: They are malformed.
    """
    _ = call.projection
    parameters = call.request.query
    text = parameters.get("filter", "").strip()
    order = parameters.get("sortorder", "").strip().lower()
    if order not in _DESCENDING:
        raise InvalidValue('sortOrder must be "ascending" or "descending".')
    return Query(
        filter=parse_filter(text) if text else None,
        sort_by=_sort_attribute(call),
        descending=_DESCENDING[order],
        start_index=paging.start_index(parameters),
        count=paging.count(parameters),
    )


def _sort_attribute(call: Call) -> Resolved | None:
    text = call.request.query.get("sortby", "").strip()
    if not text:
        return None
    path = parse_attribute_path(text, InvalidValue)
    return comparable(resolve(path, call.resource_type, InvalidValue), InvalidValue)


def _exact_user_name(call: Call, node: Node) -> str | None:
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


async def _group_texts(call: Call, groups: Sequence[Group]) -> list[str]:
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
