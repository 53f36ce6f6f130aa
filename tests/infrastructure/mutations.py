"""Single edits of the templates, each of which breaks something, and what should notice.

A file, what stands there, and what is put in its place.
"""

MAIN, ALL = "main.bicep", "resources.bicep"
APP, STORAGE, VAULT = "modules/app.bicep", "modules/storage.bicep", "modules/vault.bicep"
MONITORING, NETWORK, ALERTS = "modules/monitoring.bicep", "modules/network.bicep", "modules/alerts.bicep"

CAUGHT = (
    # syntax
    (APP, "resource plan", "resorce plan"),
    (STORAGE, "resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {", "resource account = {"),
    (VAULT, "output url string = vault.properties.vaultUri", "output url string ="),
    # types, versions and properties
    (STORAGE, "Microsoft.Storage/storageAccounts@2025-01-01", "Microsoft.Storage/storageAccount@2025-01-01"),
    (STORAGE, "Microsoft.Storage/storageAccounts@2025-01-01", "Microsoft.Storage/storageAccounts@2035-01-01"),
    (STORAGE, "supportsHttpsTrafficOnly", "supportsHttpTrafficOnly"),
    (STORAGE, "isVersioningEnabled", "isVersionEnabled"),
    (STORAGE, "accessTier: 'Hot'", "accessTier: 'Warm'"),
    (STORAGE, "kind: 'StorageV2'", "kind: 'StorageV3'"),
    (STORAGE, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_9'"),
    (STORAGE, "days: 30", "days: '30'"),
    (STORAGE, "bypass: 'None'", "bypass: 'Nobody'"),
    (STORAGE, "  location: location\n", ""),
    (STORAGE, "account.properties.primaryEndpoints.table", "account.properties.primaryEndpoint.table"),
    (VAULT, "softDeleteRetentionInDays", "softDeleteRetentionDays"),
    (VAULT, "    tenantId: subscription().tenantId\n", ""),
    (VAULT, "family: 'A'", "family: 'B'"),
    (VAULT, "name: 'standard'", "name: 'basic'"),
    (VAULT, "vault.properties.vaultUri", "vault.properties.vaultUrl"),
    (APP, "perInstanceConcurrency: 16", "perInstanceConcurrency: '16'"),
    (APP, "instanceMemoryMB", "instanceMemoryInMB"),
    (APP, "type: 'blobContainer'", "type: 'blobcontainer'"),
    (APP, "userAssignedIdentityResourceId", "userAssignedIdentityId"),
    (APP, "type: 'UserAssigned'", "type: 'SystemAssigned'"),
    (APP, "serverFarmId: plan.id", "serverFarm: plan.id"),
    (APP, "instanceCount: zoneRedundant ?", "count: zoneRedundant ?"),
    (APP, "allow: false", "allowed: false"),
    (NETWORK, "serviceName: 'Microsoft.App/environments'", "service: 'Microsoft.App/environments'"),
    (NETWORK, "privateEndpointNetworkPolicies: 'Disabled'", "privateEndpointNetworkPolicies: 'Off'"),
    (NETWORK, "groupIds", "groups"),
    (ALERTS, "operator: 'GreaterThan'", "operator: 'MoreThan'"),
    (ALERTS, "timeAggregation: 'Count'", "timeAggregation: 'Sum'"),
    (ALERTS, "evaluationFrequency", "frequency"),
    (ALERTS, "groupShortName: 'rollcall'\n", "\n"),
    (MONITORING, "Application_Type: 'web'", "ApplicationType: 'web'"),
    # symbols and wiring
    (APP, "value: packageUrl", "value: packagesUrl"),
    (APP, "param vaultUrl string\n", ""),
    (APP, "output url string = url", "output address string = url"),
    (ALL, "'modules/vault.bicep'", "'modules/vaults.bicep'"),
    (ALL, "tablesUrl: storage.outputs.tablesUrl", "tablesUrl: storage.outputs.tableUrl"),
    (ALL, "    vaultUrl: vault.outputs.url\n", ""),
    (ALL, "    principalId: identity.properties.principalId\n", "    principal: identity.properties.principalId\n"),
    (ALL, "identity.properties.clientId", "identity.properties.applicationId"),
    (ALL, "toLower(uniqueString(", "lower(uniqueString("),
    (MAIN, "  scope: group\n", ""),
    (MAIN, "    zoneRedundant: zoneRedundant\n", ""),
    (MAIN, "param instanceMemory int = 2048", "param instanceMemory int = 1024"),
    (MAIN, "param deletionLock bool = true", "param deletionLock bool = 'yes'"),
    # the rules of the house
    (STORAGE, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    (STORAGE, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true"),
    (STORAGE, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_0'"),
    (STORAGE, "defaultAction: isPrivate ? 'Deny' : 'Allow'", "defaultAction: 'Allow'"),
    (STORAGE, "publicAccess: 'None'", "publicAccess: 'Blob'"),
    (STORAGE, "roles.storageTableDataContributor", "roles.storageBlobDataOwner"),
    (STORAGE, "level: 'CanNotDelete'", "level: 'ReadOnly'"),
    (STORAGE, "  scope: account\n", ""),
    (VAULT, "enableRbacAuthorization: true", "enableRbacAuthorization: false"),
    (VAULT, "purgeProtection ? true : null", "purgeProtection"),
    (VAULT, "principalType: 'ServicePrincipal'", "principalType: 'User'"),
    (MONITORING, "DisableLocalAuth: true", "DisableLocalAuth: false"),
    (MONITORING, "    dailyQuotaGb: dailyGigabytes\n", "    dailyQuotaGb: -1\n"),
    (APP, "httpsOnly: true", "httpsOnly: false"),
    (APP, "minTlsVersion: '1.2'", "minTlsVersion: '1.0'"),
    (APP, "version: '3.13'", "version: '3.9'"),
    (APP, "name: 'FC1'", "name: 'Y1'"),
    (APP, "    PUBLIC_URL: url\n", "    PUBLIC_URL: url\n    FUNCTIONS_WORKER_RUNTIME: 'python'\n"),
    (APP, "    AZURE_CLIENT_ID: identityClientId\n", ""),
    (APP, "union(tags, { 'azd-service-name': 'rollcall' })", "tags"),
    (APP, "  name: 'scm'\n", "  name: 'ftp'\n"),
    (ALL, "/ws/scim/v2'", "/scim/v2'"),
    (MAIN, "output CONSOLE_URL string = resources.outputs.CONSOLE_URL\n", ""),
    (MAIN, "output API_URL", "output KEY_VAULT_SECRET"),
    (ALERTS, "| where success == false", "| where succes == false"),
    (ALERTS, "'traces | where message startswith", "'trace | where message startswith"),
    (ALERTS, "severityLevel >= 3 and", "severityLevel >= 3 und"),
    (NETWORK, "10.0.0.64/26", "10.0.0.0/26"),
    (NETWORK, "10.0.0.64/26", "10.0.1.64/26"),
    (NETWORK, "privatelink.vaultcore.azure.net", "privatelink.vault.azure.net"),
    (APP, "    OTEL_LOGS_EXPORTER: 'none' // the host has the log already\n", ""),
    ("main.parameters.json", '"zoneRedundant"', '"zonesRedundant"'),
    ("main.parameters.json", '"instanceMemory": { "value": "${ROLLCALL_INSTANCE_MEMORY=2048}" },', ""),
    ("roles.json", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "00482a5a-887f-4fb3-b363-3b7fe8e74483"),
    ("main.parameters.json", '"alertEmail"', '"alertMail"'),
)

MISSED = (
    # what only Azure knows, or a person: each with the reason
    (ALERTS, "toint(resultCode) >= 500", "toint(resultCode) > 500"),  # the sense of a query
    (ALERTS, "threshold: 50", "threshold: 5000"),  # a choice
    (APP, "max(2, alwaysReadyInstances)", "max(1, alwaysReadyInstances)"),  # what zone redundancy asks for
    (MONITORING, "retentionInDays: 90", "retentionInDays: 31"),  # a choice
)
"""What no offline check notices."""
