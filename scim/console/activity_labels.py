"""What the log's statuses and the like are called on pages: in catalogs, as all other texts."""

from collections.abc import Mapping

from scim.domain.activities import ActivityType, Status, SubjectKind
from scim.sentences import Sentence

STATUSES: Mapping[Status, Sentence] = {
    Status.END_USER_CREATED: Sentence("End User Created"),
    Status.END_USER_UPDATED: Sentence("End User Updated"),
    Status.END_USER_DISABLED: Sentence("End User Disabled"),
    Status.TECHNICIAN_CREATED: Sentence("Technician Created"),
    Status.TECHNICIAN_DELETED: Sentence("Technician Deleted"),
    Status.TECHNICIAN_UPDATED: Sentence("Technician Updated"),
    Status.TOKEN_CREATED: Sentence("Token Created"),
    Status.TOKEN_REMOVED: Sentence("Token Removed"),
    Status.USER_GROUP_CREATED: Sentence("User group Created"),
    Status.USER_GROUP_DELETED: Sentence("User group Deleted"),
    Status.USER_GROUP_UPDATED: Sentence("User group Updated"),
    Status.SSO_CREATED: Sentence("Created"),
    Status.SSO_DELETED: Sentence("Deleted"),
    Status.SSO_DISABLED: Sentence("Disabled"),
    Status.SSO_ENABLED: Sentence("Enabled"),
    Status.SSO_UPDATED: Sentence("SSO Updated"),
    Status.SCIM_ENABLED: Sentence("SCIM Enabled"),
    Status.SCIM_DISABLED: Sentence("SCIM Disabled"),
    Status.TOKEN_EXPIRING: Sentence("Token Expiring"),
    Status.ACCOUNT_CREATED: Sentence("Account Created"),
    Status.ACCOUNT_UPDATED: Sentence("Account Updated"),
    Status.ACCOUNT_DEACTIVATED: Sentence("Account Deactivated"),
    Status.ACCOUNT_REACTIVATED: Sentence("Account Reactivated"),
    Status.ACCOUNT_DELETED: Sentence("Account Deleted"),
    Status.ACCOUNT_RESTORED: Sentence("Account Restored"),
    Status.ACCOUNT_ADOPTED: Sentence("Account Adopted"),
    Status.ACCOUNT_ROLES_UPDATED: Sentence("Account Roles Updated"),
    Status.ADMINISTRATOR_ADDED: Sentence("System Administrator Added"),
    Status.ADMINISTRATOR_REMOVED: Sentence("System Administrator Removed"),
    Status.MFA_ENROLLED: Sentence("MFA Enrolled"),
    Status.MFA_RESET: Sentence("MFA Reset"),
    Status.PASSWORD_CHANGED: Sentence("Password Changed"),
    Status.SIGNED_IN: Sentence("Signed In"),
    Status.SIGN_IN_LOCKED: Sentence("Sign-in Locked"),
    Status.ACCESS_TOKEN_CREATED: Sentence("Access Token Created"),
    Status.ACCESS_TOKEN_REMOVED: Sentence("Access Token Removed"),
    Status.ORGANIZATION_CREATED: Sentence("Organization Created"),
    Status.ORGANIZATION_UPDATED: Sentence("Organization Updated"),
    Status.ORGANIZATION_DELETED: Sentence("Organization Deleted"),
    Status.ROLE_CREATED: Sentence("Role Created"),
    Status.ROLE_UPDATED: Sentence("Role Updated"),
    Status.ROLE_DELETED: Sentence("Role Deleted"),
}

TYPES: Mapping[ActivityType, Sentence] = {
    ActivityType.SSO: Sentence("SSO"),
    ActivityType.ACCOUNT: Sentence("Account"),
    ActivityType.ORGANIZATION: Sentence("Organization"),
    ActivityType.ROLE: Sentence("Role"),
}

FAMILY_NAMES: Mapping[str, Sentence] = {
    "SCIM": Sentence("SCIM"),
    "SSO": Sentence("SSO"),
    "More": Sentence("More"),
    "Account": Sentence("Account"),
    "Organization": Sentence("Organization"),
    "Role": Sentence("Role"),
}

KINDS: Mapping[SubjectKind, Sentence] = {
    "user": Sentence("User"),
    "group": Sentence("Identity group"),
    "token": Sentence("Token"),
    "provider": Sentence("Identity provider"),
    "organization": Sentence("Organization"),
    "role": Sentence("Role"),
    "accessToken": Sentence("Access token"),
}
