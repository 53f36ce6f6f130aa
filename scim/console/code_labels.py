"""What codes of the API and words of the log are called on pages: as their fields and choices are."""

from collections.abc import Mapping

from scim.domain.authority import Permission
from scim.sentences import Sentence

PERMISSIONS: Mapping[Permission, Sentence] = {
    Permission.VIEW_IDENTITY: Sentence(
        "See identity providers, group mappings, roles, organizations and the system's activities"
    ),
    Permission.VIEW_ORGANIZATIONS: Sentence("See organizations and their activities"),
    Permission.VIEW_ACCOUNTS: Sentence("See all users and the roles"),
}
"""What a technician role can grant, in words."""

CODES: Mapping[str, Sentence] = {
    "active": Sentence("Active"),
    "userType": Sentence("Type"),
    "organization": Sentence("Organization"),
    "managed by": Sentence("Managed by"),
    "name": Sentence("Name"),
    "connection": Sentence("Connection"),
    "unknown attributes": Sentence("Unknown attributes"),
    "adoption": Sentence("Accounts that are here already"),
    "default organization": Sentence("Default organization"),
    "trusts mfa": Sentence("Trust the provider's MFA"),
    "idp initiated": Sentence("Let sign-ins begin at the provider"),
    "true": Sentence("Yes"),
    "false": Sentence("No"),
    "none": Sentence("none"),
    "Native": Sentence("Native"),
    "endUser": Sentence("End user"),
    "technician": Sentence("Technician"),
    "blank": Sentence("Blank"),
    "full": Sentence("Full permissions"),
    "reject": Sentence("Refuse"),
    "ignore": Sentence("Ignore"),
    "defaultMissing": Sentence("Use the default organization when none is sent"),
    "defaultUnknown": Sentence("Use the default organization in both cases"),
    "automatic": Sentence("SCIM manages the account from then on"),
    "ask": Sentence("An administrator decides"),
    "never": Sentence("The account stays Native"),
    **{permission.value: label for permission, label in PERMISSIONS.items()},
}
"""Of `scim.sentences.Code`, by the code."""
