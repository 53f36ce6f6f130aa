"""Which attributes Rollcall is sent, and the edits that a schema takes for it.

The tables are those of the README and of docs/interop/entra.md; a test compares them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ops.entra.console import Refused
from ops.entra.schemas import Attribute, Mapping, ObjectMapping, Schema, Source, rule_object

EXTENSION = "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User"
ORGANIZATION_ID = f"{EXTENSION}:organizationId"
USER_TYPE = f"{EXTENSION}:userType"

type Parse = Callable[[str], Source]
"""Has Entra ID parse an expression."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|\s+|.', re.DOTALL)
_ATTRIBUTE = re.compile(r"\[([^\[\]]+)\]")
_CONSTANT = re.compile(r'"([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value comes from: an attribute's name, a constant, or an expression."""

    kind: Literal["Attribute", "Constant", "Function"]
    text: str

    @classmethod
    def attribute(cls, name: str) -> "Value":
        """The value of an attribute in Entra ID."""
        return cls("Attribute", name)

    @classmethod
    def constant(cls, text: str) -> "Value":
        """The same for everybody."""
        return cls("Constant", text)

    @classmethod
    def expression(cls, text: str) -> "Value":
        """What an expression gives; one of a single attribute or constant is just that."""
        if match := _ATTRIBUTE.fullmatch(text.strip()):
            return cls.attribute(match[1])
        if match := _CONSTANT.fullmatch(text.strip()):
            return cls.constant(match[1])
        return cls("Function", text)

    @property
    def written(self) -> str:
        """As an expression."""
        return {"Attribute": f"[{self.text}]", "Constant": f'"{self.text}"', "Function": self.text}[self.kind]

    def is_in(self, source: Source | None, parse: Parse) -> bool:
        """Whether a mapping has this source; Entra ID may write an expression in its own way."""
        if source is None or source.type != self.kind:
            return False
        if self.kind != "Function":
            return source.name == self.text
        found = _normal(source.expression or "")
        return found == _normal(self.text) or found == _normal(parse(self.text).expression or "")

    def made(self, parse: Parse) -> Source:
        """The source that says this."""
        if self.kind == "Function":
            return parse(self.text)
        return Source(type=self.kind, name=self.text, expression=self.written, parameters=[])


@dataclass(frozen=True, slots=True)
class Flow:
    """One mapping that Rollcall uses."""

    value: Value
    target: str
    matching: int = 0

    def is_in(self, mapping: Mapping, parse: Parse) -> bool:
        """Whether a mapping says this."""
        return (
            mapping.matching_priority == self.matching
            and mapping.flow_type == "Always"
            and not mapping.default_value
            and self.value.is_in(mapping.source, parse)
        )

    def made(self, parse: Parse) -> Mapping:
        """The mapping that says this."""
        return Mapping(
            target_attribute_name=self.target,
            source=self.value.made(parse),
            matching_priority=self.matching,
            flow_type="Always",
            flow_behavior="FlowWhenChanged",
            default_value=None,
        )


PEOPLE: tuple[Flow, ...] = (
    Flow(Value.attribute("userPrincipalName"), "userName", matching=1),
    Flow(Value.expression('Switch([IsSoftDeleted], , "False", "True", "True", "False")'), "active"),
    Flow(Value.attribute("mail"), 'emails[type eq "work"].value'),
    Flow(Value.attribute("givenName"), "name.givenName"),
    Flow(Value.attribute("surname"), "name.familyName"),
    Flow(Value.attribute("mailNickname"), "externalId"),
)
GROUPS: tuple[Flow, ...] = (
    Flow(Value.attribute("displayName"), "displayName", matching=1),
    Flow(Value.attribute("objectId"), "externalId"),
    Flow(Value.attribute("members"), "members"),
)
ATTRIBUTES: tuple[tuple[str, bool], ...] = ((ORGANIZATION_ID, True), (USER_TYPE, False))
"""The attributes of Rollcall's own, and whether each is required."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the mappings are to be.

    Attributes:
        organization: Gives `organizationId`; None where nobody needs one.
        user_type: Gives `userType`; None where everybody is an end user.
        groups: Whether groups are provisioned.
    """

    organization: Value | None
    user_type: Value | None
    groups: bool = True

    @property
    def people(self) -> tuple[Flow, ...]:
        """The mappings of people."""
        own = ((self.organization, ORGANIZATION_ID), (self.user_type, USER_TYPE))
        return (*PEOPLE, *(Flow(value, target) for value, target in own if value is not None))


def settled(found: Schema, wanted: Wanted, parse: Parse) -> Schema:
    """A schema as it is to be: what agrees is left exactly as it was read.

    Raises:
        Refused: It is not that of a SCIM application, or an expression or attribute is none of Entra ID's.
    """
    schema = found.model_copy(deep=True)
    rule = schema.rule()
    people = rule_object(rule, "User") if rule else None
    target = schema.definition(rule.target_directory_name, people.target_object_name) if rule and people else None
    if rule is None or people is None or target is None:
        raise Refused(
            "The schema of the provisioning job has no mapping of users. Open Provisioning → Attribute mapping in the "
            "Entra admin center, restore the default mappings, and run the command again."
        )
    source = schema.definition(rule.source_directory_name, people.source_object_name)
    _check_attributes(wanted.people, {each.name for each in source.attributes} if source else set())
    _define(target.attributes)
    _map(people, wanted.people, parse, enabled=True)
    if groups := rule_object(rule, "Group"):
        _map(groups, GROUPS if wanted.groups else None, parse, enabled=wanted.groups)
    elif wanted.groups:
        raise Refused("The schema of the provisioning job has no mapping of groups. Leave them out with --people-only.")
    return schema


def changes(found: Schema, wanted: Schema) -> dict[str, list[str]]:
    """The attributes whose definition or mapping differs, by what happens to them."""
    before, after = _entries(found), _entries(wanted)
    told = {
        "added": [name for name in after if name not in before],
        "corrected": [name for name in after if name in before and before[name] != after[name]],
        "removed": [name for name in before if name not in after],
    }
    return {what: list(dict.fromkeys(text for _, text in names)) for what, names in told.items() if names}


def excerpt(schema: Schema) -> dict[str, object]:
    """The parts of a schema that are edited, short enough to be read."""
    rule = schema.rule()
    objects = rule.object_mappings if rule else []
    own = {name for name, _ in ATTRIBUTES}
    return {
        "…": "the rest as it was read",
        "attributes": [
            {"name": each.name, "type": each.type, "required": each.required}
            for directory in schema.directories
            for definition in directory.objects
            for each in definition.attributes
            if each.name in own
        ],
        "mappings": {
            each.source_object_name: {
                mapping.target_attribute_name: mapping.source and mapping.source.expression
                for mapping in each.attribute_mappings
            }
            for each in objects
            if each.enabled
        },
    }


def _normal(expression: str) -> str:
    """An expression without the blanks between its parts."""
    return "".join(token for token in _TOKENS.findall(expression) if not token.isspace())


def _check_attributes(flows: Sequence[Flow], known: set[str]) -> None:
    for flow in flows:
        if known and flow.value.kind == "Attribute" and flow.value.text not in known:
            raise Refused(
                f'Entra ID has no attribute "{flow.value.text}" to map to {flow.target.rpartition(":")[2]}. '
                "Names are those of the attribute mapping page, for example department or extensionAttribute1."
            )


def _define(attributes: list[Attribute]) -> None:
    """Add what is not defined, and correct what is defined otherwise."""
    found = {each.name: each for each in attributes}
    for name, required in ATTRIBUTES:
        attribute = found.get(name)
        if attribute is None:
            attributes.append(_definition(name, required=required))
        elif (attribute.type, attribute.required) != ("String", required):
            attribute.type, attribute.required = "String", required


def _definition(name: str, *, required: bool) -> Attribute:
    return Attribute.model_validate(
        {
            "name": name,
            "type": "String",
            "required": required,
            "anchor": False,
            "caseExact": False,
            "defaultValue": None,
            "flowNullValues": False,
            "multivalued": False,
            "mutability": "ReadWrite",
            "metadata": [],
            "referencedObjects": [],
        }
    )


def _map(objects: ObjectMapping, flows: Sequence[Flow] | None, parse: Parse, *, enabled: bool) -> None:
    """Edit the mappings of one kind of object; without `flows` only whether they are in use."""
    if objects.enabled != enabled:
        objects.enabled = enabled
    if flows is None:
        return
    if {each.strip() for each in objects.flow_types.split(",")} != {"Add", "Update", "Delete"}:
        objects.flow_types = "Add,Update,Delete"
    wanted = {flow.target: flow for flow in flows}
    kept = [
        mapping if flow.is_in(mapping, parse) else flow.made(parse)
        for mapping in objects.attribute_mappings
        if (flow := wanted.pop(mapping.target_attribute_name, None))
    ]
    objects.attribute_mappings = kept + [flow.made(parse) for flow in wanted.values()]


def _entries(schema: Schema) -> dict[tuple[str, str], object]:
    """Everything that may be edited: a place, and how it is called."""
    return dict(_parts(schema))


def _parts(schema: Schema) -> Iterator[tuple[tuple[str, str], object]]:
    for rule in schema.synchronization_rules:
        for each in rule.object_mappings:
            of = each.source_object_name
            yield (of, f"{of} mappings"), (each.enabled, each.flow_types)
            for mapping in each.attribute_mappings:
                name = mapping.target_attribute_name
                yield (f"{of}.{name}", name.removeprefix(f"{EXTENSION}:")), mapping
    for directory in schema.directories:
        for definition in directory.objects:
            for attribute in definition.attributes:
                name = attribute.name.removeprefix(f"{EXTENSION}:")
                yield (f"{directory.name}.{definition.name}.{attribute.name}", f"attribute {name}"), attribute
