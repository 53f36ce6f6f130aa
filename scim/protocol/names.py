"""The names by which clients call attributes, and what they mean in a resource type (RFC 7644 §3.10).

One table per resource type answers for bodies, PATCH paths and projections alike: `userName`, `name.givenName`,
`urn:…:core:2.0:User:userName`, `urn:…:enterprise:2.0:User` as a whole, and everything in it. Attributes of extensions
are also found without their URN, when no core attribute has the name: older mappings of Entra ID say `manager`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scim.schema.attributes import Attribute, ResourceType

MEMBERS = "members"
"""The attribute whose values are kept apart from the document of their group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a name means.

    Attributes:
        name: The canonical spelling: `name.givenName`, `urn:…:2.0:User:organizationId`.
        attribute: The attribute. An extension as a whole is what it is in JSON: a complex attribute, named by its URN.
        sub_attribute: The sub-attribute, if one is named.
        container: The extension's URN whose object holds the attribute; None for the resource itself.
        owner: What stands before the attribute's own name in `name`: nothing, or the container and a colon.
        is_extension: Whether an extension as a whole is meant.
        is_read_only: Whether clients may not change it.
        is_ignored: Whether it is accepted and not kept: read-only attributes, `schemas`, passwords.
        is_members: Whether it is `members` of a group, or a part of them.
    """

    name: str
    attribute: Attribute
    sub_attribute: Attribute | None = None
    container: str | None = None
    owner: str = ""
    is_extension: bool = False
    is_read_only: bool = False
    is_ignored: bool = False
    is_members: bool = False


type Targets = Mapping[str, Target]


def per_resource_type[T](build: Callable[[ResourceType], T]) -> Callable[[ResourceType], T]:
    """Make a function of a resource type compute once for each: they are few, and live as long as the process.

    Hashing a resource type would visit all its attributes; the table goes by identity and keeps the type alive.
    """
    built: dict[int, tuple[ResourceType, T]] = {}

    def once(resource_type: ResourceType) -> T:
        found = built.get(id(resource_type))
        if found is None:
            found = built[id(resource_type)] = (resource_type, build(resource_type))
        return found[1]

    return once


@per_resource_type
def targets(resource_type: ResourceType) -> Targets:
    """Every name of the resource type, in canonical spelling and in lower case."""
    by_name: dict[str, Target] = {}
    core = resource_type.schema.id
    for attribute in resource_type.by_name.values():
        for target in _spellings(attribute, None):
            by_name |= _keys(target.name, target) | _keys(f"{core}:{target.name}", target)
    for extension in resource_type.extensions:
        whole = Attribute(name=extension.id, type="complex", sub_attributes=extension.attributes)
        by_name |= _keys(extension.id, Target(name=extension.id, attribute=whole, is_extension=True))
        for attribute in extension.attributes:
            for target in _spellings(attribute, extension.id):
                unqualified = target.name.removeprefix(target.owner)
                by_name = _keys(unqualified, target) | by_name | _keys(target.name, target)
    return by_name


def find(by_name: Targets, name: str) -> Target | None:
    """What `name` means, in any case of letters; None for an unknown name."""
    return by_name.get(name) or by_name.get(name.lower())


def _keys(name: str, target: Target) -> dict[str, Target]:
    return {name: target, name.lower(): target}


def _spellings(attribute: Attribute, container: str | None) -> Iterator[Target]:
    """The attribute itself and its sub-attributes."""
    for sub_attribute in (None, *attribute.sub_attributes):
        owner = f"{container}:" if container else ""
        parts = (attribute, sub_attribute) if sub_attribute else (attribute,)
        is_read_only = any(part.mutability == "readOnly" for part in parts)
        is_never_returned = any(part.returned == "never" for part in parts)
        yield Target(
            name=owner + ".".join(part.name for part in parts),
            attribute=attribute,
            sub_attribute=sub_attribute,
            container=container,
            owner=owner,
            is_read_only=is_read_only,
            is_ignored=is_read_only or is_never_returned or attribute.name == "schemas",
            is_members=attribute.name == MEMBERS and container is None,
        )
