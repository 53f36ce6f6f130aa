"""The rules of the house for the deployment, as data: what every resource must say, and what must be there."""

from collections.abc import Mapping
from typing import Any

from tests.infrastructure.bicep import Choice, Unknown

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
    "BACKUP_CONTAINER_URL",
    "ACTIVITY_RETENTION_DAYS",
    "SECURITY_CONTACT",
}
"""The app's: of host, worker and telemetry, and of docs/configuration.md. Flex Consumption refuses several others."""
ROLES: Mapping[str, tuple[str, str, str]] = {
    "storageBlobDataOwner": ("storage.bicep", "account", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    "storageBlobDataContributor": ("backups.bicep", "container", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
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
    f"{STORAGE}/blobServices": {"properties.containerDeleteRetentionPolicy.enabled": True},
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
RULES_OF_ONE: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("storage.bicep", "blobs"): {
        "properties.isVersioningEnabled": False,
        "properties.deleteRetentionPolicy.enabled": False,
    },
    ("backups.bicep", "blobs"): {
        "properties.isVersioningEnabled": True,
        "properties.deleteRetentionPolicy": {"enabled": True, "days": 14},
    },
    ("backups.bicep", "expiry"): {
        "dependsOn": [Unknown("blobs")],
        "properties.policy.rules": [
            {
                "name": "backups",
                "enabled": True,
                "type": "Lifecycle",
                "definition": {
                    "filters": {"blobTypes": ["blockBlob"], "prefixMatch": [Unknown("'${containerName}/'")]},
                    "actions": {
                        "baseBlob": {"delete": {"daysAfterModificationGreaterThan": 35}},
                        "version": {"delete": {"daysAfterCreationGreaterThan": 7}},
                    },
                },
            }
        ],
    },
}
"""What one resource says, by file and symbol; docs/backup.md tells how long backups are kept."""
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
REQUIRED = {
    STORAGE, f"{STORAGE}/blobServices", f"{STORAGE}/blobServices/containers", f"{STORAGE}/tableServices",
    f"{STORAGE}/tableServices/tables", f"{STORAGE}/managementPolicies", VAULT, PLAN, SITE, f"{SITE}/config",
    "Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces", "Microsoft.Authorization/locks",
    "Microsoft.Insights/diagnosticSettings", "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.Insights/actionGroups", "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/privateEndpoints", "Microsoft.Network/privateDnsZones",
}  # fmt: skip
OUTPUTS = {
    "AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "AZURE_FUNCTION_APP_NAME", "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_BACKUP_ACCOUNT_NAME", "AZURE_KEY_VAULT_NAME", "SCIM_ENDPOINT_URL", "CONSOLE_URL", "API_URL",
}  # fmt: skip
"""Of main.bicep: they become variables of azd's environment, and are shown in deployments. None is secret."""
TAGGED = {
    STORAGE, VAULT, PLAN, SITE, "Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/privateDnsZones", "Microsoft.Network/privateEndpoints", "Microsoft.Insights/actionGroups",
    "Microsoft.Insights/scheduledQueryRules", "Microsoft.Resources/resourceGroups",
}  # fmt: skip
"""What shows up in the portal, and belongs to somebody."""
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
