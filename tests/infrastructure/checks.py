"""What must hold of the templates: syntax, symbols, wiring, types, and the rules of the house.

`findings` gives a sentence for everything that does not hold. There is no Bicep compiler behind it: what it cannot know
(whether a region has a feature, whether a name is free) only a deployment tells.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import Any

from tree_sitter import Node

from tests.infrastructure.bicep import Module, Resource, Template, Unknown, text
from tests.infrastructure.rules import (
    COLUMNS,
    DEPRECATED,
    DURATIONS,
    ENDPOINTS,
    FUNCTIONS,
    KQL,
    LOCKED,
    LOGGED,
    OUTPUTS,
    REQUIRED,
    ROLES,
    RULES,
    RULES_OF_ONE,
    SETTINGS,
    SITE,
    TAGGED,
    ZONES,
)
from tests.infrastructure.types import followed, known, misfits, reads

_SECRET = re.compile(r"list(Keys|Secrets|AccountSas|ServiceSas)|primaryKey|AccountKey", re.IGNORECASE)


def read(folder: Path) -> dict[str, str]:
    """What the files of a folder of templates hold, by their paths in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".bicep", ".json"}
    }


def findings(files: Mapping[str, str]) -> list[str]:
    """What does not hold of templates, given as by `read`."""
    templates = {name: _parsed(name, source) for name, source in files.items() if name.endswith(".bicep")}
    found = []
    for name, template in templates.items():
        found += (f"{name}: {each}" for each in _of_template(template))
        found += (f"{name}: {each}" for module in template.modules for each in _wiring(name, module, templates))
    found += _house(templates, json.loads(files["roles.json"]))
    found += _parameters_file(json.loads(files["main.parameters.json"]), templates["main.bicep"])
    return found


@cache
def _parsed(name: str, source: str) -> Template:
    """The same template for the same text: most mutations leave most files alone."""
    return Template.parse(name, source)


@cache
def _of_template(template: Template) -> tuple[str, ...]:
    """What can be told of a template without the others."""
    return (*template.errors, *_symbols(template), *_types(template))


def _types(template: Template) -> Iterator[str]:
    for resource in template.resources:
        yield from misfits(resource, known())
        yield from _rules(template, resource)
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


def _wiring(name: str, module: Module, templates: Mapping[str, Template]) -> Iterator[str]:
    path = (Path(name).parent / module.path).as_posix()
    used = templates.get(path)
    if used is None:
        yield f"{module.name}: there is no file {path}"
        return
    given = module.body.get("params") or {}
    yield from (f"{module.name}: {path} has no parameter {each}" for each in given if each not in used.parameters)
    for parameter in used.parameters.values():
        if not parameter.has_default and parameter.name not in given:
            yield f"{module.name}: {parameter.name} is not given"
        value = given.get(parameter.name)
        if isinstance(value, str | bool | int) and parameter.allowed and value not in parameter.allowed:
            yield f"{module.name}: {parameter.name} cannot be {value!r}"
    asked = re.findall(rf"\b{module.name}!?\.outputs\.(\w+)", text(templates[name].root))
    yield from (f"{module.name}: {path} has no output {each}" for each in asked if each not in used.outputs)
    if templates[name].target_scope != used.target_scope and "scope" not in module.body:
        yield f"{module.name}: it needs a scope"


def _rules(template: Template, resource: Resource) -> Iterator[str]:
    name = resource.type.partition("@")[0]
    rules = {**RULES.get(name, {}), **RULES_OF_ONE.get((_file(template), resource.name), {})}
    for path, wanted in rules.items():
        found = _at(resource.body, path)
        if found != wanted or type(found) is not type(wanted):
            yield f"{resource.name}: {path} is {found!r}, and must be {wanted!r}"
    if name in TAGGED and "tags" not in resource.body:
        yield f"{resource.name} has no tags"


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _house(templates: Mapping[str, Template], roles: Mapping[str, str]) -> Iterator[str]:
    resources = [each for template in templates.values() for each in template.resources]
    missing = REQUIRED - {each.type.partition("@")[0] for each in resources}
    yield from (f"nothing declares {each}" for each in sorted(missing))
    yield from _role_assignments(templates, roles)
    yield from _locks_and_logs(templates)
    outputs = templates["main.bicep"].outputs.keys()
    yield from (f"main.bicep: the output {each} is missing, or not expected" for each in sorted(outputs ^ OUTPUTS))
    endpoint = templates["resources.bicep"].outputs.get("SCIM_ENDPOINT_URL")
    if endpoint is None or endpoint.value != Unknown("'${app.outputs.url}/ws/scim/v2'"):
        yield "resources.bicep: SCIM_ENDPOINT_URL is not the app's /ws/scim/v2"
    for resource in resources:
        if resource.type.startswith(f"{SITE}/config@"):
            settings = resource.body.get("properties", {}).keys()
            yield from (f"the setting {each} is missing, or not expected" for each in sorted(settings ^ SETTINGS))
        if resource.type.startswith(f"{SITE}@") and "rollcall" not in str(resource.body.get("tags")):
            yield "the app has no tag azd-service-name: azd would not find it"
        if resource.type.startswith(f"{SITE}@"):
            properties = resource.body.get("properties", {})
            names = {each.lower() for each in (*properties, *properties.get("siteConfig", {}))}
            yield from (
                f"the app has {each}, which Flex Consumption does not take" for each in sorted(names & DEPRECATED)
            )
    policies = {each.body.get("name") for each in resources if "basicPublishingCredentialsPolicies" in each.type}
    if policies != {"ftp", "scm"}:
        yield "ftp and scm must both be closed to passwords"
    if "uniqueString" not in text(templates["resources.bicep"].root):
        yield "names must be unique"
    yield from _network(templates["modules/network.bicep"])
    yield from _alerts(templates["modules/alerts.bicep"])


def _network(template: Template) -> Iterator[str]:
    written = text(template.root)
    if "'Microsoft.App/environments'" not in written:
        yield "the app's subnet is not delegated to Flex Consumption"
    whole, *parts = (IPv4Network(each) for each in re.findall(r"'(\d+\.\d+\.\d+\.\d+/\d+)'", written))
    yield from (f"{part} is not in {whole}" for part in parts if not part.subnet_of(whole))
    yield from (f"{one} and {other} overlap" for one, other in combinations(parts, 2) if one.overlaps(other))
    if _variable(template, "zoneNames") != ZONES:
        yield "the private DNS zones are not those of tables, blobs and vaults"
    endpoints = {(each["service"].text, each["group"], each["zone"]) for each in _variable(template, "endpoints") or []}
    yield from (f"the private endpoint {each} is missing, or not expected" for each in sorted(endpoints ^ ENDPOINTS))


def _alerts(template: Template) -> Iterator[str]:
    """Of the alerts: how often they are evaluated, what they look back over, and the words of their queries."""
    for rule in _variable(template, "rules") or []:
        name, query = rule["name"], rule["query"]
        every, over = DURATIONS.get(rule["every"]), {**DURATIONS, "P2D": 48 * 60}.get(rule["over"])
        asked = max((int(hours) * 60 for hours in re.findall(r"ago\((\d+)h\)", query)), default=0)
        if every is None or over is None or not every <= over or asked > over:
            yield f"{name}: it cannot be evaluated each {rule['every']} over {rule['over']}"
        table, *_ = query.split(" ")
        if table not in COLUMNS:
            yield f"{name}: there is no table {table}"
        words = set(re.findall(r"[A-Za-z_]+", re.sub(r'"[^"]*"', "", query)))
        made = set(re.findall(r"(\w+) = ", query))
        yield from (f"{name}: {table} has no {each}" for each in sorted(words - made - KQL - COLUMNS.get(table, set())))


def _variable(template: Template, name: str) -> Any:
    found = template.variables.get(name)
    return found.value if found else None


def _file(template: Template) -> str:
    return PurePosixPath(template.name).name


def _locks_and_logs(templates: Mapping[str, Template]) -> Iterator[str]:
    locked = set()
    logged: dict[tuple[str, str], set[str]] = defaultdict(set)
    for template in templates.values():
        for resource in template.resources:
            scope = resource.body.get("scope")
            place = (_file(template), scope.text if isinstance(scope, Unknown) else "")
            if resource.type.startswith("Microsoft.Authorization/locks@"):
                locked.add(place)
            if resource.type.startswith("Microsoft.Insights/diagnosticSettings@"):
                logs = resource.body.get("properties", {}).get("logs") or []
                logged[place] |= {each.get("category") for each in logs if each.get("enabled") is True}
    yield from (f"the lock of {each} is missing, or not expected" for each in sorted(locked ^ LOCKED))
    for place in sorted(logged.keys() | LOGGED.keys()):
        if logged.get(place) != LOGGED.get(place):
            yield f"{place} must log {LOGGED.get(place)}, and logs {logged.get(place)}"


def _role_assignments(templates: Mapping[str, Template], roles: Mapping[str, str]) -> Iterator[str]:
    yield from (f"roles.json: {each} is missing, or not needed" for each in sorted(roles.keys() ^ ROLES.keys()))
    given = set()
    for template in templates.values():
        for resource in template.resources:
            if resource.type.startswith("Microsoft.Authorization/roleAssignments@"):
                named = re.findall(r"roles\.(\w+)", text(resource.node))
                scope = resource.body.get("scope")
                given |= {(role, _file(template), scope.text if isinstance(scope, Unknown) else "") for role in named}
                if len(set(named)) != 1:
                    yield f"{template.name}: {resource.name} names {', '.join(sorted(set(named))) or 'no role'}"
    wanted = {(role, file, scope) for role, (file, scope, _) in ROLES.items()}
    yield from (f"roles: {each} is missing, or not needed" for each in sorted(given ^ wanted))
    yield from (f"roles.json: {role} is not {id_}" for role, (_, _, id_) in ROLES.items() if roles.get(role) != id_)


def _parameters_file(document: Mapping[str, Any], main: Template) -> Iterator[str]:
    given = document["parameters"]
    yield from (f"main.parameters.json: there is no {each}" for each in given if each not in main.parameters)
    for parameter in main.parameters.values():
        if parameter.name not in given:
            yield f"main.parameters.json: {parameter.name} is missing"
        if not parameter.described:
            yield f"main.bicep: {parameter.name} is not described"
