// What `azd up` deploys: a resource group with everything in it. `resources.bicep` alone deploys into a group of yours.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the environment: part of every name and tag.')
param environmentName string

@minLength(1)
@description('Azure region; it must offer Flex Consumption with Python 3.13.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Name of the resource group; empty for rg-<environment>.')
param resourceGroupName string = ''

@description('Who is told when something needs attention; empty for nobody.')
param alertEmail string = ''

@description('Keep the vault and its secrets from being purged before the time is up. On for production: the vault\'s name then stays taken for 90 days after a deletion.')
param purgeProtection bool = true

@description('Lock the storage accounts and the vault against deletion.')
param deletionLock bool = true

@description('Spread the app over the zones of the region, and keep three copies of the data in them.')
param zoneRedundant bool = false

@description('Reach storage and vault over private endpoints only.')
param privateNetwork bool = false

@description('Instances kept warm for requests; with zone redundancy it is none, or at least 2.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Instances at most.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Memory of an instance, in MB.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int = 2048

@description('Gigabytes of telemetry a day at most; what comes after is dropped until the next day.')
@minValue(1)
param dailyTelemetryGigabytes int = 1

@description('How many days activities are kept at least.')
@minValue(31)
@maxValue(3660)
param activityRetentionDays int = 400

@description('Where people and identity providers reach the app, such as https://rollcall.contoso.com; empty for its own host name.')
param publicUrl string = ''

@description('Where holes are to be reported, for /.well-known/security.txt: mailto:… or https://…; empty for nowhere.')
param securityContact string = ''

var tags = {
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: tags
}

module resources 'resources.bicep' = {
  name: 'resources'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    alertEmail: alertEmail
    purgeProtection: purgeProtection
    deletionLock: deletionLock
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    dailyTelemetryGigabytes: dailyTelemetryGigabytes
    activityRetentionDays: activityRetentionDays
    publicUrl: publicUrl
    securityContact: securityContact
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = resources.outputs.AZURE_FUNCTION_APP_NAME
output AZURE_STORAGE_ACCOUNT_NAME string = resources.outputs.AZURE_STORAGE_ACCOUNT_NAME
output AZURE_BACKUP_ACCOUNT_NAME string = resources.outputs.AZURE_BACKUP_ACCOUNT_NAME
output AZURE_KEY_VAULT_NAME string = resources.outputs.AZURE_KEY_VAULT_NAME
@description('What is pasted into Entra ID and Okta.')
output SCIM_ENDPOINT_URL string = resources.outputs.SCIM_ENDPOINT_URL
output CONSOLE_URL string = resources.outputs.CONSOLE_URL
output API_URL string = resources.outputs.API_URL
