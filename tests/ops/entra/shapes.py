"""What Microsoft Graph v1.0 takes in the bodies that the tool sends; anything else is refused, as there.

After the resource types of the Graph reference: synchronizationSchema, directoryDefinition, objectDefinition,
attributeDefinition, synchronizationRule, objectMapping, attributeMapping, attributeMappingSource,
synchronizationSecretKeyStringValuePair, appRoleAssignment.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Instantiate(Shape):
    display_name: str


class NewJob(Shape):
    template_id: str


class Pair(Shape):
    key: Literal["BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings", "SkipOutOfScopeDeletions"]
    value: str


class Secrets(Shape):
    value: list[Pair]


class Validate(Shape):
    use_saved_credentials: bool = False
    credentials: list[Pair] = []


class Expression(Shape):
    expression: str


class Assignment(Shape):
    principal_id: str
    resource_id: str
    app_role_id: str


class Subject(Shape):
    object_id: str
    object_type_name: Literal["User", "Group"]


class OnDemandParameters(Shape):
    rule_id: str
    subjects: list[Subject]


class OnDemand(Shape):
    parameters: list[OnDemandParameters]


class Metadata(Shape):
    key: str
    value: str


class Source(Shape):
    type: Literal["Attribute", "Constant", "Function"]
    name: str
    expression: str
    parameters: list["Parameter"]


class Parameter(Shape):
    key: str
    value: Source


class AttributeMapping(Shape):
    target_attribute_name: str
    source: Source
    matching_priority: int
    flow_type: Literal["Always", "ObjectAddOnly", "MultiValueAddOnly", "ValueAddOnly", "AttributeAddOnly"]
    flow_behavior: Literal["FlowWhenChanged", "FlowAlways"]
    default_value: str | None
    export_missing_references: bool = False


class ObjectMapping(Shape):
    name: str
    enabled: bool
    flow_types: str
    source_object_name: str
    target_object_name: str
    scope: dict[str, Any] | None
    metadata: list[Metadata]
    attribute_mappings: list[AttributeMapping]


class Rule(Shape):
    id: str
    name: str
    priority: int
    editable: bool
    source_directory_name: str
    target_directory_name: str
    metadata: list[Metadata]
    object_mappings: list[ObjectMapping]


class Attribute(Shape):
    name: str
    type: Literal["String", "Integer", "Reference", "Binary", "Boolean", "DateTime"]
    required: bool
    anchor: bool
    case_exact: bool
    default_value: str | None
    flow_null_values: bool
    multivalued: bool
    mutability: Literal["ReadWrite", "ReadOnly", "Immutable", "WriteOnly"]
    api_expressions: list[Any] = []
    metadata: list[Metadata]
    referenced_objects: list[Any]


class ObjectDefinition(Shape):
    name: str
    supported_apis: list[str]
    metadata: list[Metadata]
    attributes: list[Attribute]


class Directory(Shape):
    id: str
    name: str
    read_only: bool
    discoverabilities: str
    objects: list[ObjectDefinition]


class Schema(Shape):
    id: str
    version: str
    directories: list[Directory]
    synchronization_rules: list[Rule]

    def undefined(self) -> set[str]:
        """Targets of mappings that the target directory does not define."""
        found = set()
        for rule in self.synchronization_rules:
            for each in rule.object_mappings:
                objects = {
                    definition.name: {attribute.name for attribute in definition.attributes}
                    for directory in self.directories
                    if directory.name == rule.target_directory_name
                    for definition in directory.objects
                }
                targets = {mapping.target_attribute_name for mapping in each.attribute_mappings}
                found |= targets - objects[each.target_object_name]
        return found
