"""The rules of the house: what each resource says, and what all of them together must come to."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

from tests.infrastructure.bicep import ROOT, Parameter, Resource, Template, Unknown, text
from tests.infrastructure.expected import (
    COLUMNS,
    DEPRECATED,
    DURATIONS,
    ENDPOINTS,
    EVERYWHERE,
    KQL,
    LOCKED,
    LOGGED,
    OUTPUTS,
    REQUIRED,
    ROLES,
    SHORT_NAME,
    TAGGED,
    ZONES,
)
from tests.infrastructure.rules import NETWORK, RULES, RULES_OF_ONE, SITE


def said(template: Template, resource: Resource) -> Iterator[str]:
    """What a resource must say, and does not."""
    name = resource.type.partition("@")[0]
    rules = {**RULES.get(name, {}), **RULES_OF_ONE.get((template.file, resource.name), {})}
    for path, wanted in rules.items():
        found = _at(resource.body, path)
        if found != wanted or type(found) is not type(wanted):
            yield f"{resource.name}: {path} is {found!r}, and must be {wanted!r}"
    yield from (f"{resource.name} has no {each}" for each in _missing(name, resource))
    if name in TAGGED:
        tags = Unknown(f"union(tags, {{ 'azd-service-name': '{_service()}' }})" if name == SITE else "tags")
        if resource.body.get("tags") != tags:
            yield f"{resource.name}: its tags are {resource.body.get('tags')}, and must be {tags}"
    if "location" in resource.body:
        location = "global" if name in EVERYWHERE else Unknown("location")
        if resource.body["location"] != location:
            yield f"{resource.name}: its location is {resource.body['location']}, and must be {location}"


def _missing(type_: str, resource: Resource) -> list[str]:
    needed = ("name", "location") if type_ in TAGGED | EVERYWHERE else ("name",)
    return [each for each in needed if each not in resource.body]


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def of_the_house(templates: Mapping[str, Template], roles: Mapping[str, str]) -> Iterator[str]:
    """What all templates together must come to, and do not."""
    resources = [each for template in templates.values() for each in template.resources]
    declared = Counter(each.type.partition("@")[0] for each in resources)
    yield from (
        f"{type_} is declared {declared[type_]} times, and must be {count} times"
        for type_, count in REQUIRED.items()
        if declared[type_] != count
    )
    yield from _role_assignments(templates, roles)
    yield from _locks_and_logs(templates)
    outputs = templates["main.bicep"].outputs.keys()
    yield from (f"main.bicep: the output {each} is missing, or not expected" for each in sorted(outputs ^ OUTPUTS))
    for resource in resources:
        if resource.type.startswith(f"{SITE}@"):
            properties = resource.body.get("properties", {})
            names = {each.lower() for each in (*properties, *properties.get("siteConfig", {}))}
            yield from (
                f"the app has {each}, which Flex Consumption does not take" for each in sorted(names & DEPRECATED)
            )
    policies = {each.body.get("name") for each in resources if "basicPublishingCredentialsPolicies" in each.type}
    if policies != {"ftp", "scm"}:
        yield "ftp and scm must both be closed to passwords"
    yield from _network(templates["modules/network.bicep"])
    yield from _alerts(templates["modules/alerts.bicep"])


def _network(template: Template) -> Iterator[str]:
    (network,) = (each for each in template.resources if each.type.startswith(f"{NETWORK}@"))
    spaces = [*(_at(network.body, "properties.addressSpace.addressPrefixes") or [None])]
    subnets = {each.get("name"): each.get("properties") or {} for each in _at(network.body, "properties.subnets") or []}
    spaces += [each.get("addressPrefix") for each in subnets.values()]
    if not all(re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}/\d\d", str(each)) for each in spaces):
        yield f"the network and its subnets have {spaces}"
        return
    yield from _subnets(subnets, template)
    whole, *parts = map(IPv4Network, spaces)
    yield from (f"{part} is not in {whole}" for part in parts if not part.subnet_of(whole))
    yield from (f"{one} and {other} overlap" for one, other in combinations(parts, 2) if one.overlaps(other))
    if _variable(template, "zoneNames") != ZONES:
        yield "the private DNS zones are not those of tables, blobs and vaults"
    endpoints = {(each["service"].text, each["group"], each["zone"]) for each in _variable(template, "endpoints") or []}
    yield from (f"the private endpoint {each} is missing, or not expected" for each in sorted(endpoints ^ ENDPOINTS))


def _subnets(subnets: Mapping[str, Mapping[str, Any]], template: Template) -> Iterator[str]:
    """The app's is delegated and as large as Flex Consumption asks for; what names a subnet names one of them."""
    yield from (
        f"there is no subnet {each}"
        for each in re.findall(r"/subnets/(\w+)'", text(template.root))
        if each not in subnets
    )
    for name, properties in subnets.items():
        delegated = [_at(each, "properties.serviceName") for each in properties.get("delegations", [])]
        if delegated != (["Microsoft.App/environments"] if name == "app" else []):
            yield f"the subnet {name} is delegated to {delegated}"
        if IPv4Network(properties["addressPrefix"]).prefixlen > (27 if name == "app" else 28):
            yield f"the subnet {name} is too small"


def _alerts(template: Template) -> Iterator[str]:
    """Of the alerts: how often they are evaluated, what they look back over, and the words of their queries."""
    for rule in _variable(template, "rules") or []:
        name, query = rule["name"], rule["query"]
        every, over = DURATIONS.get(rule["every"]), {**DURATIONS, "P2D": 48 * 60}.get(rule["over"])
        asked = max((int(hours) * 60 for hours in re.findall(r"ago\((\d+)h\)", query)), default=0)
        if every is None or over is None or not every <= over or asked > over:
            yield f"{name}: it cannot be evaluated each {rule['every']} over {rule['over']}"
        if rule["severity"] not in range(5) or rule["threshold"] < 0:
            yield f"{name}: its severity is {rule['severity']}, its threshold {rule['threshold']}"
        table, *_ = query.split(" ")
        if table not in COLUMNS:
            yield f"{name}: there is no table {table}"
        words = set(re.findall(r"[A-Za-z_]+", re.sub(r'"[^"]*"', "", query)))
        made = set(re.findall(r"(\w+) = ", query))
        yield from (f"{name}: {table} has no {each}" for each in sorted(words - made - KQL - COLUMNS.get(table, set())))

    for resource in template.resources:
        if len(str(_at(resource.body, "properties.groupShortName") or "")) > SHORT_NAME:
            yield f"{resource.name}: its short name has more than {SHORT_NAME} characters"


def _variable(template: Template, name: str) -> Any:
    found = template.variables.get(name)
    return found.value if found else None


def _locks_and_logs(templates: Mapping[str, Template]) -> Iterator[str]:
    locked = set()
    logged: dict[tuple[str, str], set[str]] = defaultdict(set)
    for template in templates.values():
        for resource in template.resources:
            scope = resource.body.get("scope")
            place = (template.file, scope.text if isinstance(scope, Unknown) else "")
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
                given |= {(role, template.file, scope.text if isinstance(scope, Unknown) else "") for role in named}
                of = scope.text if isinstance(scope, Unknown) else ""
                role = named[0] if named else ""
                wanted = (
                    Unknown(f"guid({of}.id, principalId, roles.{role})"),
                    Unknown(f"subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.{role})"),
                )
                if (resource.body.get("name"), _at(resource.body, "properties.roleDefinitionId")) != wanted:
                    yield f"{template.name}: {resource.name} is not named for what it gives"
    needed = {(role, file, scope) for role, (file, scope, _) in ROLES.items()}
    yield from (f"roles: {each} is missing, or not needed" for each in sorted(given ^ needed))
    yield from (f"roles.json: {role} is not {id_}" for role, (_, _, id_) in ROLES.items() if roles.get(role) != id_)


def of_parameters(document: Mapping[str, Any], templates: Mapping[str, Template]) -> Iterator[str]:
    """What does not hold of the parameters, by which both ways to deploy differ in nothing but the resource group."""
    main, resources = templates["main.bicep"].parameters, templates["resources.bicep"].parameters
    given = document["parameters"]
    yield from (f"main.parameters.json: there is no {each}" for each in given if each not in main)
    for name, parameter in main.items():
        value = (given.get(name) or {}).get("value")
        if value != _variable_of_azd(parameter):
            yield f"main.parameters.json: {name} is {value}, and must be {_variable_of_azd(parameter)}"
        if not parameter.described:
            yield f"main.bicep: {name} is not described"
    yield from (
        f"{each} is in one of both templates only"
        for each in sorted((main.keys() - {"resourceGroupName"}) ^ (resources.keys() - {"tags"}))
    )
    for name in main.keys() & resources.keys() - {"location"}:
        one, other = ((each.type, each.default, each.allowed, each.limits) for each in (main[name], resources[name]))
        if one != other:
            yield f"{name}: {one} in main.bicep is {other} in resources.bicep"
    tags = resources.get("tags")
    if tags is None or tags.default != {"azd-env-name": Unknown("environmentName")}:
        yield "resources.bicep: azd would not find what it has made"


def _variable_of_azd(parameter: Parameter) -> str:
    """`zoneRedundant` is `ROLLCALL_ZONE_REDUNDANT`, with the same default; azd itself has three others."""
    if not parameter.has_default:
        return {"environmentName": "${AZURE_ENV_NAME}", "location": "${AZURE_LOCATION}"}.get(parameter.name, "")
    name = "ROLLCALL_" + re.sub(r"(?=[A-Z])", "_", parameter.name).upper()
    default = str(parameter.default).lower() if isinstance(parameter.default, bool) else parameter.default
    return f"${{{'AZURE_RESOURCE_GROUP' if parameter.name == 'resourceGroupName' else name}={default}}}"


@cache
def _service() -> str:
    """What azure.yaml calls the app."""
    (name,) = re.findall(r"(?m)^services:\n  (\w+):", (ROOT / "azure.yaml").read_text("utf-8"))
    return str(name)
