"""The schema that Entra ID gives to a new SCIM job, in its shape and with its default mappings, shortened."""

from typing import Any

from tests.ops.entra.expressions import parse

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
RULE = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"

_SOURCE_ATTRIBUTES = [
    "objectId",
    "userPrincipalName",
    "IsSoftDeleted",
    "accountEnabled",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "mailNickname",
    "department",
    "jobTitle",
    "employeeId",
    "preferredLanguage",
    "manager",
    "telephoneNumber",
    "mobile",
    "appRoleAssignments",
    "extensionAttribute1",
    "extensionAttribute2",
]
_USER = {
    "userName": "[userPrincipalName]",
    "active": 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    "displayName": "[displayName]",
    "title": "[jobTitle]",
    'emails[type eq "work"].value': "[mail]",
    "preferredLanguage": "[preferredLanguage]",
    "name.givenName": "[givenName]",
    "name.familyName": "[surname]",
    'phoneNumbers[type eq "work"].value': "[telephoneNumber]",
    "externalId": "[mailNickname]",
    f"{ENTERPRISE}:employeeNumber": "[employeeId]",
    f"{ENTERPRISE}:department": "[department]",
    f"{ENTERPRISE}:manager": "[manager]",
}
_GROUP = {"displayName": "[displayName]", "externalId": "[objectId]", "members": "[members]"}


def new_schema() -> dict[str, Any]:
    """A fresh copy."""
    return {
        "id": "scim.schema",
        "version": "v1",
        "directories": [
            _directory("Azure Active Directory", {"User": _SOURCE_ATTRIBUTES, "Group": ["objectId", "members"]}),
            _directory("customappsso", {ENTERPRISE: ["id", *_USER], CORE_GROUP: ["id", *_GROUP]}),
        ],
        "synchronizationRules": [
            {
                "id": RULE,
                "name": "USERGROUP_OUTBOUND_USERGROUP",
                "priority": 1,
                "editable": True,
                "sourceDirectoryName": "Azure Active Directory",
                "targetDirectoryName": "customappsso",
                "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
                "objectMappings": [
                    _object("Provision Microsoft Entra ID Groups", "Group", CORE_GROUP, _GROUP, "displayName"),
                    _object("Provision Microsoft Entra ID Users", "User", ENTERPRISE, _USER, "userName"),
                ],
            }
        ],
    }


def mapping(target: str, expression: str, *, matching: int = 0) -> dict[str, Any]:
    """An attribute mapping as Graph shows it."""
    return {
        "targetAttributeName": target,
        "source": parse(expression),
        "matchingPriority": matching,
        "flowType": "Always",
        "flowBehavior": "FlowWhenChanged",
        "defaultValue": None,
        "exportMissingReferences": False,
    }


def _object(name, source, target, mappings, matching):
    return {
        "name": name,
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "sourceObjectName": source,
        "targetObjectName": target,
        "scope": None,
        "metadata": [{"key": "IsCustomerDefined", "value": "false"}],
        "attributeMappings": [mapping(to, text, matching=int(to == matching)) for to, text in mappings.items()],
    }


def _directory(name, objects):
    return {
        "id": f"directory {name}",
        "name": name,
        "readOnly": False,
        "discoverabilities": "None",
        "objects": [
            {"name": kind, "supportedApis": [], "metadata": [], "attributes": [_attribute(each) for each in attributes]}
            for kind, attributes in objects.items()
        ],
    }


def _attribute(name):
    return {
        "name": name,
        "type": "Boolean" if name in ("active", "IsSoftDeleted", "accountEnabled") else "String",
        "required": False,
        "anchor": name in ("id", "objectId"),
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": False,
        "mutability": "ReadWrite",
        "apiExpressions": [],
        "metadata": [],
        "referencedObjects": [],
    }
