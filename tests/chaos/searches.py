"""Filters, orders, pages and projections."""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scim.schema.attributes import Attribute, ResourceType
from scim.schema.catalog import resource_types
from scim.schema.urns import SEARCH_REQUEST
from tests.chaos.values import OPERATORS, Values, names

_NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "5",
    "200",
    "201",
    "-1",
    "+4",
    "",
    " 7 ",
    "²",
    "x",
    "1.0",
    "1e3",
    "--1",
    "999999999999999999",
    "9" * 30,
)
_ORDERS = ("ascending", "descending", "Descending", "", "sideways")


class Given(NamedTuple):
    """A cursor that was given out, and for what."""

    path: str
    query: Mapping[str, str]
    cursor: str


class Searches:
    """Makes searches, and remembers the cursors that they give.

    Args:
        values: Makes the values.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self.given: deque[Given] = deque(maxlen=30)

    def kinds(self, path: str) -> Sequence[ResourceType]:
        """The resource types that an endpoint searches; all at the root."""
        return [kind for kind in resource_types() if path.lower().startswith(kind.endpoint.lower())] or resource_types()

    def parameters(self, path: str) -> tuple[str, Mapping[str, str]]:
        """The path and the parameters of a search, of this path or of one that gave a cursor."""
        pick, likely = self._values.pick, self._values.likely
        if self.given and likely(0.25):
            return self._continued(pick(self.given), path)
        kinds = self.kinds(path)
        query = {}
        if likely(0.4):
            query["filter"] = self.filter(kinds)
        if likely(0.35):
            query["sortby"] = self.name(kinds)
        if likely(0.3):
            query["sortorder"] = pick(_ORDERS[:2] if likely(0.9) else _ORDERS)
        if likely(0.3):
            query["startindex"] = pick(("1", "2", "9") if likely(0.6) else _NUMBERS)
        if likely(0.04):
            path, query = "/", {"sortby": "id", "startindex": pick(("19900", "20001", "999999999999999999"))}
        if likely(0.8):
            query["count"] = pick(("1", "2", "5") if likely(0.85) else _NUMBERS)
        if likely(0.35):
            query["cursor"] = "" if likely(0.85) else self._values.text(40)
        return path, query | self.projection(kinds)

    def projection(self, kinds: Sequence[ResourceType]) -> Mapping[str, str]:
        """Which attributes to return."""
        pick, likely = self._values.pick, self._values.likely
        query = {}
        if likely(0.15):
            query["attributes"] = pick((",", ", ", ",,")).join(
                self.name(kinds) for _ in range(self._values.number(0, 4))
            )
        if likely(0.1):
            query["excludedattributes"] = ",".join(self.name(kinds) for _ in range(self._values.number(0, 4)))
        return query

    def name(self, kinds: Sequence[ResourceType]) -> str:
        """A name of an attribute, in any spelling."""
        if self._values.likely(0.05):
            return self._values.unknown_name()
        name = self._values.pick(list(names(self._values.pick(kinds))))
        return name.upper() if self._values.likely(0.1) else name

    def body(self, query: Mapping[str, str]) -> Any:
        """The same search as the body of a POST: lists and numbers, and sometimes the wrong way round."""
        spelt = {"sortby": "sortBy", "sortorder": "sortOrder", "startindex": "startIndex"}
        spelt |= {"excludedattributes": "excludedAttributes"}
        body: dict[str, Any] = {"schemas": [SEARCH_REQUEST]} if self._values.likely(0.7) else {}
        for name, value in query.items():
            body[spelt.get(name, name)] = self._typed(name, value)
        if body and self._values.likely(0.12):
            odd = (None, [], {}, 1, 0, -5, True, 1.5, "1", [1], [[]], self._values.text(), 10**19)
            body[self._values.pick(list(body))] = self._values.pick(odd)
        return body

    def filter(self, kinds: Sequence[ResourceType], depth: int = 0) -> str:
        """A filter over resources of these types."""
        pick, likely = self._values.pick, self._values.likely
        if depth == 0 and likely(0.02):
            return pick(
                (
                    "(" * 30,
                    "not (" * 25 + "id pr" + ")" * 25,
                    " or ".join(["id pr"] * 60),
                    "x" * 5_000,
                    self._values.text(30),
                )
            )
        if depth == 0 and likely(0.1):
            return f'meta.resourceType {pick(("eq", "ne", "sw"))} "{pick(("User", "Group", "user", "Device"))}"'
        if depth < 3 and likely(0.3):
            return f"{self.filter(kinds, depth + 1)} {pick(('and', 'or', 'OR'))} {self.filter(kinds, depth + 1)}"
        if depth < 3 and likely(0.2):
            return f"{pick(('not ', 'not', '', 'NOT '))}({self.filter(kinds, depth + 1)})"
        found = names(pick(kinds))
        name = pick(list(found))
        attribute = found[name]
        if attribute.sub_attributes and likely(0.5):
            return f"{name}[{self.within(attribute)}]" + pick(("", "", "", ".value eq 1"))
        return self._term(name, attribute)

    def within(self, attribute: Attribute) -> str:
        """A filter between the brackets of a complex attribute."""
        pick, likely = self._values.pick, self._values.likely
        sub = pick(attribute.sub_attributes)
        term = self._term(self._values.unknown_name() if likely(0.03) else sub.name, sub)
        return f"{term} {pick(('and', 'or'))} {self.within(attribute)}" if likely(0.2) else term

    def _term(self, name: str, attribute: Attribute) -> str:
        if self._values.likely(0.15):
            return f"{name} pr"
        operator = self._values.pick(("eq", *OPERATORS) if self._values.likely(0.98) else ("xx", "", "EQ"))
        return f"{name} {operator} {self._literal(attribute)}"

    def _literal(self, attribute: Attribute) -> str:
        if self._values.likely(0.05):
            return self._values.pick(("1e999", '"\\ud800"', "-", "'x'", '"', "NULL", "True", "[]", self._values.text()))
        value = self._values.mostly(attribute, 0.1)
        while isinstance(value, list | dict):
            value = next(iter(value.values() if isinstance(value, dict) else value), None)
        return json.dumps(value, ensure_ascii=self._values.likely(0.5))

    def _typed(self, name: str, value: str) -> Any:
        if name in {"startindex", "count"} and value.isascii() and value.isdigit() and self._values.likely(0.97):
            return int(value)
        return value.split(",") if name.endswith("attributes") and self._values.likely(0.7) else value

    def _continued(self, given: Given, path: str) -> tuple[str, Mapping[str, str]]:
        """The next page; or what does not belong together."""
        query = {**given.query, "cursor": given.cursor}
        match self._values.number(0, 11):
            case 0:
                query["cursor"] = given.cursor[: self._values.number(1, len(given.cursor))]
            case 1:
                query["cursor"] = self._values.pick(self.given).cursor
            case 2:
                return path, query
            case 3:
                query["filter"] = self.filter(self.kinds(path))
            case 4:
                query["count"] = self._values.pick(_NUMBERS)
            case 5:
                where = self._values.number(0, len(given.cursor) - 1)
                query["cursor"] = given.cursor[:where] + self._values.pick("Aé=. \ud800") + given.cursor[where + 1 :]
        return given.path, query
