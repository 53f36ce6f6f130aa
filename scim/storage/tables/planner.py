"""Which rows to look at for a filter.

A plan names rows among which every match is; the filter is always evaluated again on what they hold, so a plan can be
slow and never wrong. Of the terms of an `and` the cheapest indexed one serves; an `or` is served when every branch is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from scim.domain.filtering.nodes import And, AttributePath, Comparison, Node, Not, Or, Present, ValuePath
from scim.domain.filtering.resolution import Resolved, resolve
from scim.errors import InvalidFilter
from scim.schema.attributes import ResourceType
from scim.storage.tables import keys
from scim.storage.tables.rows import KeyRange


@dataclass(frozen=True, slots=True)
class Known:
    """The resource with this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """The resource that holds a unique name; the row has its id."""

    row_key: str


@dataclass(frozen=True, slots=True)
class Span:
    """The resources whose ids end the keys of a range."""

    keys: KeyRange


@dataclass(frozen=True, slots=True)
class Related:
    """The resources on the other side of the memberships of a group, or member."""

    id: str


@dataclass(frozen=True, slots=True)
class Union:
    """All resources of several accesses."""

    parts: tuple["Access", ...]


type Access = Known | Reservation | Span | Related | Union
type Lookup = Callable[[str, str], Access]
"""From a provider's id and the value compared with to the rows to look at."""

_COST = {Known: 0, Reservation: 1, Span: 2, Related: 3, Union: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """What can be looked up for one resource type.

    Attributes:
        equal: By canonical attribute name, for `eq`.
        starting: By canonical attribute name, for `sw`.
        reference: The attribute that memberships answer; of it, only `<reference>.value eq` is known.
    """

    resource_type: ResourceType
    equal: Mapping[str, Lookup]
    starting: Mapping[str, Lookup]
    reference: str


def user_indexes(resource_type: ResourceType) -> Indexes:
    """How users are found."""
    return Indexes(
        resource_type=resource_type,
        equal={
            "id": lambda _provider, value: Known(value),
            "userName": lambda _provider, value: Reservation(keys.user_name(value)),
            "externalId": lambda provider, value: Span(keys.external_ids(provider, value)),
            "emails.value": lambda provider, value: Span(keys.emails(provider, value)),
            "groups.value": lambda _provider, value: Related(value),
        },
        starting={"userName": lambda provider, value: Span(keys.sorted_names(provider, value))},
        reference="groups",
    )


def group_indexes(resource_type: ResourceType) -> Indexes:
    """How groups are found."""
    return Indexes(
        resource_type=resource_type,
        equal={
            "id": lambda _provider, value: Known(value),
            "displayName": lambda provider, value: Reservation(keys.display_name(provider, value)),
            "externalId": lambda provider, value: Span(keys.group_external_ids(provider, value)),
            "members.value": lambda _provider, value: Related(value),
        },
        starting={},
        reference="members",
    )


def plan(node: Node, indexes: Indexes, provider: str) -> Access | None:
    """The rows to look at, or None when only a scan will do."""
    match node:
        case Comparison():
            return _term(node, indexes, provider)
        case ValuePath(path, inner):
            return plan(_qualified(inner, path), indexes, provider)
        case And(operands):
            accesses = [access for operand in operands if (access := plan(operand, indexes, provider))]
            return min(accesses, key=lambda access: _COST[type(access)], default=None)
        case Or(operands):
            parts = [plan(operand, indexes, provider) for operand in operands]
            return Union(tuple(part for part in parts if part)) if all(parts) else None
        case _:
            return None


def _term(term: Comparison, indexes: Indexes, provider: str) -> Access | None:
    lookups = {"eq": indexes.equal, "sw": indexes.starting}.get(term.operator)
    if lookups is None or not isinstance(term.value, str) or not term.value:
        return None
    lookup = lookups.get(value_name(resolve(term.path, indexes.resource_type)))
    return lookup(provider, term.value) if lookup else None


def value_name(resolved: Resolved) -> str:
    """The name of what is compared: a complex attribute stands for its `value`."""
    is_complex = resolved.sub_attribute is None and resolved.attribute.type == "complex"
    return f"{resolved.name}.value" if is_complex else resolved.name


def _qualified(node: Node, owner: AttributePath) -> Node:
    """The filter inside a value path, with the names as they read outside it.

    What it says gets weaker by that (several values may satisfy it together), which a plan may be.
    """
    match node:
        case Comparison(path, operator, value):
            return Comparison(AttributePath(owner.urn, owner.attribute, path.attribute), operator, value)
        case And(operands):
            return And(tuple(_qualified(operand, owner) for operand in operands))
        case Or(operands):
            return Or(tuple(_qualified(operand, owner) for operand in operands))
        case _:
            return Present(owner)


def referenced_ids(node: Node, indexes: Indexes) -> frozenset[str]:
    """The ids that a filter compares the reference attribute with.

    Raises:
        InvalidFilter: It asks something else of the attribute than whether an id is among its values.
    """
    return frozenset(_referenced(node, indexes))


def _referenced(node: Node, indexes: Indexes) -> Iterator[str]:
    match node:
        case Comparison(path) | Present(path):
            if _is_reference(path, indexes):
                yield _compared_id(node, indexes)
        case ValuePath(path, inner):
            if _is_reference(path, indexes):
                yield from _referenced(_qualified(inner, path), indexes)
        case Not(operand):
            yield from _referenced(operand, indexes)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _referenced(operand, indexes)


def _is_reference(path: AttributePath, indexes: Indexes) -> bool:
    resolved = resolve(path, indexes.resource_type)
    return resolved.urn is None and resolved.attribute.name == indexes.reference


def _compared_id(node: Comparison | Present, indexes: Indexes) -> str:
    is_equality = isinstance(node, Comparison) and node.operator == "eq" and isinstance(node.value, str)
    if is_equality and value_name(resolve(node.path, indexes.resource_type)) in indexes.equal:
        return cast("str", cast("Comparison", node).value)
    raise InvalidFilter(f'Of {indexes.reference}, only {indexes.reference}.value eq "<id>" can be searched.')
