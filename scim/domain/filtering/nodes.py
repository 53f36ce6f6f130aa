"""The syntax tree of filters and PATCH paths, and the text that it prints as (RFC 7644 §3.4.2.2, §3.5.2).

Trees are canonical: an `And` holds no `And` and an `Or` no `Or` (`conjunction` and `disjunction` see to it), so that
whoever walks a filter meets the terms of a conjunction side by side. Printing a canonical tree and parsing the text
gives the same tree. Names are kept as they were written; `resolution` finds what they mean.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

type Literal = str | int | float | bool | None
"""What a comparison compares with: a JSON string, number, boolean or null."""

type Node = Comparison | Present | Not | And | Or | ValuePath
"""A filter."""


@dataclass(frozen=True, slots=True)
class AttributePath:
    """The name of an attribute: `userName`, `name.givenName`, `urn:…:2.0:User:organizationId` (RFC 7644 §3.10).

    `urn` is the text before the last colon. A path that is nothing but an extension's URN therefore reads as an
    attribute `User` of `urn:…:2.0`; only `resolve`, which knows the extensions, can tell.
    """

    urn: str | None
    attribute: str
    sub_attribute: str | None = None

    def __str__(self) -> str:
        prefix = f"{self.urn}:" if self.urn else ""
        suffix = f".{self.sub_attribute}" if self.sub_attribute else ""
        return f"{prefix}{self.attribute}{suffix}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`userName eq "x"`. The operator is in lower case: eq ne co sw ew gt ge lt le."""

    path: AttributePath
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Present:
    """`title pr`."""

    path: AttributePath


@dataclass(frozen=True, slots=True)
class Not:
    """`not (…)`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class And:
    """Two or more filters that must all hold."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more filters of which one must hold."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`emails[…]`: one and the same value of the attribute satisfies the whole filter.

    Entra's `emails[type eq "work"].value eq "x"` is read as `emails[type eq "work" and value eq "x"]`.
    The names in `filter` are sub-attributes of `path`, which has no sub-attribute itself.
    """

    path: AttributePath
    filter: Node


@dataclass(frozen=True, slots=True)
class Path:
    """The path of a PATCH operation: `members`, `name.givenName`, `emails[type eq "work"].value` (RFC 7644 §3.5.2).

    `attribute` carries the sub-attribute in both spellings, `name.givenName` and `emails[…].value`, so that one
    `resolve` finds the target; `value_filter` selects the values that are meant, None for all of them.
    """

    attribute: AttributePath
    value_filter: Node | None = None

    @property
    def sub_attribute(self) -> str | None:
        """The sub-attribute that is meant, in either spelling."""
        return self.attribute.sub_attribute

    def __str__(self) -> str:
        if self.value_filter is None:
            return str(self.attribute)
        selected = AttributePath(self.attribute.urn, self.attribute.attribute)
        suffix = f".{self.sub_attribute}" if self.sub_attribute else ""
        return f"{selected}[{to_text(self.value_filter)}]{suffix}"


def conjunction(operands: Iterable[Node]) -> Node:
    """One or more filters that must all hold, as a canonical tree."""
    flat: list[Node] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, And) else (operand,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(operands: Iterable[Node]) -> Node:
    """One or more filters of which one must hold, as a canonical tree."""
    flat: list[Node] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, Or) else (operand,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def terms(node: Node) -> int:
    """How many comparisons a filter makes."""
    match node:
        case Comparison() | Present():
            return 1
        case Not(operand) | ValuePath(filter=operand):
            return terms(operand)
        case And(operands) | Or(operands):
            return sum(map(terms, operands))


def to_text(node: Node) -> str:
    """The filter as text that parses to the same tree."""
    match node:
        case Comparison(path, operator, value):
            return f"{path} {operator} {json.dumps(value, ensure_ascii=False, allow_nan=False)}"
        case Present(path):
            return f"{path} pr"
        case Not(operand):
            return f"not ({to_text(operand)})"
        case And(operands):
            return " and ".join(f"({to_text(each)})" if isinstance(each, Or) else to_text(each) for each in operands)
        case Or(operands):
            return " or ".join(to_text(each) for each in operands)
        case ValuePath(path, inner):
            return f"{path}[{to_text(inner)}]"
