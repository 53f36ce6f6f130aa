"""Places in the order of results: what comes behind one is the same whether or not the resource is still there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.domain.filtering.grammar import parse_attribute_path
from scim.domain.filtering.resolution import resolve
from scim.domain.groups import Group
from scim.domain.ports import Query
from scim.domain.resources import document_text
from scim.schema.catalog import user_type
from scim.storage.tables.ordering import Order

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GROUP = Group(id="", provider="entra", text="{}", created=NOW, modified=NOW)
VALUES = st.none() | st.sampled_from(["a", "A", "ß", "ss", "b", "é", "", "\U0001f600", '"'])


def matches(titles: list[str | None]) -> list:
    found = []
    for number, title in enumerate(titles):
        document = {"displayName": "x", "active": number % 2 == 0, **({} if title is None else {"title": title})}
        resource = replace(
            GROUP, id=f"{number:04d}", text=document_text(document), modified=NOW + timedelta(seconds=number % 3)
        )
        found.append((resource, resource.resource()))
    return found


@pytest.mark.parametrize("name", [None, "title", "active", "meta.lastModified", "id"])
@given(st.lists(VALUES, max_size=12), st.booleans())
def test_behind_each_place_is_what_follows_it(name: str | None, titles: list[str | None], descending: bool) -> None:  # noqa: FBT001
    sort_by = resolve(parse_attribute_path(name), user_type()) if name else None
    order = Order(Query(sort_by=sort_by, descending=descending and name is not None))
    found = matches(titles)
    order.sort(found)

    for index, match in enumerate(found):
        place = order.place(match)
        assert order.behind(place, found) == index + 1
        assert order.behind(place, found[:index] + found[index + 1 :]) == index
