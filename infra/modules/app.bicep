// The app, on Flex Consumption. It reaches everything as its identity: no setting holds a secret.

param name string
param location string
param tags object
param identityId string
param identityClientId string
param storageName string
param tablesUrl string
param packageUrl string
param vaultUrl string
param backupContainerUrl string
param insightsConnectionString string

@description('The subnet that the app calls from; empty for none.')
param subnetId string
param zoneRedundant bool
param alwaysReadyInstances int
param maximumInstances int
param instanceMemory int
param activityRetentionDays int

@description('Where people and identity providers reach the app; empty for its own host name.')
param publicUrl string
param securityContact string

var url = empty(publicUrl) ? 'https://${name}.azurewebsites.net' : publicUrl

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'rollcall' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0 ? [] : [
          {
            name: 'http'
            instanceCount: zoneRedundant ? max(2, alwaysReadyInstances) : alwaysReadyInstances
          }
        ]
        triggers: {
          http: {
            perInstanceConcurrency: 16 // unset, an instance of Python takes one request at a time
          }
        }
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__accountName: storageName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsDisableHomepage: 'true'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL: 'true'
    APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED: 'true'
    PYTHON_ENABLE_OPENTELEMETRY: 'true' // spans of the app belong to the host's requests
    OTEL_LOGS_EXPORTER: 'none' // the host has the log already
    OTEL_METRICS_EXPORTER: 'none'
    AZURE_CLIENT_ID: identityClientId
    PUBLIC_URL: url
    TABLES_URL: tablesUrl
    KEY_VAULT_URL: vaultUrl
    BACKUP_CONTAINER_URL: backupContainerUrl
    ACTIVITY_RETENTION_DAYS: string(activityRetentionDays)
    SECURITY_CONTACT: securityContact
  }
}

resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output url string = url
