"""PATCH bodies in both dialects: one operation for each attribute, and one whose value holds them all."""

from typing import Any

from scim.schema.attributes import Attribute, Document, ResourceType
from scim.schema.urns import PATCH_OP
from tests.chaos.searches import Searches
from tests.chaos.values import Values, names, settable


class Patches:
    """Makes PATCH bodies.

    Args:
        values: Makes the values.
        searches: Makes the filters in paths.
    """

    def __init__(self, values: Values, searches: Searches) -> None:
        self._values = values
        self._searches = searches

    def body(self, kind: ResourceType) -> Any:
        """A PATCH."""
        likely = self._values.likely
        operations: Any = [self._operation(kind) for _ in range(self._values.pick((1, 1, 1, 2, 3)))]
        if likely(0.03):
            operations = self._values.pick((None, [], {}, [None], "x", operations * 500))
        body = {"schemas": [PATCH_OP], "Operations": operations}
        if likely(0.03):
            body["schemas"] = self._values.pick(([], None, "x", [1], [kind.schema.id]))
        if likely(0.1):
            body = {name.lower(): value for name, value in body.items()}
        return body

    def _operation(self, kind: ResourceType) -> Document:
        pick, likely = self._values.pick, self._values.likely
        verb = pick(
            ("add", "replace", "remove", "Add", "Replace", "Remove") if likely(0.98) else ("", "move", "test", None)
        )
        if kind.name == "Group" and likely(0.4):
            return self._members(verb)
        if likely(0.25 if str(verb).lower() != "remove" else 0.03):
            return {"op": verb, "value": self._whole(kind)}
        path, attribute = self._path(kind)
        operation = {"op": verb, "path": path}
        if likely(0.96 if str(verb).lower() != "remove" else 0.3):
            operation["value"] = self._values.mostly(attribute, 0.1)
        if likely(0.02):
            operation["path"] = pick((None, 1, [], {}, "", " ", self._values.text(20)))
        return operation

    def _whole(self, kind: ResourceType) -> Any:
        """The value of an operation without a path."""
        if self._values.likely(0.1):
            return self._values.anything()
        value = {each.name: self._values.mostly(each) for each in self._values.some(settable(kind), 3)}
        found = names(kind)
        for name in self._values.some(list(found), 2):
            value[name] = self._values.mostly(found[name], 0.1)
        if self._values.likely(0.1):
            value[self._path(kind)[0]] = self._values.word()
        return value

    def _path(self, kind: ResourceType) -> tuple[str, Attribute]:
        pick, likely = self._values.pick, self._values.likely
        found = names(kind)
        name = pick(list(found))
        attribute = found[name]
        if not attribute.sub_attributes or likely(0.3):
            return (self._values.unknown_name(), attribute) if likely(0.05) else (name, attribute)
        sub = pick(attribute.sub_attributes)
        inside = self._searches.within(attribute) if likely(0.5) else f'type eq "{pick(("work", "home", "other"))}"'
        return pick(((f"{name}[{inside}]", attribute), (f"{name}[{inside}].{sub.name}", sub)))

    def _members(self, verb: Any) -> Document:
        pick, likely = self._values.pick, self._values.likely
        if likely(0.3):
            path = pick(
                (
                    f'members[value eq "{self._id()}"]',
                    'members[type eq "User"]',
                    "members.value",
                    "members[value pr].display",
                )
            )
            return {"op": verb, "path": path, **({"value": self._values.anything()} if likely(0.3) else {})}
        members: Any = [{"value": self._id()} for _ in range(self._values.number(0, 4))]
        if likely(0.05):
            members = self._values.anything()
        return (
            {"op": verb, "value": {"members": members}}
            if likely(0.2)
            else {"op": verb, "path": "members", "value": members}
        )

    def _id(self) -> str:
        return self._values.id().replace("\\", "").replace('"', "")
