"""Attributes, schemas and resource types as values that the engine is driven by (RFC 7643 §2, §6, §7).

They are compiled once from the definitions that `/Schemas` serves, so that what is announced is what is done.
Attribute names are compared without regard to case (RFC 7643 §2.1): look them up in `by_name`, with `name.lower()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type Document = dict[str, Any]
"""A JSON object: a resource, or a complex value in one."""

type AttributeType = Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]
type Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
type Returned = Literal["always", "never", "default", "request"]
type Uniqueness = Literal["none", "server", "global"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute and its characteristics (RFC 7643 §2.2); sub-attributes for complex ones."""

    name: str
    type: AttributeType = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple["Attribute", ...] = ()
    by_name: Mapping[str, "Attribute"] = field(init=False, repr=False, compare=False)
    """Sub-attributes by lower-case name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {sub.name.lower(): sub for sub in self.sub_attributes})

    @classmethod
    def from_definition(cls, definition: Document) -> "Attribute":
        """Compile an attribute from its JSON definition; absent characteristics take RFC 7643 §2.2's defaults."""
        return cls(
            name=definition["name"],
            type=definition.get("type", "string"),
            multi_valued=definition.get("multiValued", False),
            required=definition.get("required", False),
            case_exact=definition.get("caseExact", False),
            mutability=definition.get("mutability", "readWrite"),
            returned=definition.get("returned", "default"),
            uniqueness=definition.get("uniqueness", "none"),
            canonical_values=tuple(definition.get("canonicalValues", ())),
            reference_types=tuple(definition.get("referenceTypes", ())),
            sub_attributes=tuple(cls.from_definition(sub) for sub in definition.get("subAttributes", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A schema and its top-level attributes (RFC 7643 §7)."""

    id: str
    name: str
    attributes: tuple[Attribute, ...]
    definition: Document = field(repr=False, compare=False)
    """The document that `/Schemas` serves, without `meta`."""
    by_name: Mapping[str, Attribute] = field(init=False, repr=False, compare=False)
    """Attributes by lower-case name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {attribute.name.lower(): attribute for attribute in self.attributes})

    @classmethod
    def from_definition(cls, definition: Document) -> "Schema":
        """Compile a schema from its JSON definition."""
        return cls(
            id=definition["id"],
            name=definition["name"],
            attributes=tuple(Attribute.from_definition(attribute) for attribute in definition["attributes"]),
            definition=definition,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """A kind of resource: its endpoint, its core schema and its extensions (RFC 7643 §6).

    `by_name` holds the core attributes and the common ones (`id`, `externalId`, `schemas`, `meta`), by lower-case name;
    `extensions_by_urn` the extensions, by lower-case URN.
    """

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    by_name: Mapping[str, Attribute] = field(init=False, repr=False, compare=False)
    extensions_by_urn: Mapping[str, Schema] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {**COMMON_BY_NAME, **self.schema.by_name})
        by_urn = {extension.id.lower(): extension for extension in self.extensions}
        object.__setattr__(self, "extensions_by_urn", by_urn)


META = Attribute(
    name="meta",
    type="complex",
    mutability="readOnly",
    sub_attributes=(
        Attribute(name="resourceType", case_exact=True, mutability="readOnly"),
        Attribute(name="created", type="dateTime", mutability="readOnly"),
        Attribute(name="lastModified", type="dateTime", mutability="readOnly"),
        Attribute(
            name="location",
            type="reference",
            case_exact=True,
            mutability="readOnly",
            reference_types=("uri",),
        ),
        Attribute(name="version", case_exact=True, mutability="readOnly"),
    ),
)
COMMON = (
    Attribute(name="schemas", type="reference", multi_valued=True, required=True, case_exact=True, returned="always"),
    Attribute(name="id", case_exact=True, mutability="readOnly", returned="always", uniqueness="server"),
    Attribute(name="externalId", case_exact=True),
    META,
)
"""The attributes that every resource has (RFC 7643 §3.1); they stand in no schema's definition."""
COMMON_BY_NAME = {attribute.name.lower(): attribute for attribute in COMMON}
