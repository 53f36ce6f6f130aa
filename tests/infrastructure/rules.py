"""The rules of the house for the deployment, as data: what every resource must say."""

from collections.abc import Mapping
from typing import Any

from tests.infrastructure.bicep import Choice, Unknown

SETTINGS: Mapping[str, Any] = {
    "AzureWebJobsStorage__accountName": Unknown("storageName"),
    "AzureWebJobsStorage__credential": "managedidentity",
    "AzureWebJobsStorage__clientId": Unknown("identityClientId"),
    "AzureWebJobsDisableHomepage": "true",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": Unknown("insightsConnectionString"),
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": Unknown("'ClientId=${identityClientId};Authorization=AAD'"),
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    "PYTHON_ENABLE_OPENTELEMETRY": "true",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "AZURE_CLIENT_ID": Unknown("identityClientId"),
    "PUBLIC_URL": Unknown("url"),
    "TABLES_URL": Unknown("tablesUrl"),
    "KEY_VAULT_URL": Unknown("vaultUrl"),
    "BACKUP_CONTAINER_URL": Unknown("backupContainerUrl"),
    "ACTIVITY_RETENTION_DAYS": Unknown("string(activityRetentionDays)"),
    "SECURITY_CONTACT": Unknown("securityContact"),
}
"""The app's: of host, worker and telemetry, and of docs/configuration.md. Flex Consumption refuses several others."""
_PRIVATE = {
    "properties.publicNetworkAccess": Choice(("Disabled", "Enabled"), "isPrivate"),
    "properties.networkAcls": {"bypass": "None", "defaultAction": Choice(("Deny", "Allow"), "isPrivate")},
}
"""Of what a private network closes to everybody else."""
STORAGE, VAULT = "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"
NETWORK, GROUP = "Microsoft.Network/virtualNetworks", "Microsoft.Resources/resourceGroups"
SITE, PLAN = "Microsoft.Web/sites", "Microsoft.Web/serverfarms"
_READY = Choice((Unknown("max(2, alwaysReadyInstances)"), Unknown("alwaysReadyInstances")), "zoneRedundant")
"""Where an app is spread over zones, the service takes none or at least two."""
RULES: Mapping[str, Mapping[str, Any]] = {
    STORAGE: {
        "name": Unknown("name"),
        "kind": "StorageV2",
        "properties.allowSharedKeyAccess": False,
        "properties.allowBlobPublicAccess": False,
        "properties.allowCrossTenantReplication": False,
        "properties.defaultToOAuthAuthentication": True,
        "properties.minimumTlsVersion": "TLS1_2",
        "properties.supportsHttpsTrafficOnly": True,
        "properties.accessTier": "Hot",
        "sku.name": Choice(("Standard_ZRS", "Standard_LRS"), "zoneRedundant"),
        **_PRIVATE,
    },
    f"{STORAGE}/blobServices": {"name": "default", "properties.containerDeleteRetentionPolicy.enabled": True},
    f"{STORAGE}/tableServices": {"name": "default"},
    f"{STORAGE}/managementPolicies": {"name": "default"},
    f"{STORAGE}/blobServices/containers": {"properties.publicAccess": "None"},
    VAULT: {
        "name": Unknown("name"),
        "properties.enableRbacAuthorization": True,
        "properties.enableSoftDelete": True,
        "properties.softDeleteRetentionInDays": 90,
        "properties.enablePurgeProtection": Choice((True, None), "purgeProtection"),
        "properties.tenantId": Unknown("subscription().tenantId"),
        **_PRIVATE,
    },
    PLAN: {
        "name": Unknown("'plan-${name}'"),
        "kind": "functionapp",
        "sku.name": "FC1",
        "sku.tier": "FlexConsumption",
        "properties.reserved": True,
        "properties.zoneRedundant": Unknown("zoneRedundant"),
    },
    SITE: {
        "name": Unknown("name"),
        "kind": "functionapp,linux",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"'${identityId}'": {}}},
        "properties.httpsOnly": True,
        "properties.clientAffinityEnabled": False,
        "properties.serverFarmId": Unknown("plan.id"),
        "properties.publicNetworkAccess": "Enabled",  # identity providers call from the internet
        "properties.virtualNetworkSubnetId": Choice((None, Unknown("subnetId")), "empty(subnetId)"),
        # all of it: each of the other properties, such as cors or remoteDebuggingEnabled, opens something
        "properties.siteConfig": {"minTlsVersion": "1.2", "scmMinTlsVersion": "1.2", "http20Enabled": True},
        "properties.functionAppConfig.runtime": {"name": "python", "version": "3.13"},
        "properties.functionAppConfig.deployment.storage": {
            "type": "blobContainer",
            "value": Unknown("packageUrl"),
            "authentication": {
                "type": "UserAssignedIdentity",
                "userAssignedIdentityResourceId": Unknown("identityId"),
            },
        },
        "properties.functionAppConfig.scaleAndConcurrency": {
            "instanceMemoryMB": Unknown("instanceMemory"),
            "maximumInstanceCount": Unknown("maximumInstances"),
            "alwaysReady": Choice(([], [{"name": "http", "instanceCount": _READY}]), "alwaysReadyInstances == 0"),
            "triggers": {"http": {"perInstanceConcurrency": 16}},
        },
    },
    f"{SITE}/config": {"name": "appsettings", "properties": SETTINGS},
    f"{SITE}/basicPublishingCredentialsPolicies": {"properties.allow": False},
    "Microsoft.Insights/components": {
        "kind": "web",
        "properties": {  # all of it: the others close ingestion, or shorten what is kept
            "Application_Type": "web",
            "WorkspaceResourceId": Unknown("workspace.id"),
            "DisableLocalAuth": True,
            "DisableIpMasking": False,
        },
    },
    "Microsoft.OperationalInsights/workspaces": {
        "properties.sku.name": "PerGB2018",
        "properties.retentionInDays": 90,
        "properties.features.disableLocalAuth": True,
        "properties.workspaceCapping.dailyQuotaGb": Unknown("dailyGigabytes"),
    },
    "Microsoft.Authorization/locks": {"properties.level": "CanNotDelete"},
    "Microsoft.Authorization/roleAssignments": {
        "properties.principalId": Unknown("principalId"),
        "properties.principalType": "ServicePrincipal",
    },
    "Microsoft.Insights/diagnosticSettings": {"properties.workspaceId": Unknown("workspaceId")},
    "Microsoft.Insights/scheduledQueryRules": {
        "kind": "LogAlert",
        "properties": {
            "displayName": Unknown("rule.title"),
            "severity": Unknown("rule.severity"),
            "enabled": True,
            "evaluationFrequency": Unknown("rule.every"),
            "windowSize": Unknown("rule.over"),
            "scopes": [Unknown("insightsId")],
            "autoMitigate": True,
            "criteria": {
                "allOf": [
                    {
                        "query": Unknown("rule.query"),
                        "timeAggregation": "Count",
                        "operator": "GreaterThan",
                        "threshold": Unknown("rule.threshold"),
                        "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
                    }
                ]
            },
            "actions": {"actionGroups": [Unknown("people.id")]},
        },
    },
    "Microsoft.Insights/actionGroups": {
        "properties.enabled": True,
        "properties.emailReceivers": [
            {"name": "administrators", "emailAddress": Unknown("email"), "useCommonAlertSchema": True}
        ],
    },
    NETWORK: {"name": Unknown("name")},
    GROUP: {
        "name": Choice((Unknown("'rg-${environmentName}'"), Unknown("resourceGroupName")), "empty(resourceGroupName)"),
    },
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": {
        "properties": {"registrationEnabled": False, "virtualNetwork": {"id": Unknown("network.id")}},
    },
    "Microsoft.Network/privateEndpoints": {
        "name": Unknown("'pe-${name}-${endpoint.name}'"),
        "properties.subnet.id": Unknown("'${network.id}/subnets/endpoints'"),
        "properties.privateLinkServiceConnections": [
            {
                "name": Unknown("endpoint.name"),
                "properties": {
                    "privateLinkServiceId": Unknown("endpoint.service"),
                    "groupIds": [Unknown("endpoint.group")],
                },
            }
        ],
    },
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": {
        "name": "default",
        "properties.privateDnsZoneConfigs": [
            {
                "name": Unknown("endpoint.name"),
                "properties": {"privateDnsZoneId": Unknown("zones[endpoint.zone].id")},
            }
        ],
    },
}
"""What every resource of a type says, by path."""
RULES_OF_ONE: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("storage.bicep", "blobs"): {
        "properties.isVersioningEnabled": False,
        "properties.deleteRetentionPolicy.enabled": False,
        "properties.containerDeleteRetentionPolicy.days": 30,
    },
    ("backups.bicep", "blobs"): {
        "properties.isVersioningEnabled": True,
        "properties.deleteRetentionPolicy": {"enabled": True, "days": 14},
        "properties.containerDeleteRetentionPolicy.days": 14,
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
