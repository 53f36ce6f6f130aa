"""The synchronization schema of a job, as Microsoft Graph has it.

It is read whole, edited in a few places and written back whole (PUT replaces it), so these models keep everything that
they do not know.
"""

from typing import Any

from pydantic import ConfigDict, Field

from ops.entra.clients import Answer


class Kept(Answer):
    """Keeps what it does not know."""

    model_config = ConfigDict(extra="allow")


class Source(Kept):
    """Where a value comes from: an attribute (`name`), a constant (`name`), or a function (`expression`)."""

    type: str = "Attribute"
    name: str | None = None
    expression: str | None = None
    parameters: list[Any] | None = None


class Mapping(Kept):
    """One attribute mapping; `matching_priority` 1 makes it the one that people are found by."""

    target_attribute_name: str
    source: Source | None = None
    matching_priority: int = 0
    flow_type: str = "Always"
    flow_behavior: str = "FlowWhenChanged"
    default_value: str | None = None


class ObjectMapping(Kept):
    """The mappings of people, or of groups."""

    source_object_name: str
    target_object_name: str
    enabled: bool = True
    flow_types: str = "Add,Update,Delete"
    attribute_mappings: list[Mapping] = Field(default_factory=list)


class Rule(Kept):
    """From which directory to which."""

    id: str
    source_directory_name: str
    target_directory_name: str
    object_mappings: list[ObjectMapping] = Field(default_factory=list)


class Attribute(Kept):
    """An attribute that a directory has."""

    name: str
    type: str = "String"
    required: bool = False


class ObjectDefinition(Kept):
    """A kind of object that a directory has."""

    name: str
    attributes: list[Attribute] = Field(default_factory=list)


class Directory(Kept):
    """A directory: Entra ID, or what it provisions."""

    name: str
    objects: list[ObjectDefinition] = Field(default_factory=list)


class Schema(Kept):
    """The whole."""

    directories: list[Directory] = Field(default_factory=list)
    synchronization_rules: list[Rule] = Field(default_factory=list)

    def as_body(self) -> dict[str, Any]:
        """As it is written, without what OData adds to a reply."""
        body = self.model_dump(by_alias=True, exclude_unset=True)
        return {name: value for name, value in body.items() if not name.startswith("@odata.")}

    def rule(self) -> Rule | None:
        """The rule that provisions people."""
        found = (rule for rule in self.synchronization_rules if rule_object(rule, "User"))
        return next(found, None)

    def definition(self, directory: str, kind: str) -> ObjectDefinition | None:
        """What a directory says of a kind of object."""
        objects = (each for found in self.directories if found.name == directory for each in found.objects)
        return next((each for each in objects if each.name == kind), None)


def rule_object(rule: Rule, source: str) -> ObjectMapping | None:
    """A rule's mappings of `User` or `Group`."""
    return next((each for each in rule.object_mappings if each.source_object_name == source), None)


class Parsed(Answer):
    """What Entra ID makes of an expression."""

    parsing_succeeded: bool
    parsed_expression: Source | None = None
    error: dict[str, Any] | None = None
