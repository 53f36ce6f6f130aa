"""What must hold between declarations: what modules are given and hand on, parents, conditions, loops and names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tree_sitter import Node

from tests.infrastructure.bicep import Module, Resource, Template, Unknown, text
from tests.infrastructure.expected import CONDITIONS, FORMS, HANDED_ON, RENAMED, VALUES

_TOKEN = "abcdefghijklm"
"""As long as what `uniqueString` makes, and of the same letters."""


def of_modules(template: Template, templates: Mapping[str, Template]) -> Iterator[str]:
    """What does not hold between a template and those that it uses."""
    asked: dict[str, list[str]] = defaultdict(list)
    for name, output in re.findall(r"\b(\w+)!?\.outputs\.(\w+)", text(template.root)):
        asked[name].append(output)
    for module in template.modules:
        path = (Path(template.name).parent / module.path).as_posix()
        if path in templates:
            yield from _of_module(template, module, templates[path], asked[module.name])
        else:
            yield f"{module.name}: there is no file {path}"


def of_resources(template: Template) -> Iterator[str]:
    """What does not hold within a template."""
    for declared in (*template.resources, *template.modules):
        wanted = CONDITIONS.get((template.file, declared.name), "")
        if declared.condition != wanted:
            yield f"{declared.name} depends on {declared.condition or 'nothing'}, and must on {wanted or 'nothing'}"
    yield from _parents(template)
    yield from _loops(template)
    yield from _names(template)
    yield from _values(template)


def _of_module(template: Template, module: Module, used: Template, asked: Sequence[str]) -> Iterator[str]:
    given = module.body.get("params") or {}
    yield from (f"{module.name}: {used.name} has no parameter {each}" for each in given if each not in used.parameters)
    there = template.parameters.keys() | template.variables.keys()
    for parameter in used.parameters.values():
        if (not parameter.has_default or parameter.name in there) and parameter.name not in given:
            yield f"{module.name}: {parameter.name} is not given"
    for name, value in given.items():
        if not _is_named_for(name, value, module):
            yield f"{module.name}: {name} is given {value}, which is named differently"
    yield from (f"{module.name}: {used.name} has no output {each}" for each in asked if each not in used.outputs)
    if module.body.get("name") != module.name:
        yield f"{module.name}: its deployment is called {module.body.get('name')}"
    scope = Unknown("group") if template.target_scope != used.target_scope else None
    if module.body.get("scope") != scope:
        yield f"{module.name}: its scope is {module.body.get('scope')}"


def _is_named_for(name: str, value: Any, module: Module) -> bool:
    """Whether a parameter is given what is called the same.

    `vaultId` may be given `vaultId`, `vault.id`, `vault.outputs.id` and `….vaultId`; `vaultName`, and the `name` of the
    module `vault`, may be given `names.vault`. Other names are in the table.
    """
    if name in RENAMED:
        return bool(value == RENAMED[name])
    if not isinstance(value, Unknown) or not re.fullmatch(r"[\w.]+", value.text):
        return False
    first, *_, last = [*value.text.split("."), value.text.rpartition(".")[2]]
    if first == "names":
        return name in {f"{last}Name", "name" if last == module.name else ""}
    return name in {last, first + last[:1].upper() + last[1:]}


def _parents(template: Template) -> Iterator[str]:
    """`A/b/c` is a child of an `A/b`; two children of the same one have different names."""
    types = {each.name: each.type.partition("@")[0] for each in template.resources}
    for resource in template.resources:
        above = types[resource.name].rpartition("/")[0]
        parent = resource.body.get("parent")
        found = types.get(parent.text.partition("[")[0], "nothing") if isinstance(parent, Unknown) else ""
        if found != (above if "/" in above else ""):
            yield f"{resource.name}: its parent is {found or 'missing'}, and must be {above}"
    places = Counter(
        (types[each.name], str(each.body.get("name")), str(each.body.get("parent")), str(each.body.get("scope")))
        for each in template.resources
    )
    yield from (f"{name} of {type_} is there twice" for (type_, name, *_), count in places.items() if count > 1)


def _loops(template: Template) -> Iterator[str]:
    """What a loop runs over has what the loop uses, and no more; each round makes something else."""
    for resource in template.resources:
        loop = resource.node.named_children[-1]
        if loop.type != "for_statement":
            continue
        variables, items = _loop_of(loop, template)
        within = text(loop.named_children[-1])
        each = variables[0]
        made_by = f"{resource.body.get('name')} {resource.body.get('parent')}"
        if not any(re.search(rf"\b{variable}\b", made_by) for variable in variables):
            yield f"{resource.name}: all rounds make the same"
        if all(isinstance(item, dict) for item in items):
            has = {key for item in items for key in item}
            yield from (f"{resource.name}: {each}.{key} is not everywhere" for key in _lacking(items, has))
            uses = set(re.findall(rf"\b{each}\.(\w+)", within))
            yield from (f"{resource.name}: {each}.{key} is not there" for key in sorted(uses - has))


def _loop_of(loop: Node, template: Template) -> tuple[list[str], list[Any]]:
    first, over, *_ = loop.named_children
    names = [text(each) for each in (first.named_children if first.type == "for_loop_parameters" else [first])]
    found = template.variables.get(text(over))
    return names, found.value if found and isinstance(found.value, list) else []


def _lacking(items: list[dict[str, Any]], keys: set[str]) -> list[str]:
    return sorted(key for key in keys if any(key not in item for item in items))


def _names(template: Template) -> Iterator[str]:
    """Names have the length and the letters that the service allows, as far as the template tells them."""
    for resource in template.resources:
        form = FORMS.get(resource.type.partition("@")[0])
        if form:
            yield from (
                f"{each!r} cannot be the name of {resource.name}"
                for each in _named(resource, template)
                if not re.fullmatch(form, each)
            )
    names = template.variables.get("names")
    for key, name in names.value.items() if names and isinstance(names.value, dict) else ():
        written = name.text.strip("'") if isinstance(name, Unknown) else str(name)
        if not written.endswith("${token}"):
            yield f"names.{key} is not unique"
        if not re.fullmatch(FORMS[key], written.replace("${token}", _TOKEN)):
            yield f"names.{key} is longer than the service allows, or has other letters"


def _named(resource: Resource, template: Template) -> list[str]:
    """What a resource may be called: of a variable, or of each round of a loop. None if only Azure knows."""
    name = resource.body.get("name")
    if isinstance(name, str):
        return [name]
    loop = resource.node.named_children[-1]
    if loop.type == "for_statement":
        (each, *_), items = _loop_of(loop, template)
        return [item for item in items if isinstance(item, str)] if name == Unknown(each) else []
    found = template.variables.get(name.text) if isinstance(name, Unknown) else None
    return [found.value] if found and isinstance(found.value, str) else []


def _values(template: Template) -> Iterator[str]:
    file = template.file
    for (of, name), wanted in VALUES.items():
        found = template.variables.get(name)
        if of == file and (found is None or found.value != wanted):
            yield f"{name} is {found.value if found else 'missing'}, and must be {wanted}"
    for name, output in template.outputs.items():
        wanted = Unknown(HANDED_ON.get((file, name), f"resources.outputs.{name}"))
        if output.value != wanted:
            yield f"the output {name} is {output.value}, and must be {wanted}"
        if text(output.node.named_children[1]) != "string":
            yield f"the output {name} is no string"
