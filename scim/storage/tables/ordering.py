"""The order of the results of a query, and places in it that outlive the resource that stood there."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from scim.domain.filtering.resolution import comparable
from scim.domain.filtering.sorting import SortKey, sort_key
from scim.domain.filtering.values import key_for
from scim.domain.ports import Query
from scim.domain.resources import Resource
from scim.schema.attributes import Document

_UNSORTED: SortKey = (False, None)


class Order[R: Resource]:
    """By an attribute, if the query names one; equals are in the order of their ids."""

    def __init__(self, query: Query) -> None:
        self._sort_by = query.sort_by
        self._descending = query.descending
        self._key = sort_key(query.sort_by) if query.sort_by else lambda _: _UNSORTED

    def sort(self, matches: list[tuple[R, Document]]) -> None:
        """Sort resources, with the documents that were looked at, which are in the order of their ids."""
        matches.sort(key=lambda match: self._key(match[1]), reverse=self._descending)

    def place(self, match: tuple[R, Document]) -> str:
        """The place of a match, as text."""
        resource, document = match
        return json.dumps([*self._key(document), resource.id], default=datetime.isoformat)

    @staticmethod
    def id_at(place: str) -> str:
        """The id of the resource that stood at a place."""
        return str(json.loads(place)[-1])

    def behind(self, place: str, matches: Sequence[tuple[R, Document]]) -> int:
        """The index of the first match behind a place."""
        is_missing, value, id_ = json.loads(place)
        there = (is_missing, self._comparable(value))
        for index, (resource, document) in enumerate(matches):
            here = self._key(document)
            if resource.id > id_ if here == there else (here > there) is not self._descending:
                return index
        return len(matches)

    def _comparable(self, value: Any) -> Any:
        """The comparable form that was written down; only instants read otherwise than they were written."""
        return None if self._sort_by is None or value is None else key_for(comparable(self._sort_by).target)(value)


def place_of_id(id_: str) -> str:
    """The place of a resource in the order of ids, as `Order.place` has it without an attribute to sort by."""
    return json.dumps([*_UNSORTED, id_])
