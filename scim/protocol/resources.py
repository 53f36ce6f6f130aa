"""Bodies of POST and PUT, read into the document that is stored (RFC 7644 §3.3, §3.5.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scim.errors import InvalidSyntax, InvalidValue
from scim.protocol.members import read_members
from scim.protocol.names import Target, Targets, find, per_resource_type, targets
from scim.schema.attributes import Attribute, Document, ResourceType
from scim.schema.catalog import resource_types
from scim.schema.values import (
    UnknownAttributes,
    UnknownNames,
    given_twice,
    is_no_value,
    read_value,
    with_content,
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A body, read.

    Attributes:
        document: `schemas` first, then the attributes that the client manages in canonical spelling; no `id`, no
            `meta`, no members.
        unknown: Names of attributes that are not known and were left out.
        members: The members of a group, each once, in the order given; None when the body says nothing about them.
    """

    document: Document
    unknown: tuple[str, ...] = ()
    members: tuple[Document, ...] | None = None


def parse_resource(body: Document, resource_type: ResourceType, unknown: UnknownAttributes) -> Parsed:
    """Read the body of a POST or PUT.

    Accepted beyond the RFC: extensions that `schemas` does not name, others that it does name (Entra ID has its own for
    groups), or a body without `schemas`; extension attributes under flat keys (`urn:…:User:organizationId`); dotted
    names (`name.givenName`); what `scim.schema.values` tolerates.
    Read-only attributes are ignored, and a password is read past. `required` is enforced for core attributes only:
    what an extension requires may depend on the provider's policies.

    Raises:
        InvalidSyntax: `schemas` is not a list of strings, or, with `reject`, names another type.
        InvalidValue: An attribute does not take its value, a required one has none, or one is unknown and `unknown`
            says to refuse it.
        PayloadTooLarge: Too many members.

    RFC 7643 §3, RFC 7644 §3.3
    """
    reader = _Reader(resource_type, unknown)
    reader.read(body)
    return reader.parsed()


def recompute_schemas(document: Document, resource_type: ResourceType) -> Document:
    """The document with `schemas` as its first key: the core schema and those extensions that have content.

    Modified in place when `schemas` is first already.

    RFC 7643 §3
    """
    schemas = [resource_type.schema.id, *(each.id for each in resource_type.extensions if each.id in document)]
    if next(iter(document), None) != "schemas":
        document = {"schemas": schemas, **document}
    document["schemas"] = schemas
    return document


@per_resource_type
def _required(resource_type: ResourceType) -> tuple[Attribute, ...]:
    return tuple(attribute for attribute in resource_type.schema.attributes if attribute.required)


def check_required(attribute: Attribute, document: Document) -> None:
    """Refuse a document in which a required attribute has no value (RFC 7643 §2.2)."""
    if attribute.name not in document:
        raise missing(attribute.name)


def missing(name: str) -> InvalidValue:
    """The refusal of a resource that lacks a required attribute."""
    return InvalidValue(f'"{name}" is required and has no value.')


class _Reader:
    """Reads one body."""

    __slots__ = ("_by_name", "_document", "_dotted", "_members", "_resource_type", "_unknown")

    def __init__(self, resource_type: ResourceType, unknown: UnknownAttributes) -> None:
        self._resource_type = resource_type
        self._by_name: Targets = targets(resource_type)
        self._unknown = UnknownNames(unknown)
        self._document: Document = {"schemas": []}
        self._members: tuple[Document, ...] | None = None
        self._dotted: list[tuple[Target, Document]] = []

    def read(self, body: Document) -> None:
        by_name = self._by_name
        for key, value in body.items():
            target = by_name.get(key) or find(by_name, key)
            if target is None:
                self._unknown.note(key)
            elif target.is_extension:
                self._read_extension(target, value)
            else:
                self._read_attribute(target, value)
        for target, value in self._dotted:
            self._merge(target, value)

    def parsed(self) -> Parsed:
        document = recompute_schemas(self._document, self._resource_type)
        for attribute in _required(self._resource_type):
            check_required(attribute, document)
        return Parsed(document, self._unknown.names, self._members)

    def _read_extension(self, extension: Target, value: Any) -> None:
        for target, item in extension_items(extension, value, self._by_name, self._unknown):
            self._read_attribute(target, item)

    def _read_attribute(self, target: Target, value: Any) -> None:
        if target.is_ignored:
            if target.name == "schemas":
                _check_schemas(value, self._resource_type, self._unknown.policy)
        elif target.is_members:
            self._read_members(target, value)
        elif target.sub_attribute is not None:
            self._dotted.append((target, {target.sub_attribute.name: value}))
        else:
            self._store(target, value)

    def _store(self, target: Target, value: Any) -> None:
        attribute = target.attribute
        kept = read_value(value, attribute, target.owner, self._unknown)
        if attribute.multi_valued and kept is not None:
            kept = with_content(kept)
        if kept is None or kept == []:
            return
        holder = self._holder(target)
        if attribute.name in holder:
            raise given_twice(target.name)
        holder[attribute.name] = kept

    def _merge(self, target: Target, parts: Document) -> None:
        """Put a dotted name's value into the complex attribute that it belongs to."""
        attribute = target.attribute
        kept = read_value(parts, attribute, target.owner, self._unknown)
        if kept is None:
            return
        holder = self._holder(target)
        before = holder.get(attribute.name)
        if isinstance(before, list):
            raise given_twice(target.name)
        holder[attribute.name] = {**before, **kept} if before else kept

    def _read_members(self, target: Target, value: Any) -> None:
        if self._members is not None:
            raise given_twice(target.name)
        if target.sub_attribute is not None:
            value = {target.sub_attribute.name: value}
        self._members = tuple(read_members(value, target.attribute, self._unknown).values())

    def _holder(self, target: Target) -> Document:
        if target.container is None:
            return self._document
        holder: Document = self._document.setdefault(target.container, {})
        return holder


def extension_items(
    extension: Target, value: Any, by_name: Targets, unknown: UnknownNames
) -> Iterator[tuple[Target, Any]]:
    """The attributes in an extension's object, and what is given for each.

    Raises:
        InvalidValue: It is no object, or an attribute is refused as unknown.

    RFC 7643 §3.3
    """
    if is_no_value(value):
        return
    if type(value) is not dict:
        raise InvalidValue(f'"{extension.name}" must be an object that holds the attributes of the extension.')
    for key, item in value.items():
        name = f"{extension.name}:{key}"
        target = find(by_name, name)
        if target is not None:
            yield target, item
        elif key.lower() != "schemas":  # some clients let an extension say what it is
            unknown.note(name)


def _check_schemas(value: Any, resource_type: ResourceType, policy: UnknownAttributes) -> None:
    """Refuse `schemas` that is no list of strings and, where the unknown is refused, one of another resource type."""
    if value is None:
        return
    if type(value) is not list or any(type(uri) is not str for uri in value):
        raise InvalidSyntax('"schemas" must be a list of strings.')
    if policy is UnknownAttributes.IGNORE:
        return
    named = {uri.lower() for uri in value}
    others = {kind.schema.id.lower() for kind in resource_types()}
    if resource_type.schema.id.lower() not in named and not named.isdisjoint(others):
        raise InvalidSyntax(
            f'"schemas" names another resource type; a {resource_type.name} has {resource_type.schema.id}.'
        )
