"""What Azure says of its resources, and what of a template does not fit it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.infrastructure.bicep import Choice, Resource, Template, Unknown, text

TYPES = Path(__file__).with_name("types.json")

type Types = dict[str, dict[str, Any]]
"""By resource type with version: the name of the body's type, and all types by name."""

_ALWAYS = {"name", "id", "type", "apiVersion"}
"""What every resource has."""
BICEP_ONLY = {"parent", "scope", "dependsOn", "name"}
_PLAIN = {"string": str, "bool": bool, "int": int, "object": dict, "array": list}


@cache
def known() -> Types:
    """The types that are kept."""
    types: Types = json.loads(TYPES.read_text("utf-8"))
    return types


def misfits(resource: Resource, types: Types) -> Iterator[str]:
    """What of a resource is not as its type wants it."""
    if resource.type not in types:
        yield f"{resource.name}: {resource.type} is not among the known types; run tests.infrastructure.refresh"
        return
    for _, problem in _walk(resource, types):
        if problem:
            yield f"{resource.name}: {problem}"


def visited(type_: str, types: Types, templates: Sequence[Template]) -> set[str]:
    """The types that the templates' resources of a type touch."""
    written = {
        name
        for template in templates
        for resource in template.resources
        if resource.type == type_
        for name, _ in _walk(resource, types)
        if name
    }
    read = {
        name
        for template in templates
        for resource, path in reads(template)
        if resource.type == type_
        for name, _ in followed(resource, path, types)
    }
    return written | read


def reads(template: Template) -> Iterator[tuple[Resource, list[str]]]:
    """What a template reads of its resources: `account.properties.primaryEndpoints` is the account and two names."""
    for node in template.nodes:
        if node.type == "member_expression":
            base, *path = text(node).replace("!", "").split(".")
            resource = next((each for each in template.resources if each.name == base), None)
            if resource is not None and all(re.fullmatch(r"\w+", part) for part in path) and path[0] not in _ALWAYS:
                yield resource, path


def followed(resource: Resource, path: Sequence[str], types: Types) -> Iterator[tuple[str, str]]:
    """The types on the way of a reading, each with what is read of it and is not there, or ""."""
    described = types[resource.type]
    name = str(described["body"]).format(name=resource.body.get("name"))
    for part in path:
        properties = described["types"].get(name)
        if properties is None:
            return
        found = properties.get(part, properties.get("*"))
        yield name, "" if found else part
        if found is None:
            return
        name = found["type"]


def _walk(resource: Resource, types: Types) -> Iterator[tuple[str, str]]:
    described = types[resource.type]
    body = str(described["body"]).format(name=resource.body.get("name"))
    yield from _object(dict(resource.body), body, described["types"], "", is_body=True)


def _object(
    value: Mapping[str, Any], name: str, types: Mapping[str, Any], path: str, *, is_body: bool = False
) -> Iterator[tuple[str, str]]:
    if name not in types:
        yield "", f"{path or 'the body'}: no type {name}"
        return
    yield name, ""
    properties = types[name]
    for key, each in value.items():
        here = f"{path}.{key}".lstrip(".")
        if is_body and key in BICEP_ONLY:
            continue
        described = properties.get(key) or properties.get("*")
        if described is None:
            yield "", f"{here}: there is no such property in {name}"
        elif described.get("readOnly"):
            yield "", f"{here}: it can only be read"
        else:
            yield from _value(each, described["type"], types, here)
    for key, described in properties.items():
        if described.get("required") and key not in value and not (is_body and key in BICEP_ONLY):
            yield "", f"{path or 'the body'}: {key} is missing"


def _value(value: Any, type_: str, types: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    match value:
        case Choice(values):
            for each in values:
                yield from _value(each, type_, types, path)
        case Unknown() | None:
            return
        case list() if type_.endswith("[]"):
            for number, each in enumerate(value):
                yield from _value(each, type_.removesuffix("[]"), types, f"{path}[{number}]")
        case dict() if type_ in types:
            yield from _object(value, type_, types, path)
        case _ if not _fits(value, type_):
            yield "", f"{path}: {value!r} is no {type_}"


def _fits(value: Any, type_: str) -> bool:
    """Whether a plain value is of a type. Of an enumeration that is open, only what it names is taken."""
    if type_ in _PLAIN:
        return isinstance(value, _PLAIN[type_]) and not (type_ == "int" and isinstance(value, bool))
    if type_ == "any":
        return True
    return isinstance(value, str) and value in [each.strip() for each in type_.split("|")]
