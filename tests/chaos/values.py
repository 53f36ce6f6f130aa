"""Values for attributes, from the schemas: right ones, wrong ones, and none."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scim.schema.attributes import COMMON, Attribute, Document, ResourceType
from scim.schema.urns import ENTERPRISE_USER, NINJAONE_USER

PASSWORD = "never-to-be-told-4711"
"""What every password holds, so that it can be looked for in replies."""
OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
_CHARACTERS = [
    *"abcXYZ019 .:-_|/\\#?%=,;~^'\"[]{}()@$&*+<>",
    *"éßİıſﬁǅΣς\u0301\u00a0\u00ad\u200b\u200d\u202e\u2028\u3000\ufeff\ufdfa",
    *"\ud7ff\ue000\ufffe\uffff",
    *"\U0001f468\U0001f600\U000e0001\U0010ffff",
]
_CONTROLS = "\x01\t\n\x1f\x7f\x85"
_NO_TEXT = "\x00\ud800\udfff\ud83d"
_TEXTS = (
    "", " ", "null", "true", "0", "-1", "None", "../../etc/passwd", "' or 1 eq 1", "%00", "%2e%2e%2f", "{0}", "${x}",
    "urn:ietf:params:scim:schemas:core:2.0:User", "bulkId:a", "\u202eabc", "İSTANBUL", "straße", "1e999", "NaN",
)  # fmt: skip
_UNKNOWN = (
    "favouriteColour",
    "urn:example:params:other:2.0:User",
    "Names",
    "x-y",
    "$ref",
    "__proto__",
    "name.",
    ".",
    "",
)
_SAMPLES: Mapping[str, Sequence[Any]] = {
    "boolean": (True, False, "True", "false"),
    "integer": (0, -9, 9),
    "decimal": (0, 1.5, -2),
    "dateTime": ("2026-11-23T12:00:00Z", "2011-05-13T04:42:34.123456789+02:00", "2026-02-28t00:00:00z"),
    "binary": ("QUJD", "QQ==", "_-8"),
}
"""By type; strings and references are made."""


class Values:
    """Makes values.

    Args:
        source: Of all choices.
    """

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self.pick = source.choice
        self.ids: dict[str, list[str]] = {"/Users": [], "/Groups": []}
        """Resources that were created, by endpoint, the oldest first; some are gone."""

    def likely(self, probability: float) -> bool:
        return self._source.random() < probability

    def number(self, lowest: int, highest: int) -> int:
        return self._source.randint(lowest, highest)

    def some(self, choices: Sequence[Any], most: int) -> list[Any]:
        return self._source.sample(choices, self.number(0, min(most, len(choices))))

    def text(self, longest: int = 10) -> str:
        if self.likely(0.15):
            return self.pick(_TEXTS)
        if self.likely(0.01):
            return self.pick("xß\U0001f600") * self.pick((255, 256, 400, 401, 1_024, 5_000, 40_000))
        text = "".join(self._source.choices(_CHARACTERS, k=self.number(0, longest)))
        if self.likely(0.1):
            return text + self.pick(_CONTROLS if self.likely(0.9) else _NO_TEXT)
        return text

    def word(self) -> str:
        """Text that nothing minds."""
        return f"{self.pick(('Anna', 'Zoë', 'Ωmega', 'x', '李', 'B b'))}{self.number(0, 40)}"

    def id(self, endpoint: str = "") -> str:
        """Of a resource of that endpoint, or of any; mostly one that exists."""
        ids = self.ids[endpoint if endpoint and self.likely(0.95) else self.pick(("/Users", "/Users", "/Groups"))]
        if ids and self.likely(0.95):
            return self.pick(ids[-self.pick((5, 40)) :])
        return self.pick(("0192f3a0-0000-7000-8000-000000000000", self.text(), "me", "bulkId:a", "."))

    def unknown_name(self) -> str:
        return self.pick((*_UNKNOWN, self.text(5)))

    def right(self, attribute: Attribute) -> Any:
        """A value that the attribute takes."""
        if attribute.multi_valued:
            return [self._single(attribute) for _ in range(self.number(0, 3))]
        return self._single(attribute)

    def wrong(self, attribute: Attribute, depth: int = 0) -> Any:
        """A value that it mostly does not take."""
        kind = self.number(0, 9)
        if kind == 0:
            return None
        if kind == 1:
            return [self.right(attribute)]  # a list for a scalar, a list of lists for a list
        if kind == 2:
            return {"value": self.right(attribute)}
        if kind == 3:
            return self._single(attribute)  # an element without its list
        if kind == 4:
            return [self.anything(depth + 1)] * self.pick((1, 2, 101))
        return self.anything(depth)

    def mostly(self, attribute: Attribute, wrongness: float = 0.05) -> Any:
        return self.wrong(attribute) if self.likely(wrongness) else self.right(attribute)

    def anything(self, depth: int = 0) -> Any:
        if depth > 2 or self.likely(0.6):
            plain = (
                None,
                True,
                False,
                0,
                -1,
                1.5,
                10**18,
                -(10**19),
                1e308,
                5e-324,
                -0.0,
                "",
                [],
                {},
                [[]],
                [{}],
                [None],
            )
            return self.pick((*plain, self.text(), self.text(30), self.id()))
        if self.likely(0.5):
            return [self.anything(depth + 1) for _ in range(self.number(0, 3))]
        names = ("value", "type", "primary", "$ref", "display", "givenName", "schemas", self.unknown_name())
        return {self.pick(names): self.anything(depth + 1) for _ in range(self.number(0, 3))}

    def deep(self, levels: int) -> Any:
        value: Any = self.pick(("bulkId:a", 1, {}, []))
        for _ in range(levels):
            value = [value] if self.likely(0.5) else {self.pick(("value", "x")): value}
        return value

    def resource(self, kind: ResourceType) -> Document:
        """A resource that can mostly be created."""
        body = {each.name: self.mostly(each, 0.01) for each in self.some(settable(kind), 3)}
        if kind.name == "User":
            body |= {"userName": self.user_name(), NINJAONE_USER: self.extension()}
            if self.likely(0.2):
                body[ENTERPRISE_USER] = self.enterprise(kind)
        else:
            body |= {"displayName": f"group {self.number(0, 400)}"}
            if self.likely(0.5):
                body["members"] = [{"value": self.id()} for _ in range(self.number(0, 4))]
        if self.likely(0.5):
            body["schemas"] = [kind.schema.id, *(each.id for each in kind.extensions if self.likely(0.5))]
        return self.spoilt(body, kind) if self.likely(0.3) else body

    def spoilt(self, body: Document, kind: ResourceType) -> Document:
        """The resource with one thing wrong, or odd."""
        name = self.pick(list(body))
        attribute = self.pick(list(kind.by_name.values()))
        match self.number(0, 6):
            case 0:
                del body[name]
            case 1:
                body[name.swapcase()] = body.pop(name)
            case 2:
                body[name.upper()] = body[name]
            case 3:
                body[self.unknown_name()] = self.anything()
            case 4:
                body[f"{kind.schema.id}:{attribute.name}"] = self.right(attribute)
            case _:
                body[attribute.name] = self.wrong(attribute)
        return body

    def user_name(self) -> str:
        if self.likely(0.05):
            return self.text(20)
        return f"{self.pick(('u', 'U', 'ü'))}{self.number(0, 400)}@{self.pick(('contoso.com', 'fabrikam.com'))}"

    def extension(self) -> Any:
        organization = {
            "organizationId": self.pick(("12", "13", "All", "ALL", 12) if self.likely(0.95) else ("9", "", None))
        }
        return organization | (
            {"userType": self.pick(("endUser", "technician", "TECHNICIAN", "x"))} if self.likely(0.2) else {}
        )

    def enterprise(self, kind: ResourceType) -> Any:
        schema = kind.extensions_by_urn[ENTERPRISE_USER.lower()]
        return {each.name: self.mostly(each) for each in self.some(schema.attributes, 4)}

    def _single(self, attribute: Attribute) -> Any:
        if attribute.type in _SAMPLES:
            return self.pick(_SAMPLES[attribute.type])
        if attribute.type == "complex":
            parts = [each for each in attribute.sub_attributes if self.likely(0.2 if each.name == "primary" else 0.6)]
            return {each.name: self.mostly(each, 0.02) for each in parts}
        if attribute.name == "password":
            return PASSWORD
        if attribute.name in {"value", "id"} and self.likely(0.5):
            return self.id()
        if attribute.canonical_values and self.likely(0.9):
            return self.pick(attribute.canonical_values)
        return self.word() if self.likely(0.8) else self.text(30)


def settable(kind: ResourceType) -> list[Attribute]:
    """The attributes of a resource that clients may set, those apart that `Values.resource` sees to."""
    apart = {"username", "members", "displayname" if kind.name == "Group" else "", "schemas"}
    return [each for name, each in kind.by_name.items() if name not in apart and each.mutability != "readOnly"]


def names(kind: ResourceType) -> Mapping[str, Attribute]:
    """Every name of an attribute or sub-attribute of the type, with and without URNs."""
    return dict(_names(kind))


def _names(kind: ResourceType) -> Iterator[tuple[str, Attribute]]:
    for attribute in kind.by_name.values():
        yield from _spellings("", attribute)
        if attribute not in COMMON:
            yield from _spellings(f"{kind.schema.id}:", attribute)
    for extension in kind.extensions:
        yield extension.id, Attribute(name=extension.id, type="complex", sub_attributes=extension.attributes)
        for attribute in extension.attributes:
            yield from _spellings(f"{extension.id}:", attribute)
            yield from _spellings("", attribute)


def _spellings(owner: str, attribute: Attribute) -> Iterator[tuple[str, Attribute]]:
    yield f"{owner}{attribute.name}", attribute
    for sub in attribute.sub_attributes:
        yield f"{owner}{attribute.name}.{sub.name}", sub
