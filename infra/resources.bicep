// Everything that Rollcall needs, in one resource group:
//
//   az deployment group create -g <group> -f infra/resources.bicep -p environmentName=<name>
targetScope = 'resourceGroup'

@minLength(1)
@maxLength(40)
@description('Name of the environment: part of every name and tag.')
param environmentName string

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of everything.')
param tags object = {
  'azd-env-name': environmentName
}

@description('Who is told when something needs attention; empty for nobody.')
param alertEmail string = ''

@description('See main.bicep.')
param purgeProtection bool = true

@description('See main.bicep.')
param deletionLock bool = true

@description('See main.bicep.')
param zoneRedundant bool = false

@description('See main.bicep.')
param privateNetwork bool = false

@description('See main.bicep.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('See main.bicep.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('See main.bicep.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int = 2048

@description('See main.bicep.')
@minValue(1)
param dailyTelemetryGigabytes int = 1

@description('See main.bicep.')
@minValue(31)
@maxValue(3660)
param activityRetentionDays int = 400

@description('See main.bicep.')
param publicUrl string = ''

@description('See main.bicep.')
param securityContact string = ''

var token = toLower(uniqueString(subscription().id, resourceGroup().id, environmentName))
var names = {
  app: 'func-rollcall-${token}'
  identity: 'id-rollcall-${token}'
  storage: 'strollcall${token}'
  backups: 'strcbackup${token}'
  vault: 'kv-rc-${token}'
  workspace: 'log-rollcall-${token}'
  insights: 'appi-rollcall-${token}'
  network: 'vnet-rollcall-${token}'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.identity
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    dailyGigabytes: dailyTelemetryGigabytes
    principalId: identity.properties.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: names.storage
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    isPrivate: privateNetwork
    deletionLock: deletionLock
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module backups 'modules/backups.bicep' = {
  name: 'backups'
  params: {
    name: names.backups
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    isPrivate: privateNetwork
    deletionLock: deletionLock
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: names.vault
    location: location
    tags: tags
    purgeProtection: purgeProtection
    isPrivate: privateNetwork
    deletionLock: deletionLock
    principalId: identity.properties.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    name: names.network
    location: location
    tags: tags
    storageId: storage.outputs.id
    backupsId: backups.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: names.app
    location: location
    tags: tags
    identityId: identity.id
    identityClientId: identity.properties.clientId
    storageName: storage.outputs.name
    tablesUrl: storage.outputs.tablesUrl
    packageUrl: storage.outputs.packageUrl
    vaultUrl: vault.outputs.url
    backupContainerUrl: backups.outputs.containerUrl
    insightsConnectionString: monitoring.outputs.connectionString
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    zoneRedundant: zoneRedundant
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    activityRetentionDays: activityRetentionDays
    publicUrl: publicUrl
    securityContact: securityContact
  }
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  name: 'alerts'
  params: {
    location: location
    tags: tags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
  }
}

output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_BACKUP_ACCOUNT_NAME string = backups.outputs.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output SCIM_ENDPOINT_URL string = '${app.outputs.url}/ws/scim/v2'
output CONSOLE_URL string = '${app.outputs.url}/console'
output API_URL string = '${app.outputs.url}/api'
