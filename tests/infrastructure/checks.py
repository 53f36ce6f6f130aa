"""What must hold of the templates: syntax, symbols, wiring, types, and the rules of the house.

`findings` gives a sentence for everything that does not hold. There is no Bicep compiler behind it: what it cannot know
(whether a region has a feature, whether a name is free) only a deployment tells.
"""

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path
from typing import Any

from tree_sitter import Node

from tests.infrastructure.bicep import Choice, Module, Resource, Template, Unknown, text, walk
from tests.infrastructure.types import followed, known, misfits, reads

FUNCTIONS = {
    "concat", "contains", "deployment", "empty", "environment", "format", "guid", "int", "join", "length",
    "loadJsonContent", "loadTextContent", "managementGroup", "max", "min", "range", "replace", "resourceGroup",
    "resourceId", "split", "string", "subscription", "subscriptionResourceId", "substring", "take", "tenant", "toLower",
    "toUpper", "union", "uniqueString",
}  # fmt: skip
"""Those of Bicep that templates may call."""
SETTINGS = {
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsDisableHomepage",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "PYTHON_ENABLE_OPENTELEMETRY",
    "OTEL_LOGS_EXPORTER",
    "OTEL_METRICS_EXPORTER",
    "AZURE_CLIENT_ID",
    "PUBLIC_URL",
    "TABLES_URL",
    "KEY_VAULT_URL",
    "ACTIVITY_RETENTION_DAYS",
    "SECURITY_CONTACT",
}
"""The app's: of host, worker and telemetry, and of docs/configuration.md. Flex Consumption refuses several others."""
ROLES: Mapping[str, tuple[str, str, str]] = {
    "storageBlobDataOwner": ("storage.bicep", "account", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    "storageTableDataContributor": ("storage.bicep", "account", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
    "keyVaultSecretsOfficer": ("vault.bicep", "vault", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
    "monitoringMetricsPublisher": ("monitoring.bicep", "insights", "3913510d-42f4-4e42-8a64-420c390055eb"),
}
"""By name in roles.json: the file that assigns it, the resource it is for, and its id. All of them, and no more."""

STORAGE, VAULT = "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"
SITE, PLAN = "Microsoft.Web/sites", "Microsoft.Web/serverfarms"
RULES: Mapping[str, Mapping[str, Any]] = {
    STORAGE: {
        "kind": "StorageV2",
        "properties.allowSharedKeyAccess": False,
        "properties.allowBlobPublicAccess": False,
        "properties.allowCrossTenantReplication": False,
        "properties.defaultToOAuthAuthentication": True,
        "properties.minimumTlsVersion": "TLS1_2",
        "properties.supportsHttpsTrafficOnly": True,
        "properties.publicNetworkAccess": Choice(("Disabled", "Enabled")),
        "properties.networkAcls.defaultAction": Choice(("Deny", "Allow")),
        "sku.name": Choice(("Standard_ZRS", "Standard_LRS")),
    },
    f"{STORAGE}/blobServices": {
        "properties.isVersioningEnabled": True,
        "properties.deleteRetentionPolicy.enabled": True,
        "properties.containerDeleteRetentionPolicy.enabled": True,
    },
    f"{STORAGE}/blobServices/containers": {"properties.publicAccess": "None"},
    VAULT: {
        "properties.enableRbacAuthorization": True,
        "properties.enableSoftDelete": True,
        "properties.softDeleteRetentionInDays": 90,
        "properties.enablePurgeProtection": Choice((True, None)),
        "properties.publicNetworkAccess": Choice(("Disabled", "Enabled")),
        "properties.networkAcls.defaultAction": Choice(("Deny", "Allow")),
    },
    PLAN: {
        "kind": "functionapp",
        "sku.name": "FC1",
        "sku.tier": "FlexConsumption",
        "properties.reserved": True,
        "properties.zoneRedundant": Unknown("zoneRedundant"),
    },
    SITE: {
        "kind": "functionapp,linux",
        "identity.type": "UserAssigned",
        "properties.httpsOnly": True,
        "properties.clientAffinityEnabled": False,
        "properties.siteConfig.minTlsVersion": "1.2",
        "properties.siteConfig.scmMinTlsVersion": "1.2",
        "properties.functionAppConfig.runtime.name": "python",
        "properties.functionAppConfig.runtime.version": "3.13",
        "properties.functionAppConfig.deployment.storage.type": "blobContainer",
        "properties.functionAppConfig.deployment.storage.authentication.type": "UserAssignedIdentity",
        "properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency": 16,
    },
    f"{SITE}/basicPublishingCredentialsPolicies": {"properties.allow": False},
    "Microsoft.Insights/components": {"properties.DisableLocalAuth": True, "properties.DisableIpMasking": False},
    "Microsoft.OperationalInsights/workspaces": {
        "properties.features.disableLocalAuth": True,
        "properties.workspaceCapping.dailyQuotaGb": Unknown("dailyGigabytes"),
    },
    "Microsoft.Authorization/locks": {"properties.level": "CanNotDelete"},
    "Microsoft.Authorization/roleAssignments": {
        "properties.principalId": Unknown("principalId"),
        "properties.principalType": "ServicePrincipal",
    },
    "Microsoft.Insights/scheduledQueryRules": {"properties.enabled": True, "kind": "LogAlert"},
    "Microsoft.Insights/actionGroups": {"properties.enabled": True},
}
"""What every resource of a type says, by path."""
REQUIRED = {
    STORAGE, f"{STORAGE}/blobServices", f"{STORAGE}/blobServices/containers", f"{STORAGE}/tableServices",
    f"{STORAGE}/tableServices/tables", VAULT, PLAN, SITE, f"{SITE}/config",
    "Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces", "Microsoft.Authorization/locks",
    "Microsoft.Insights/diagnosticSettings", "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.Insights/actionGroups", "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/privateEndpoints", "Microsoft.Network/privateDnsZones",
}  # fmt: skip
OUTPUTS = {
    "AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "AZURE_FUNCTION_APP_NAME", "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_KEY_VAULT_NAME", "SCIM_ENDPOINT_URL", "CONSOLE_URL", "API_URL",
}  # fmt: skip
"""Of main.bicep: they become variables of azd's environment, and are shown in deployments. None is secret."""
_TAGGED = {
    STORAGE, VAULT, PLAN, SITE, "Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/privateDnsZones", "Microsoft.Network/privateEndpoints", "Microsoft.Insights/actionGroups",
    "Microsoft.Insights/scheduledQueryRules", "Microsoft.Resources/resourceGroups",
}  # fmt: skip
"""What shows up in the portal, and belongs to somebody."""
ZONES = {
    "privatelink.table.${environment().suffixes.storage}",
    "privatelink.blob.${environment().suffixes.storage}",
    "privatelink.vaultcore.azure.net",
}
"""The names that private endpoints of tables, blobs and vaults are looked up by."""
COLUMNS = {
    "requests": {"requests", "resultCode", "success", "operation_Name"},
    "traces": {"traces", "message", "severityLevel", "customDimensions", "Category"},
}
"""By table of Application Insights, the columns that the alerts ask for."""
KQL = {"where", "and", "or", "in", "toint", "tostring", "matches", "regex", "startswith", "endswith", "false"}
_SECRET = re.compile(r"list(Keys|Secrets|AccountSas|ServiceSas)|primaryKey|AccountKey", re.IGNORECASE)


def findings(folder: Path) -> list[str]:
    """What does not hold of the templates in a folder."""
    templates = {path.relative_to(folder).as_posix(): Template.read(path) for path in sorted(folder.rglob("*.bicep"))}
    found = [f"syntax: {each}" for template in templates.values() for each in template.errors]
    for name, template in templates.items():
        found += (f"{name}: {each}" for each in _of_template(template))
        found += (f"{name}: {each}" for module in template.modules for each in _wiring(name, module, templates))
    found += _house(templates, json.loads((folder / "roles.json").read_text("utf-8")))
    found += _parameters_file(folder, templates["main.bicep"])
    return found


def _of_template(template: Template) -> Iterator[str]:
    yield from _symbols(template)
    for resource in template.resources:
        yield from misfits(resource, known())
        yield from _rules(resource)
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
    loops = {text(each) for node in walk(template.root) if node.type == "for_statement" for each in _loop_names(node)}
    used = set()
    for node in walk(template.root):
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


def _rules(resource: Resource) -> Iterator[str]:
    name = resource.type.partition("@")[0]
    for path, wanted in RULES.get(name, {}).items():
        found = _at(resource.body, path)
        if found != wanted or type(found) is not type(wanted):
            yield f"{resource.name}: {path} is {found!r}, and must be {wanted!r}"
    if name in _TAGGED and "tags" not in resource.body:
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
    policies = {each.body.get("name") for each in resources if "basicPublishingCredentialsPolicies" in each.type}
    if policies != {"ftp", "scm"}:
        yield "ftp and scm must both be closed to passwords"
    if "uniqueString" not in text(templates["resources.bicep"].root):
        yield "names must be unique"
    yield from _network(text(templates["modules/network.bicep"].root))
    yield from _queries(text(templates["modules/alerts.bicep"].root))


def _network(written: str) -> Iterator[str]:
    if "'Microsoft.App/environments'" not in written:
        yield "the app's subnet is not delegated to Flex Consumption"
    whole, *parts = (IPv4Network(each) for each in re.findall(r"'(\d+\.\d+\.\d+\.\d+/\d+)'", written))
    yield from (f"{part} is not in {whole}" for part in parts if not part.subnet_of(whole))
    yield from (f"{one} and {other} overlap" for one, other in combinations(parts, 2) if one.overlaps(other))
    zones = set(re.findall(r"zone: '(.+)'", written))
    yield from (f"the private DNS zone {each} is missing, or not expected" for each in sorted(zones ^ ZONES))


def _queries(written: str) -> Iterator[str]:
    """Of the alerts: the words of KQL, tables, and columns of these."""
    for query in re.findall(r"query: '(.+)'", written):
        table, *_ = query.split(" ")
        if table not in COLUMNS:
            yield f"alerts: there is no table {table}"
        words = set(re.findall(r"[A-Za-z_]+", re.sub(r'"[^"]*"', "", query))) - KQL
        yield from (f"alerts: {table} has no {each}" for each in sorted(words - COLUMNS.get(table, set())))


def _role_assignments(templates: Mapping[str, Template], roles: Mapping[str, str]) -> Iterator[str]:
    yield from (f"roles.json: {each} is missing, or not needed" for each in sorted(roles.keys() ^ ROLES.keys()))
    given = set()
    for name, template in templates.items():
        for resource in template.resources:
            if resource.type.startswith("Microsoft.Authorization/roleAssignments@"):
                named = re.findall(r"roles\.(\w+)", text(resource.node))
                scope = resource.body.get("scope")
                given |= {(role, Path(name).name, scope.text if isinstance(scope, Unknown) else "") for role in named}
                if len(set(named)) != 1:
                    yield f"{name}: {resource.name} names {', '.join(sorted(set(named))) or 'no role'}"
    wanted = {(role, file, scope) for role, (file, scope, _) in ROLES.items()}
    yield from (f"roles: {each} is missing, or not needed" for each in sorted(given ^ wanted))
    yield from (f"roles.json: {role} is not {id_}" for role, (_, _, id_) in ROLES.items() if roles.get(role) != id_)


def _parameters_file(folder: Path, main: Template) -> Iterator[str]:
    given = json.loads((folder / "main.parameters.json").read_text("utf-8"))["parameters"]
    yield from (f"main.parameters.json: there is no {each}" for each in given if each not in main.parameters)
    for parameter in main.parameters.values():
        if parameter.name not in given:
            yield f"main.parameters.json: {parameter.name} is missing"
        if not parameter.described:
            yield f"main.bicep: {parameter.name} is not described"
