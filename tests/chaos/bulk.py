"""Bulk requests: bulkIds in every place where one can stand, and in some where none can."""

from typing import Any

from scim.schema.attributes import Document, ResourceType
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import BULK_REQUEST, ENTERPRISE_USER
from tests.chaos.patches import Patches
from tests.chaos.values import Values

_BASE_URL = "https://rollcall.example/ws/scim/v2"


class Bulk:
    """Makes bulk requests.

    Args:
        values: Makes the values.
        patches: Makes the data of PATCH operations.
    """

    def __init__(self, values: Values, patches: Patches) -> None:
        self._values = values
        self._patches = patches

    def body(self) -> Any:
        """A bulk request."""
        pick, likely = self._values.pick, self._values.likely
        named = [*"abcdefgh"[: self._values.number(1, 6)]]
        operations: Any = [self._operation(bulk_id, named) for bulk_id in named]
        if likely(0.02):
            operations = pick((None, [], {}, [None], "x", [[]], operations * 400))
        body: Document = {"schemas": [BULK_REQUEST], "Operations": operations}
        if likely(0.3):
            body["failOnErrors"] = pick((1, 1, 2, 3, 10**18) if likely(0.85) else (0, -1, "1", None, True, 1.0, []))
        if likely(0.04):
            body["schemas"] = pick(([], None, "x", [1], ["urn:x"]))
        return body

    def _operation(self, bulk_id: str, named: list[str]) -> Any:
        pick, likely = self._values.pick, self._values.likely
        kind = pick((user_type(), group_type(), group_type()))
        method = pick(("POST", "POST", "POST", "POST", "PUT", "PATCH", "PATCH", "DELETE", "post"))
        operation: Document = {"method": method, "path": self._path(kind, method, named)}
        if method.upper() == "POST" or likely(0.3):
            operation["bulkId"] = bulk_id
        if method != "DELETE" or likely(0.1):
            operation["data"] = self._data(kind, method, named)
        if likely(0.1) and method != "POST":
            operation["version"] = pick(("*", 'W/"stale"', "", "x", 'W/"1", "2"'))
        if likely(0.02):
            name = pick(list(operation))
            operation[name] = pick((None, 1, True, [], {}, "", "GET", self._values.text()))
        return operation

    def _path(self, kind: ResourceType, method: str, named: list[str]) -> str:
        pick, likely = self._values.pick, self._values.likely
        if likely(0.05):
            odd = (
                "/",
                "//",
                "Users",
                "/Bulk",
                "/Me",
                "/.search",
                "/Users/.search",
                "/Schemas",
                "?",
                "/bulkId:a",
                "/bulkId:a/bulkId:b",
            )
            return pick((*odd, f"{kind.endpoint}/bulkId:", f"/{self._values.text()}"))
        path = kind.endpoint
        if method.upper() != "POST" or likely(0.02):
            path += f"/{self._reference(named) if likely(0.4) else self._values.id(kind.endpoint)}"
        if likely(0.1):
            path += pick(
                (
                    "?attributes=members",
                    "?excludedAttributes=id",
                    "?",
                    "?attributes=a&excludedAttributes=b",
                    "?x=%ff%00",
                )
            )
        return pick((path, path, path, f"{_BASE_URL}{path}", path.upper()))

    def _reference(self, named: list[str]) -> str:
        return f"bulkId:{self._values.pick(named if self._values.likely(0.95) else ('zz', '', ' a', 'A', 'bulkId:a'))}"

    def _data(self, kind: ResourceType, method: str, named: list[str]) -> Any:
        likely = self._values.likely
        if likely(0.03):
            return self._values.pick(
                (None, [], "x", self._reference(named), self._values.deep(20), self._values.deep(27))
            )
        if method == "PATCH":
            data = self._patches.body(kind)
            if kind.name == "Group" and likely(0.6):
                reference = self._reference(named)
                by_value = {"op": "add", "path": "members", "value": [{"value": reference}]}
                verb, path = self._values.pick(("add", "remove", "replace")), f'members[value eq "{reference}"]'
                in_path = {"op": verb, "Path": path, "value": {"type": "Group"}}
                data = {"Operations": [self._values.pick((by_value, in_path))]}
            return data
        data = self._values.resource(kind)
        if likely(0.6):
            self._refer(data, kind, named)
        return data

    def _refer(self, data: Document, kind: ResourceType, named: list[str]) -> None:
        """Let it refer to others, or to itself."""
        reference, likely = self._reference(named), self._values.likely
        if likely(0.1):
            name = self._values.pick(
                ["userName", "displayName", "externalId", "name", "emails", "id", "x", "schemas", "meta"]
            )
            data[name] = self._values.pick(
                (reference, [reference], {"value": reference}, [{"value": [reference]}], {reference: 1})
            )
        elif kind.name == "User":
            manager = self._values.pick(({"value": reference}, {"value": reference}, reference, [{"value": reference}]))
            if likely(0.9):
                data[ENTERPRISE_USER] = {"manager": manager}
            else:
                data[f"{ENTERPRISE_USER}:manager"] = manager
        else:
            more = self._reference(named)
            data["members"] = self._values.pick(
                (
                    [{"value": reference}],
                    [{"value": reference, "type": "Group"}, {"value": more}],
                    [reference],
                    reference,
                    {"value": reference},
                    [{"value": reference, "$ref": more}],
                )
            )
