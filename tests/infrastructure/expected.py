"""The rules of the house for the deployment, as data: what must be there, how often, with which names and values."""

from collections.abc import Mapping
from typing import Any

from scim.storage.tables.keys import CONFIG, DIRECTORY
from tests.infrastructure.bicep import Choice, Unknown
from tests.infrastructure.rules import GROUP, NETWORK, PLAN, SITE, STORAGE, VAULT

FUNCTIONS = {
    "concat", "contains", "deployment", "empty", "environment", "format", "guid", "int", "join", "length",
    "loadJsonContent", "loadTextContent", "managementGroup", "max", "min", "range", "replace", "resourceGroup",
    "resourceId", "split", "string", "subscription", "subscriptionResourceId", "substring", "take", "tenant", "toLower",
    "toUpper", "union", "uniqueString",
}  # fmt: skip
"""Those of Bicep that templates may call."""
ROLES: Mapping[str, tuple[str, str, str]] = {
    "storageBlobDataOwner": ("storage.bicep", "account", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    "storageBlobDataContributor": ("backups.bicep", "container", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    "storageTableDataContributor": ("storage.bicep", "account", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
    "keyVaultSecretsOfficer": ("vault.bicep", "vault", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
    "monitoringMetricsPublisher": ("monitoring.bicep", "insights", "3913510d-42f4-4e42-8a64-420c390055eb"),
}
"""By name in roles.json: the file that assigns it, the resource it is for, and its id. All of them, and no more."""

LOCKED = {("storage.bicep", "account"), ("backups.bicep", "account"), ("vault.bicep", "vault")}
"""File and symbol of what nobody may delete by mistake."""
LOGGED: Mapping[tuple[str, str], set[str]] = {
    ("storage.bicep", "tableService"): {"StorageDelete"},
    ("backups.bicep", "blobs"): {"StorageRead", "StorageDelete"},
    ("vault.bicep", "vault"): {"AuditEvent"},
}
"""File and symbol of what Azure logs about, with the categories; each type has others."""
DEPRECATED = {
    "alwayson", "containersize", "dnsconfiguration", "ftpsstate", "functionappscalelimit", "isreserved", "isxenon",
    "javaversion", "linuxfxversion", "netframeworkversion", "powershellversion", "prewarmedinstancecount",
    "use32bitworkerprocess", "vnetbackuprestoreenabled", "vnetcontentshareenabled", "vnetimagepullenabled",
    "vnetrouteallenabled", "windowsfxversion",
}  # fmt: skip
"""Properties of apps that Flex Consumption has replaced or does not have, in lower case."""
REQUIRED: Mapping[str, int] = {
    STORAGE: 2, f"{STORAGE}/blobServices": 2, f"{STORAGE}/blobServices/containers": 2, f"{STORAGE}/tableServices": 1,
    f"{STORAGE}/tableServices/tables": 1, f"{STORAGE}/managementPolicies": 1, VAULT: 1, PLAN: 1, SITE: 1,
    f"{SITE}/config": 1, f"{SITE}/basicPublishingCredentialsPolicies": 2, "Microsoft.Insights/components": 1,
    "Microsoft.OperationalInsights/workspaces": 1, "Microsoft.Authorization/locks": 3,
    "Microsoft.Insights/diagnosticSettings": 3, "Microsoft.Insights/scheduledQueryRules": 1,
    "Microsoft.Insights/actionGroups": 1, "Microsoft.ManagedIdentity/userAssignedIdentities": 1, NETWORK: 1,
    "Microsoft.Network/privateEndpoints": 1, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": 1,
    "Microsoft.Network/privateDnsZones": 1, "Microsoft.Network/privateDnsZones/virtualNetworkLinks": 1, GROUP: 1,
}  # fmt: skip
"""How often each type is declared; a loop counts once."""
OUTPUTS = {
    "AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "AZURE_FUNCTION_APP_NAME", "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_BACKUP_ACCOUNT_NAME", "AZURE_KEY_VAULT_NAME", "SCIM_ENDPOINT_URL", "CONSOLE_URL", "API_URL",
}  # fmt: skip
"""Of main.bicep: they become variables of azd's environment, and are shown in deployments. None is secret."""
TAGGED = {
    STORAGE, VAULT, PLAN, SITE, "Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ManagedIdentity/userAssignedIdentities", NETWORK,
    "Microsoft.Network/privateDnsZones", "Microsoft.Network/privateEndpoints", "Microsoft.Insights/actionGroups",
    "Microsoft.Insights/scheduledQueryRules", GROUP,
}  # fmt: skip
"""What shows up in the portal, and belongs to somebody."""
EVERYWHERE = {
    "Microsoft.Insights/actionGroups", "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
}  # fmt: skip
"""What is in no region."""
CONDITIONS: Mapping[tuple[str, str], str] = {
    ("resources.bicep", "network"): "privateNetwork",
    ("resources.bicep", "alerts"): "!empty(alertEmail)",
    **{(file, "lock"): "deletionLock" for file in ("storage.bicep", "backups.bicep", "vault.bicep")},
}
"""File and symbol of what is not always there, with what it depends on."""
RENAMED: Mapping[str, Any] = {
    "isPrivate": Unknown("privateNetwork"),
    "dailyGigabytes": Unknown("dailyTelemetryGigabytes"),
    "email": Unknown("alertEmail"),
    "backupContainerUrl": Unknown("backups.outputs.containerUrl"),
    "insightsConnectionString": Unknown("monitoring.outputs.connectionString"),
    "subnetId": Choice((Unknown("network!.outputs.appSubnetId"), ""), "privateNetwork"),
}
"""Parameters of modules that are given what is named differently; all others are given what is called the same."""
VALUES: Mapping[tuple[str, str], Any] = {
    ("main.bicep", "tags"): {"azd-env-name": Unknown("environmentName")},
    **{
        (file, "roles"): Unknown("loadJsonContent('../roles.json')")
        for file in sorted({of for of, *_ in ROLES.values()})
    },
    ("resources.bicep", "token"): Unknown(
        "toLower(uniqueString(subscription().id, resourceGroup().id, environmentName))"
    ),
    ("app.bicep", "url"): Choice(
        (Unknown("'https://${name}.azurewebsites.net'"), Unknown("publicUrl")), "empty(publicUrl)"
    ),
    ("storage.bicep", "packages"): "package",
    ("storage.bicep", "tables"): [DIRECTORY, CONFIG],
    ("backups.bicep", "containerName"): "backups",
}
"""Variables, by file and symbol, of which somebody outside of the template knows the value."""
HANDED_ON: Mapping[tuple[str, str], str] = {
    ("main.bicep", "AZURE_LOCATION"): "location",
    ("main.bicep", "AZURE_RESOURCE_GROUP"): "group.name",
    ("resources.bicep", "AZURE_FUNCTION_APP_NAME"): "app.outputs.name",
    ("resources.bicep", "AZURE_STORAGE_ACCOUNT_NAME"): "storage.outputs.name",
    ("resources.bicep", "AZURE_BACKUP_ACCOUNT_NAME"): "backups.outputs.name",
    ("resources.bicep", "AZURE_KEY_VAULT_NAME"): "vault.outputs.name",
    ("resources.bicep", "SCIM_ENDPOINT_URL"): "'${app.outputs.url}/ws/scim/v2'",
    ("resources.bicep", "CONSOLE_URL"): "'${app.outputs.url}/console'",
    ("resources.bicep", "API_URL"): "'${app.outputs.url}/api'",
    ("app.bicep", "name"): "app.name",
    ("app.bicep", "url"): "url",
    ("storage.bicep", "id"): "account.id",
    ("storage.bicep", "name"): "account.name",
    ("storage.bicep", "tablesUrl"): "account.properties.primaryEndpoints.table",
    ("storage.bicep", "packageUrl"): "'${account.properties.primaryEndpoints.blob}${packages}'",
    ("backups.bicep", "id"): "account.id",
    ("backups.bicep", "name"): "account.name",
    ("backups.bicep", "containerUrl"): "'${account.properties.primaryEndpoints.blob}${containerName}'",
    ("vault.bicep", "id"): "vault.id",
    ("vault.bicep", "name"): "vault.name",
    ("vault.bicep", "url"): "vault.properties.vaultUri",
    ("monitoring.bicep", "workspaceId"): "workspace.id",
    ("monitoring.bicep", "insightsId"): "insights.id",
    ("monitoring.bicep", "connectionString"): "insights.properties.ConnectionString",
    ("network.bicep", "appSubnetId"): "'${network.id}/subnets/app'",
}
"""Outputs by file; those of main.bicep that are not here are those of resources.bicep."""
FORMS: Mapping[str, str] = {
    "app": r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]",
    "identity": r"[A-Za-z0-9][\w-]{2,127}",
    "storage": r"[a-z0-9]{3,24}",
    "backups": r"[a-z0-9]{3,24}",
    "vault": r"(?=.{3,24}$)[A-Za-z](-?[A-Za-z0-9])+",
    "workspace": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    "insights": r"[\w.()-]{0,254}[\w()-]",
    "network": r"[A-Za-z0-9][\w.-]{0,62}\w",
    f"{STORAGE}/blobServices/containers": r"(?=.{3,63}$)[a-z0-9](-?[a-z0-9])+",
    f"{STORAGE}/tableServices/tables": r"[A-Za-z][A-Za-z0-9]{2,62}",
}
"""Length and letters of names, by key in `names` and by type, as the services take them."""
SHORT_NAME = 12
"""Characters of an action group's short name at most."""
_TABLES, _BLOBS = (f"privatelink.{each}.${{environment().suffixes.storage}}" for each in ("table", "blob"))
_VAULTS = "privatelink.vaultcore.azure.net"
ZONES = [Unknown(f"'{_TABLES}'"), Unknown(f"'{_BLOBS}'"), _VAULTS]
"""The names that private endpoints of tables, blobs and vaults are looked up by."""
ENDPOINTS = {
    ("storageId", "table", 0),
    ("storageId", "blob", 1),
    ("backupsId", "blob", 1),
    ("vaultId", "vault", 2),
}
"""Of private endpoints: whose, for which part of it, and which of the zones has its name."""
COLUMNS = {
    "requests": {"requests", "resultCode", "success", "operation_Name"},
    "traces": {"traces", "timestamp", "message", "severityLevel", "customDimensions", "Category"},
}
"""By table of Application Insights, the columns that the alerts ask for."""
KQL = {
    "ago", "and", "countif", "endswith", "false", "h", "in", "matches", "or", "regex", "startswith", "summarize",
    "toint", "tostring", "where",
}  # fmt: skip
"""The words of the query language that the alerts use."""
DURATIONS: Mapping[str, int] = {
    **{f"PT{minutes}M": minutes for minutes in (1, 5, 10, 15, 30, 45)},
    **{f"PT{hours}H": hours * 60 for hours in (1, 2, 3, 4, 5, 6)},
    "P1D": 24 * 60,
}
"""How often an alert may be evaluated, in minutes; it may look back as long, or two days, but no longer."""
