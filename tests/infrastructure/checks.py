"""What must hold of the templates: syntax, symbols, wiring, types, and the rules of the house.

`findings` gives a sentence for everything that does not hold. There is no Bicep compiler behind it: what it cannot know
(whether a region has a feature, whether a name is free) only a deployment tells.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tree_sitter import Node

from tests.infrastructure.bicep import Template, Unknown, text
from tests.infrastructure.expected import FUNCTIONS
from tests.infrastructure.house import of_parameters, of_the_house, said
from tests.infrastructure.types import followed, known, misfits, reads
from tests.infrastructure.wiring import of_modules, of_resources

_READ_BY_MEMBER = {"names"}
"""Variables that are no values by themselves."""
_SECRET = re.compile(r"list(Keys|Secrets|AccountSas|ServiceSas)|primaryKey|AccountKey", re.IGNORECASE)


def read(folder: Path) -> dict[str, str]:
    """What the files of a folder of templates hold, by their paths in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".bicep", ".json"}
    }


def findings(files: Mapping[str, str]) -> list[str]:
    """What does not hold of templates, given as by `read`.

    Each file comes first, then how they fit together, then what they must come to: a later step is taken where the one
    before it finds nothing, since more would only follow from that.
    """
    templates = {name: _parsed(name, source) for name, source in files.items() if name.endswith(".bicep")}
    steps = (
        lambda: (f"{name}: {each}" for name, template in templates.items() for each in _of_template(template)),
        lambda: (f"{name}: {each}" for name, template in templates.items() for each in of_modules(template, templates)),
        lambda: of_the_house(templates, json.loads(files["roles.json"])),
        lambda: of_parameters(json.loads(files["main.parameters.json"]), templates),
    )
    return next((found for step in steps if (found := list(step()))), [])


@cache
def _parsed(name: str, source: str) -> Template:
    """The same template for the same text: most mutations leave most files alone."""
    return Template.parse(name, source)


@cache
def _of_template(template: Template) -> tuple[str, ...]:
    """What can be told of a template without the others."""
    return (*template.errors, *_symbols(template), *_types(template), *of_resources(template))


def _types(template: Template) -> Iterator[str]:
    for resource in template.resources:
        yield from misfits(resource, known())
        yield from said(template, resource)
    for parameter in template.parameters.values():
        if parameter.allowed and parameter.has_default and parameter.default not in parameter.allowed:
            yield f"{parameter.name}: its default is not allowed"
        expected = {"string": str, "bool": bool, "int": int, "object": dict, "array": list}.get(parameter.type)
        if expected is None:
            yield f"{parameter.name}: there is no type {parameter.type}"
        elif parameter.has_default and not isinstance(parameter.default, expected | Unknown):
            yield f"{parameter.name}: its default is no {parameter.type}"
    if _SECRET.search(text(template.root)):
        yield "a key or another secret is read"


def _symbols(template: Template) -> Iterator[str]:
    if template.target_scope not in {"resourceGroup", "subscription"}:
        yield f"there is no scope {template.target_scope}"
    for name, variable in template.variables.items():
        if isinstance(variable.value, dict) and name in _READ_BY_MEMBER:
            used = set(re.findall(rf"\b{name}\.(\w+)", text(template.root)))
            yield from (f"{name}.{each} is not there, or not used" for each in sorted(variable.value.keys() ^ used))
    declared = [
        *template.parameters, *template.variables,
        *(each.name for each in template.resources), *(each.name for each in template.modules),
    ]  # fmt: skip
    yield from (f"{name} is declared twice" for name in sorted({each for each in declared if declared.count(each) > 1}))
    loops = {text(each) for node in template.nodes if node.type == "for_statement" for each in _loop_names(node)}
    used = set()
    for node in template.nodes:
        if node.type == "identifier" and not _names_something(node):
            used.add(text(node))
            is_function = (
                node.parent is not None and node.parent.type == "call_expression" and node.parent.children[0] == node
            )
            if is_function and text(node) not in FUNCTIONS:
                yield f"there is no function {text(node)}"
            elif not is_function and text(node) not in {*declared, *loops}:
                yield f"there is no {text(node)}"
    for resource, path in reads(template):
        if resource.type in known():
            missing = [(name, part) for name, part in followed(resource, path, known()) if part]
            yield from (f"{resource.name}.{'.'.join(path)}: there is no {part} in {name}" for name, part in missing)
    yield from (f"{name} is never used" for name in {**template.parameters, **template.variables} if name not in used)


def _loop_names(loop: Node) -> list[Node]:
    first = loop.named_children[0]
    return first.named_children if first.type == "for_loop_parameters" else [first]


def _names_something(node: Node) -> bool:
    """Whether an identifier names a declaration, a property or a decorator, and is no use of one."""
    parent = node.parent
    if parent is None or (parent.type.endswith("_declaration") and parent.named_children[0] == node):
        return True
    if parent.type == "object_property" and parent.named_children[0] == node:
        return True
    if parent.type == "for_statement" and parent.named_children[0] == node:
        return True
    above = parent.parent
    return parent.type == "call_expression" and above is not None and above.type == "decorator"
