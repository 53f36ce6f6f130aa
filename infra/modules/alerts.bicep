// What somebody is told by e-mail: one rule for each thing that can go wrong, as a question to the logs.
// docs/deployment.md lists them; what the app must log for them is in tests/infrastructure.

param location string
param tags object
param email string
param insightsId string

var rules = [
  {
    name: 'server-errors'
    title: 'Rollcall answers with 5xx'
    severity: 1
    every: 'PT5M'
    over: 'PT5M'
    threshold: 5
    query: 'requests | where toint(resultCode) >= 500'
  }
  {
    name: 'unknown-tokens'
    title: 'Many requests come with tokens that are not valid (401)'
    severity: 2
    every: 'PT15M'
    over: 'PT15M'
    threshold: 50
    query: 'requests | where toint(resultCode) == 401'
  }
  {
    name: 'token-expiring'
    title: 'A provisioning token expires soon, or has expired'
    severity: 2
    every: 'PT1H'
    over: 'PT2H' // the app says it once, and lines may come late
    threshold: 0
    query: 'traces | where message matches regex "^(token_expiries_told number|tokens_expired settled)=[1-9]"'
  }
  {
    name: 'timer-failed'
    title: 'A timer of Rollcall failed'
    severity: 2
    every: 'PT1H'
    over: 'PT1H'
    threshold: 2
    query: 'requests | where operation_Name in ("SweepJobs", "PurgeBookmarks", "PurgeTombstones", "ExpireTokens", "FinishRotations", "WarnOfExpiry", "FinishOrganizations", "ClearRoles", "DrainActivities", "PurgeActivities", "FoldCounters", "ReleaseUsers", "PurgeSignIns", "BackUp") | where success == false'
  }
  {
    name: 'work-left'
    title: 'Rollcall logged an error: some work was left undone'
    severity: 3
    every: 'PT1H'
    over: 'PT1H'
    threshold: 0
    query: 'traces | where severityLevel >= 3 and tostring(customDimensions.Category) endswith ".User"'
  }
  {
    name: 'provider-silent'
    title: 'An identity provider has not called for a day'
    severity: 3
    every: 'PT1H'
    over: 'PT2H'
    threshold: 0
    query: 'traces | where message startswith "provider_silent "'
  }
  {
    name: 'backup-missing'
    title: 'No backup was finished for 26 hours'
    severity: 1
    every: 'PT1H'
    over: 'P2D' // an app that logs for less than 26 hours is too young to have a backup
    threshold: 0
    query: 'traces | summarize finished = countif(message startswith "backup_finished " and timestamp > ago(26h)), older = countif(timestamp < ago(26h)) | where finished == 0 and older > 0'
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-rollcall'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'rollcall'
    enabled: true
    emailReceivers: [
      {
        name: 'administrators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in rules: {
  name: 'rollcall-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.title
    severity: rule.severity
    enabled: true
    evaluationFrequency: rule.every
    windowSize: rule.over
    scopes: [
      insightsId
    ]
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: rule.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}]
