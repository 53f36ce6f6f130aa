"""Bicep files, read by the grammar of tree-sitter: what they declare, and the values that can be told without Azure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"


@dataclass(frozen=True)
class Unknown:
    """A value that only Azure knows: the expression's text, and what it may be made of."""

    text: str


@dataclass(frozen=True)
class Choice:
    """One of two values: the first when the condition, an expression's text, holds."""

    values: tuple[Any, ...]
    condition: str


@dataclass(frozen=True)
class Declaration:
    """What all declarations have.

    Attributes:
        name: The symbol.
        node: Where it stands.
    """

    name: str
    node: Node = field(repr=False)


@dataclass(frozen=True)
class Parameter(Declaration):
    """A parameter. `allowed` is None when everything is; `limits` are the other things that are said of its value."""

    type: str
    default: Any
    has_default: bool
    allowed: tuple[Any, ...] | None
    described: bool
    limits: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Resource(Declaration):
    """A resource: its type with version, its body, and the expression's text that it depends on, if any."""

    type: str
    body: Mapping[str, Any]
    condition: str
    is_existing: bool


@dataclass(frozen=True)
class Module(Declaration):
    """A use of another file, and the expression's text that it depends on, if any."""

    path: str
    body: Mapping[str, Any]
    condition: str


@dataclass(frozen=True)
class Valued(Declaration):
    """An output or a variable."""

    value: Any


@dataclass(frozen=True, eq=False)
class Template:
    """A file.

    Attributes:
        name: Its path in the folder of templates.
        root: Its syntax.
    """

    name: str
    root: Node = field(repr=False)

    @classmethod
    def parse(cls, name: str, source: str) -> "Template":
        """Parse what a file holds."""
        return cls(name, parser().parse(source.encode()).root_node)

    @classmethod
    def read(cls, path: Path) -> "Template":
        """Parse a file."""
        return cls.parse(path.name, path.read_text("utf-8"))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All of the syntax, from the top down."""
        found, left = [], [self.root]
        while left:
            node = left.pop()
            found.append(node)
            left += reversed(node.children)
        return tuple(found)

    @cached_property
    def file(self) -> str:
        """Its name without the folder."""
        return self.name.rpartition("/")[2]

    @property
    def errors(self) -> list[str]:
        """Where the grammar does not hold."""
        return [
            f"syntax: line {each.start_point[0] + 1}: {text(each)[:60]!r}"
            for each in self.nodes
            if each.type == "ERROR" or each.is_missing
        ]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """By name."""
        found = {}
        for node, decorators in self._declared("parameter_declaration"):
            parts = node.named_children
            value = parts[2] if len(parts) > 2 else None
            allowed = decorators.get("allowed")
            found[text(parts[0])] = Parameter(
                name=text(parts[0]),
                node=node,
                type=text(parts[1]),
                default=value_of(value) if value else None,
                has_default=value is not None,
                allowed=tuple(allowed) if allowed is not None else None,
                described="description" in decorators,
                limits={each: value for each, value in decorators.items() if each.startswith(("min", "max"))},
            )
        return found

    @cached_property
    def variables(self) -> dict[str, Valued]:
        """By name."""
        return self._valued("variable_declaration")

    @cached_property
    def resources(self) -> list[Resource]:
        """In order."""
        return [
            Resource(
                name=text(node.named_children[0]),
                node=node,
                type=str(value_of(node.named_children[1])),
                body=_body(node.named_children[-1]),
                condition=_condition(node.named_children[-1]),
                is_existing=any(text(child) == "existing" for child in node.children),
            )
            for node, _ in self._declared("resource_declaration")
        ]

    @cached_property
    def modules(self) -> list[Module]:
        """In order."""
        return [
            Module(
                name=text(node.named_children[0]),
                node=node,
                path=str(value_of(node.named_children[1])),
                body=_body(node.named_children[-1]),
                condition=_condition(node.named_children[-1]),
            )
            for node, _ in self._declared("module_declaration")
        ]

    @cached_property
    def outputs(self) -> dict[str, Valued]:
        """By name."""
        return self._valued("output_declaration")

    @property
    def target_scope(self) -> str:
        """`resourceGroup` when none is named."""
        for node in self.root.named_children:
            if node.type.startswith("target_scope"):
                return str(value_of(node.named_children[-1]))
        return "resourceGroup"

    def _valued(self, kind: str) -> dict[str, Valued]:
        return {
            text(node.named_children[0]): Valued(text(node.named_children[0]), node, value_of(node.named_children[-1]))
            for node, _ in self._declared(kind)
        }

    def _declared(self, kind: str) -> Iterator[tuple[Node, Mapping[str, Any]]]:
        decorators: dict[str, Any] = {}
        for node in self.root.named_children:
            if node.type == "decorators":
                decorators = dict(_decorators(node))
            elif node.type != "comment":
                if node.type == kind:
                    yield node, decorators
                decorators = {}


@cache
def parser() -> Parser:
    """Of the grammar."""
    return Parser(Language(tree_sitter_bicep.language()))


def text(node: Node) -> str:
    """As it is written."""
    return node.text.decode() if node.text is not None else ""


def value_of(node: Node) -> Any:
    """The value of an expression, as far as it can be told: `Choice` for either, `Unknown` for what Azure knows."""
    tell = _TELLING.get(node.type)
    return tell(node) if tell else Unknown(text(node))


def _inner(node: Node) -> Any:
    """Of what stands last: the body of a condition, or what is in parentheses."""
    return value_of(node.named_children[-1])


def _object(node: Node) -> dict[str, Any]:
    return {_key(each): _inner(each) for each in node.named_children if each.type == "object_property"}


def _string(node: Node) -> Any:
    if any(each.type == "interpolation" for each in node.named_children):
        return Unknown(text(node))
    return "".join(_content(each) for each in node.named_children)


def _content(node: Node) -> str:
    written = text(node)
    if node.type != "escape_sequence":
        return written
    return {"\\n": "\n", "\\t": "\t", "\\r": "\r"}.get(written, written[1:])


def _key(node: Node) -> str:
    key = node.named_children[0]
    if key.type != "string":
        return text(key)
    value = _string(key)
    return value.text if isinstance(value, Unknown) else str(value)


_TELLING: Mapping[str, Callable[[Node], Any]] = {
    "string": _string,
    "number": lambda node: int(text(node)),
    "boolean": lambda node: text(node) == "true",
    "null": lambda _: None,
    "array": lambda node: [value_of(each) for each in node.named_children if each.type != "comment"],
    "object": _object,
    "for_statement": lambda node: [_inner(node)],
    "if_statement": _inner,
    "parenthesized_expression": _inner,
    "ternary_expression": lambda node: Choice(
        tuple(value_of(each) for each in node.named_children[1:]), text(node.named_children[0])
    ),
}
"""By the grammar's name of an expression."""


def _body(node: Node) -> Mapping[str, Any]:
    value = value_of(node)
    if isinstance(value, list):
        (value,) = value
    return value if isinstance(value, dict) else {}


def _condition(node: Node) -> str:
    return text(node.named_children[0])[1:-1] if node.type == "if_statement" else ""


def _decorators(node: Node) -> Iterator[tuple[str, Any]]:
    for decorator in node.named_children:
        call = decorator.named_children[0]
        name, *arguments = call.named_children
        values = [value_of(each) for part in arguments for each in part.named_children]
        yield text(name), values[0] if values else None
