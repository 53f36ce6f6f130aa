"""What the names in filters, PATCH paths and `sortBy` mean in a resource type (RFC 7644 §3.10)."""

from dataclasses import dataclass, replace

from scim.domain.filtering.nodes import AttributePath
from scim.errors import InvalidFilter, ScimError
from scim.schema.attributes import Attribute, ResourceType, Schema

_SHOWN_LENGTH = 200
_LOCATION = "meta.location"
"""Follows from the id and from where the service is; it is not stored, and a filter on it would be false in silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An attribute, found.

    `urn` is the URN of the extension that holds the attribute, as its schema spells it; None for core and common
    attributes. `name` is the canonical spelling: `userName`, `emails.value`, `urn:…:2.0:User:organizationId`.

    An extension as a whole is the complex attribute that it is in JSON: `attribute` is named by the URN and has the
    extension's attributes as sub-attributes, `urn` is None, and `is_extension` is true.
    """

    urn: str | None
    attribute: Attribute
    sub_attribute: Attribute | None
    name: str
    is_extension: bool = False

    @property
    def target(self) -> Attribute:
        """The attribute whose values are meant: the sub-attribute if one is named."""
        return self.sub_attribute or self.attribute

    @property
    def is_secret(self) -> bool:
        """Whether values must not be told, not even by answering a comparison (`returned: never`)."""
        return "never" in (self.attribute.returned, self.target.returned)


def resolve(path: AttributePath, resource_type: ResourceType, error: type[ScimError] = InvalidFilter) -> Resolved:
    """Find the attribute that a path names; case does not matter (RFC 7643 §2.1).

    A name without a URN is a core or common attribute, else one of the first extension that has it: Entra's
    documented `manager eq "…"` has no URN, and §3.10 only says that clients SHOULD write it.

    Args:
        path: As parsed.
        resource_type: Whose attributes to look among.
        error: What to raise: `InvalidPath` in a PATCH, `InvalidValue` for `sortBy`.

    Raises:
        ScimError: Of the given type; the resource type has no such attribute.
    """
    found = _extension(path, resource_type) or _attribute(path, resource_type)
    if found is None:
        raise _unknown(path, resource_type.name, error)
    if path.sub_attribute is None:
        return found
    sub_attribute = found.attribute.by_name.get(path.sub_attribute.lower())
    if sub_attribute is None:
        raise _unknown(path, resource_type.name, error)
    named = _with_sub_attribute(found, sub_attribute)
    if named.name == _LOCATION:
        raise error(f"{_LOCATION} cannot be searched or sorted by; it ends with the id, which can.")
    return named


def resolve_sub_attribute(
    path: AttributePath, attribute: Attribute, error: type[ScimError] = InvalidFilter
) -> Resolved:
    """Find the sub-attribute that a name between brackets means, as in `emails[type eq "work"]`.

    Raises:
        ScimError: Of the given type; the attribute has no such sub-attribute, or the name is qualified.
    """
    sub_attribute = attribute.by_name.get(path.attribute.lower())
    if sub_attribute is None or path.urn is not None or path.sub_attribute is not None:
        raise _unknown(path, attribute.name, error)
    return Resolved(
        urn=None, attribute=sub_attribute, sub_attribute=None, name=f"{attribute.name}.{sub_attribute.name}"
    )


def comparable(resolved: Resolved, error: type[ScimError] = InvalidFilter) -> Resolved:
    """The attribute whose values a comparison or an order looks at.

    A complex attribute has no value to compare; its `value` sub-attribute is meant (`emails co "x"` in §3.4.2.2,
    `members eq "id"` and `manager eq "id"` from Entra).

    Raises:
        ScimError: Of the given type; a complex attribute without `value`, or one whose values are never returned.
    """
    if resolved.is_secret:
        raise error(f"{resolved.name} is never returned and cannot be compared.")
    if resolved.target.type != "complex":
        return resolved
    value = resolved.attribute.by_name.get("value")
    if value is None or resolved.is_extension or resolved.sub_attribute is not None:
        raise error(f"{resolved.name} has several parts; name one of its sub-attributes.")
    return _with_sub_attribute(resolved, value)


def _extension(path: AttributePath, resource_type: ResourceType) -> Resolved | None:
    """The extension that the whole path is the URN of, if it is one."""
    if path.urn is None or path.sub_attribute is not None:
        return None
    extension = resource_type.extensions_by_urn.get(f"{path.urn}:{path.attribute}".lower())
    if extension is None:
        return None
    attribute = Attribute(name=extension.id, type="complex", sub_attributes=extension.attributes)
    return Resolved(urn=None, attribute=attribute, sub_attribute=None, name=extension.id, is_extension=True)


def _attribute(path: AttributePath, resource_type: ResourceType) -> Resolved | None:
    name = path.attribute.lower()
    if path.urn is None or path.urn.lower() == resource_type.schema.id.lower():
        attribute = resource_type.by_name.get(name)
        if attribute is not None:
            return Resolved(urn=None, attribute=attribute, sub_attribute=None, name=attribute.name)
    for extension in _extensions(path, resource_type):
        attribute = extension.by_name.get(name)
        if attribute is not None:
            qualified = f"{extension.id}:{attribute.name}"
            return Resolved(urn=extension.id, attribute=attribute, sub_attribute=None, name=qualified)
    return None


def _extensions(path: AttributePath, resource_type: ResourceType) -> tuple[Schema, ...]:
    """The extensions that the path may mean: the one it names, or all when it names none."""
    if path.urn is None:
        return resource_type.extensions
    extension = resource_type.extensions_by_urn.get(path.urn.lower())
    return () if extension is None else (extension,)


def _with_sub_attribute(resolved: Resolved, sub_attribute: Attribute) -> Resolved:
    return replace(resolved, sub_attribute=sub_attribute, name=f"{resolved.name}.{sub_attribute.name}")


def _unknown(path: AttributePath, owner: str, error: type[ScimError]) -> ScimError:
    """The refusal of a name; the grammar has vouched for its characters, not for its length."""
    name = str(path)
    if len(name) > _SHOWN_LENGTH:
        name = f"{name[:_SHOWN_LENGTH]}…"
    return error(f"{owner} has no attribute {name}.")
