"""Fetch the types of the resources that `infra/` declares, and keep what the templates touch in `types.json`.

    pip download --no-deps msmcp-azure pulumi-azure-native      # and unpack both wheels
    python -m tests.infrastructure.refresh --azmcp msmcp_azure/bin/azmcp --pulumi pulumi_azure_native

`azmcp` prints the Bicep types of Azure, and needs no network for it. It does not know some of Microsoft.Insights,
Microsoft.Authorization and private DNS: theirs are read from the source of Pulumi's native provider, which is made from
the same descriptions.
"""

import argparse
import ast
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.infrastructure.bicep import INFRA, Template
from tests.infrastructure.types import TYPES, Types, visited

PULUMI: Mapping[str, tuple[str, str]] = {
    "Microsoft.Authorization/locks": ("authorization", "management_lock_by_scope"),
    "Microsoft.Insights/actionGroups": ("monitor", "action_group"),
    "Microsoft.Insights/diagnosticSettings": ("monitor", "diagnostic_setting"),
    "Microsoft.Insights/scheduledQueryRules": ("monitor", "scheduled_query_rule"),
    "Microsoft.Network/privateDnsZones": ("privatedns", "private_zone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": ("privatedns", "virtual_network_link"),
}
"""The module of each type that `azmcp` does not know."""
_TOP_LEVEL = {"name", "location", "tags", "identity", "kind", "sku"}
_PULUMI_ONLY = {"resource_group_name", "resource_uri", "scope", "private_zone_name"}
"""Arguments that are part of a resource's id."""
_CORRECTED: Mapping[tuple[str, str], str] = {
    ("ConditionArgs", "operator"): "Equals | GreaterThan | GreaterThanOrEqual | LessThan | LessThanOrEqual | string",
}
"""Where Pulumi names the enumeration of another API by the same name."""


def main() -> None:
    """Write `types.json`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--azmcp", required=True)
    parser.add_argument("--pulumi", required=True, type=Path)
    options = parser.parse_args()
    templates = [Template.read(path) for path in sorted(INFRA.rglob("*.bicep"))]
    declared = sorted({resource.type for template in templates for resource in template.resources})
    whole: Types = {}
    for each in declared:
        name, _, version = each.partition("@")
        source = PULUMI.get(name)
        found = _of_pulumi(options.pulumi, *source) if source else _of_azmcp(options.azmcp, name, version)
        whole[each] = found
    trimmed = {
        each: {
            "body": types["body"],
            "types": {name: types["types"][name] for name in sorted(visited(each, whole, templates))},
        }
        for each, types in whole.items()
    }
    TYPES.write_text(json.dumps(trimmed, indent=1, sort_keys=True) + "\n", "utf-8")


def _of_azmcp(program: str, name: str, version: str) -> dict[str, Any]:
    environment = {**os.environ, "AZURE_MCP_COLLECT_TELEMETRY": "false"}  # noqa: TID251 - a program of its own
    printed = subprocess.run(  # noqa: S603 - the program that was named
        [program, "bicepschema", "get", "--resource-type", name], capture_output=True, check=True, env=environment
    ).stdout
    described = json.loads(printed)["results"]["BicepSchemaResult"]
    (resource,) = (each for each in described if each["$type"] == "Resource")
    if not resource["name"].endswith(f"@{version}"):
        raise SystemExit(f"{name}: the templates name {version}, and the types are those of {resource['name']}.")
    types = {each["name"]: _properties(each) for each in described if each["$type"] == "Object"}
    body = resource["bodyType"]
    if body["$type"] == "DiscriminatedObject":  # such as sites/config: one shape for each name
        for element in body["elements"]:
            types[f"body:{_literal(element)}"] = _properties(element)
        return {"body": "body:{name}", "types": types}
    return {"body": "body", "types": {**types, "body": _properties(body)}}


def _literal(element: Mapping[str, Any]) -> str:
    return next(each["type"] for each in element["properties"] if each["name"] == "name")


def _properties(described: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        each["name"]: _property(each["type"], each.get("flags") or "") for each in described.get("properties") or []
    }
    if described.get("additionalPropertiesType"):
        found["*"] = {"type": described["additionalPropertiesType"]}
    return found


def _property(type_: str, flags: str) -> dict[str, Any]:
    return {
        "type": type_,
        **({"required": True} if "Required" in flags else {}),
        **({"readOnly": True} if "ReadOnly" in flags else {}),
    }


def _of_pulumi(package: Path, area: str, module: str) -> dict[str, Any]:
    enums = {each.name: _enum(each) for each in _classes(package / area / "_enums.py")}
    inputs = {each.name: each for each in _classes(package / area / "_inputs.py") if each.name.endswith("Args")}
    (resource,) = (each for each in _classes(package / area / f"{module}.py") if each.name.endswith("Args"))
    types = {name: _arguments(each, enums) for name, each in inputs.items()}
    flat = _arguments(resource, enums)
    body = {name: each for name, each in flat.items() if name in _TOP_LEVEL}
    inner = {name: each for name, each in flat.items() if name not in _TOP_LEVEL}
    needed = {"required": True} if any(each.get("required") for each in inner.values()) else {}
    body |= {"name": {"type": "string", "required": True}, "properties": {"type": "properties", **needed}}
    types |= {"body": body, "properties": inner}
    return {"body": "body", "types": types}


def _classes(path: Path) -> Iterator[ast.ClassDef]:
    return (each for each in ast.parse(path.read_text("utf-8")).body if isinstance(each, ast.ClassDef))


def _enum(declared: ast.ClassDef) -> str:
    values = [
        each.value.value
        for each in declared.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
    ]
    return " | ".join(map(str, values))


def _arguments(declared: ast.ClassDef, enums: Mapping[str, str]) -> dict[str, Any]:
    (start,) = (each for each in declared.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
    names = dict(_wire_names(declared))
    found = {}
    for argument, default in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True):
        if argument.arg in _PULUMI_ONLY or argument.annotation is None:
            continue
        wire = names.get(argument.arg, argument.arg)
        type_ = _CORRECTED.get((declared.name, wire)) or _type(ast.unparse(argument.annotation), enums)
        found[wire] = {"type": type_, **({} if default else {"required": True})}
    return found


def _wire_names(declared: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for each in declared.body:
        if isinstance(each, ast.FunctionDef):
            for decorator in each.decorator_list:
                if isinstance(decorator, ast.Call) and decorator.keywords:
                    yield each.name, str(ast.literal_eval(decorator.keywords[0].value))


def _type(annotation: str, enums: Mapping[str, str]) -> str:
    text = re.sub(r"pulumi\.Input\[(.*)\]|Optional\[(.*)\]", lambda match: match[1] or match[2], annotation)
    while text != annotation:
        annotation, text = text, re.sub(r"^(?:pulumi\.Input|Optional)\[(.*)\]$", r"\1", text)
    if inner := re.fullmatch(r"Sequence\[(.*)\]", text):
        return f"{_type(inner[1], enums)}[]"
    if text.startswith("Mapping["):
        return "object"
    plain = {"_builtins.str": "string", "_builtins.bool": "bool", "_builtins.int": "int", "_builtins.float": "int"}
    for each in re.findall(r"'(\w+)'", text):
        if each in enums:
            return f"{enums[each]} | string"
        return str(each)
    return plain.get(text, "any")


if __name__ == "__main__":
    main()
