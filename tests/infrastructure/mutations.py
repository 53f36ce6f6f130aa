"""Single edits of the templates, each of which breaks something, and what should notice.

A file, what stands there, and what is put in its place.
"""

from collections.abc import Iterator

from tests.infrastructure.bicep import Template, text

MAIN, ALL = "main.bicep", "resources.bicep"
APP, STORAGE, VAULT = "modules/app.bicep", "modules/storage.bicep", "modules/vault.bicep"
BACKUPS, MONITORING = "modules/backups.bicep", "modules/monitoring.bicep"
NETWORK, ALERTS = "modules/network.bicep", "modules/alerts.bicep"

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
    (BACKUPS, "daysAfterModificationGreaterThan", "daysAfterModification"),
    (BACKUPS, "type: 'Lifecycle'", "type: 'Expiry'"),
    (BACKUPS, "policy: {", "policies: {"),
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
    (ALL, "    backupContainerUrl: backups.outputs.containerUrl\n", ""),
    (ALL, "    publicUrl: publicUrl\n", ""),
    (ALL, "backupsId: backups.outputs.id", "backupsId: backups.outputs.accountId"),
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
    # locks, logs, network and alerts
    (VAULT, "  scope: vault\n  properties: {\n    level", "  properties: {\n    level"),
    (VAULT, "category: 'AuditEvent'", "category: 'AuditEvents'"),
    (STORAGE, "scope: tableService", "scope: blobs"),
    (STORAGE, "category: 'StorageDelete'\n        enabled: true", "category: 'StorageDelete'\n        enabled: false"),
    (NETWORK, "group: 'table'", "group: 'tables'"),
    (NETWORK, "service: backupsId", "service: storageId"),
    (NETWORK, "zone: 2", "zone: 1"),
    (ALERTS, "every: 'PT15M'", "every: 'PT20M'"),
    (ALERTS, "over: 'PT2H'", "over: 'PT30M'"),
    (ALERTS, "over: 'P2D'", "over: 'PT26H'"),
    (ALERTS, "over: 'P2D'", "over: 'P1D'"),
    (ALERTS, "timestamp < ago(26h)", "time < ago(26h)"),
    (ALERTS, "where finished == 0", "where finish == 0"),
    (APP, "http20Enabled: true", "http20Enabled: true\n      ftpsState: 'Disabled'"),
    (APP, "httpsOnly: true", "httpsOnly: true\n    vnetRouteAllEnabled: true"),
    # backups
    (STORAGE, "isVersioningEnabled: false", "isVersioningEnabled: true"),
    (BACKUPS, "isVersioningEnabled: true", "isVersioningEnabled: false"),
    (BACKUPS, "enabled: true\n      days: 14", "enabled: false"),
    (BACKUPS, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    (BACKUPS, "zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'", "'Standard_LRS'"),
    (BACKUPS, "daysAfterModificationGreaterThan: 35", "daysAfterModificationGreaterThan: 3"),
    (BACKUPS, "'${containerName}/'", "'backup/'"),
    (BACKUPS, "  dependsOn: [\n    blobs // a rule for versions is refused where there are none\n  ]\n", ""),
    (BACKUPS, "scope: container", "scope: account"),
    (BACKUPS, "roles.storageBlobDataContributor)\n  scope", "roles.storageBlobDataOwner)\n  scope"),
    (BACKUPS, "category: 'StorageRead'", "category: 'StorageReads'"),
    (BACKUPS, "level: 'CanNotDelete'", "level: 'ReadOnly'"),
    (APP, "    BACKUP_CONTAINER_URL: backupContainerUrl\n", ""),
    ("roles.json", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    # what modules are given, hand on and depend on
    (MAIN, "    deletionLock: deletionLock\n", "    deletionLock: false\n"),
    (MAIN, "    privateNetwork: privateNetwork\n", "    privateNetwork: false\n"),
    (MAIN, "    purgeProtection: purgeProtection\n", "    purgeProtection: deletionLock\n"),
    (MAIN, "    tags: tags\n    alertEmail", "    alertEmail"),
    (MAIN, "'azd-env-name': environmentName", "'azd-env': environmentName"),
    (MAIN, "@maxValue(3660)", "@maxValue(366)"),
    (MAIN, "empty(resourceGroupName) ?", "!empty(resourceGroupName) ?"),
    (MAIN, "resources.outputs.CONSOLE_URL", "resources.outputs.API_URL"),
    (ALL, "isPrivate: privateNetwork", "isPrivate: false"),
    (ALL, "isPrivate: privateNetwork", "isPrivate: !privateNetwork"),
    (ALL, "deletionLock: deletionLock", "deletionLock: false"),
    (ALL, "storageId: storage.outputs.id", "storageId: vault.outputs.id"),
    (ALL, "if (!empty(alertEmail))", "if (empty(alertEmail))"),
    (ALL, "privateNetwork ? network!.outputs.appSubnetId : ''", "''"),
    (STORAGE, "if (deletionLock)", "if (!deletionLock)"),
    (STORAGE, "account.properties.primaryEndpoints.table", "account.properties.primaryEndpoints.blob"),
    (STORAGE, "primaryEndpoints.blob}${packages}", "primaryEndpoints.table}${packages}"),
    (STORAGE, "  parent: tableService\n", "  parent: blobs\n"),
    (STORAGE, "'../roles.json'", "'roles.json'"),
    (VAULT, "output url string = vault.properties.vaultUri", "output url string = vault.id"),
    # names
    (ALL, "'strollcall${token}'", "'strollcall-${token}'"),
    (ALL, "'strollcall${token}'", "'storagerollcall${token}'"),
    (ALL, "'kv-rc-${token}'", "'kv-rollcall-${token}'"),
    (ALL, "'kv-rc-${token}'", "'kv-rollcall'"),
    (ALL, "uniqueString(subscription().id, resourceGroup().id, environmentName)", "uniqueString(environmentName)"),
    (STORAGE, "  'config'\n", "  'configs'\n"),
    (STORAGE, "var packages = 'package'", "var packages = 'Package'"),
    (STORAGE, "guid(account.id, principalId, roles.storageTableDataContributor)", "guid(account.id)"),
    (STORAGE, "'Microsoft.Authorization/roleDefinitions', roles", "'Microsoft.Authorization/roleDefinition', roles"),
    (ALERTS, "groupShortName: 'rollcall'", "groupShortName: 'rollcall-alerts'"),
    (ALERTS, "'rollcall-${rule.name}'", "'rollcall'"),
    ("main.parameters.json", "${ROLLCALL_PURGE_PROTECTION=true}", "${ROLLCALL_DELETION_LOCK=true}"),
    ("main.parameters.json", "${ROLLCALL_PRIVATE_NETWORK=false}", "${ROLLCALL_PRIVATE_NETWORKS=false}"),
    ("main.parameters.json", "${ROLLCALL_DELETION_LOCK=true}", "${ROLLCALL_DELETION_LOCK=false}"),
    # settings of the services
    (STORAGE, "bypass: 'None'", "bypass: 'AzureServices'"),
    (STORAGE, "isPrivate ? 'Disabled' : 'Enabled'", "isPrivate ? 'Enabled' : 'Disabled'"),
    (STORAGE, "days: 30", "days: 0"),
    (VAULT, "purgeProtection ? true : null", "purgeProtection ? null : true"),
    (VAULT, "tenantId: subscription().tenantId", "tenantId: subscription().id"),
    (MONITORING, "retentionInDays: 90", "retentionInDays: 3"),
    (MONITORING, "retentionInDays: 90", "retentionInDays: 31"),
    (
        MONITORING,
        "DisableLocalAuth: true",
        "DisableLocalAuth: true\n    publicNetworkAccessForIngestion: 'Disabled'",
    ),
    (APP, "publicNetworkAccess: 'Enabled'", "publicNetworkAccess: 'Disabled'"),
    (APP, "PUBLIC_URL: url", "PUBLIC_URL: 'https://rollcall.example'"),
    (APP, "empty(publicUrl) ?", "!empty(publicUrl) ?"),
    (APP, "KEY_VAULT_URL: vaultUrl", "KEY_VAULT_URL: url"),
    (APP, "'ClientId=${identityClientId};Authorization=AAD'", "'ClientId=${identityClientId}'"),
    (APP, "AzureWebJobsStorage__credential: 'managedidentity'", "AzureWebJobsStorage__credential: 'identity'"),
    (APP, "OTEL_LOGS_EXPORTER: 'none'", "OTEL_LOGS_EXPORTER: 'otlp'"),
    (APP, "PYTHON_ENABLE_OPENTELEMETRY: 'true'", "PYTHON_ENABLE_OPENTELEMETRY: 'false'"),
    (APP, "http20Enabled: true\n", "http20Enabled: true\n      remoteDebuggingEnabled: true\n"),
    (APP, "http20Enabled: true\n", "http20Enabled: true\n      cors: { allowedOrigins: ['*'] }\n"),
    (APP, "empty(subnetId) ? null : subnetId", "empty(subnetId) ? subnetId : null"),
    (APP, "'azd-service-name': 'rollcall'", "'azd-service-name': 'rollcall2'"),
    (APP, "name: 'http'\n            instanceCount", "name: 'https'\n            instanceCount"),
    (APP, "max(2, alwaysReadyInstances)", "max(1, alwaysReadyInstances)"),
    (ALERTS, "windowSize: rule.over", "windowSize: rule.every"),
    (ALERTS, "over: 'PT5M'", "over: 'PT7M'"),
    (ALERTS, "severity: 1", "severity: 9"),
    (ALERTS, "    threshold: 5\n", ""),
    (ALERTS, "threshold: rule.threshold", "threshold: rule.severity"),
    (ALERTS, "people.id", "insightsId"),
    (ALERTS, "emailAddress: email", "emailAddress: location"),
    (ALERTS, "operator: 'GreaterThan'", "operator: 'LessThan'"),
    (ALERTS, "minFailingPeriodsToAlert: 1", "minFailingPeriodsToAlert: 5"),
    (NETWORK, "group: 'table'", "group: 'queue'"),
    (NETWORK, "service: vaultId", "service: storageId"),
    (NETWORK, "/subnets/app'", "/subnets/apps'"),
    (NETWORK, "10.0.0.0/26", "10.0.0.0/30"),
    (NETWORK, "registrationEnabled: false", "registrationEnabled: true"),
)

MISSED = (
    # what only Azure knows, or a person: each with the reason
    (ALERTS, "toint(resultCode) >= 500", "toint(resultCode) > 500"),  # the sense of a query
    (ALERTS, "threshold: 50", "threshold: 5000"),  # a choice
    (ALERTS, "title: 'A timer of Rollcall failed'", "title: 'A timer'"),  # likewise
    (ALL, "app: 'func-rollcall-", "app: 'rollcall-"),  # likewise, if nothing is deployed yet
    (NETWORK, "          privateEndpointNetworkPolicies: 'Disabled'\n", ""),  # what Azure takes by itself
    (MAIN, "@metadata({ azd: { type: 'location' } })\n", ""),  # how azd asks
)
"""What no offline check notices."""


def turned(name: str, source: str) -> Iterator[tuple[str, str]]:
    """A template once for each of its booleans and conditions, with that one turned, and where that is."""
    for node in Template.parse(name, source).nodes:
        match node.type:
            case "boolean":
                edit = "false" if text(node) == "true" else "true"
            case "ternary_expression":
                condition, one, other = (text(each) for each in node.named_children)
                edit = f"{condition} ? {other} : {one}"
            case "if_statement":
                edit = f"if (!{text(node.named_children[0])}) {text(node.named_children[1])}"
            case _:
                continue
        place = f"{name}:{node.start_point[0] + 1}: {edit[:60]}"
        yield place, (source.encode()[: node.start_byte] + edit.encode() + source.encode()[node.end_byte :]).decode()
