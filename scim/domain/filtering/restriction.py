"""A filter over several resource types, as it reads for one of them (RFC 7644 §3.4.2.1).

An attribute that a type does not have counts as one without a value. What that settles is settled here, so that a
filter for users alone does not look at any group; so is `meta.resourceType eq "User"`, which names the type itself.
"""

from collections.abc import Iterable

from scim.domain.filtering.nodes import (
    And,
    AttributePath,
    Comparison,
    Node,
    Not,
    Or,
    Present,
    ValuePath,
    conjunction,
    disjunction,
)
from scim.domain.filtering.resolution import resolve
from scim.errors import InvalidFilter
from scim.schema.attributes import ResourceType

_TYPE_NAME = "meta.resourceType"


def restricted(node: Node, resource_type: ResourceType, among: Iterable[ResourceType]) -> Node | bool:
    """The filter for one resource type; true when all its resources match, false when none does.

    Args:
        node: The filter.
        resource_type: The type.
        among: All types that are searched.

    Raises:
        InvalidFilter: It names an attribute that none of them has.
    """
    match node:
        case Comparison():
            return _comparison(node, resource_type, among)
        case Present(path) | ValuePath(path):
            return node if _has(path, resource_type, among) else False
        case Not(operand):
            inner = restricted(operand, resource_type, among)
            return (not inner) if isinstance(inner, bool) else Not(inner)
        case And(operands) | Or(operands):
            parts = [restricted(operand, resource_type, among) for operand in operands]
            return _combined(parts, settling=isinstance(node, Or))


def _comparison(node: Comparison, resource_type: ResourceType, among: Iterable[ResourceType]) -> Node | bool:
    if not _has(node.path, resource_type, among):
        return node.operator == ("eq" if node.value is None else "ne")
    if node.operator in {"eq", "ne"} and resolve(node.path, resource_type).name == _TYPE_NAME:
        return (node.value == resource_type.name) is (node.operator == "eq")
    return node


def _combined(parts: Iterable[Node | bool], *, settling: bool) -> Node | bool:
    """The parts of an `or`, one of which settles it by being true, or of an `and`, which one settles by being false."""
    open_parts: list[Node] = []
    for part in parts:
        if not isinstance(part, bool):
            open_parts.append(part)
        elif part is settling:
            return settling
    if not open_parts:
        return not settling
    return disjunction(open_parts) if settling else conjunction(open_parts)


def _has(path: AttributePath, resource_type: ResourceType, among: Iterable[ResourceType]) -> bool:
    """Whether the type has the attribute.

    Raises:
        InvalidFilter: None of the types has it.
    """
    try:
        resolve(path, resource_type)
    except InvalidFilter:
        if not any(_resolves(path, other) for other in among):
            raise
        return False
    return True


def _resolves(path: AttributePath, resource_type: ResourceType) -> bool:
    try:
        resolve(path, resource_type)
    except InvalidFilter:
        return False
    return True
