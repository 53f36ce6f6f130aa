"""What is told once, on the page that follows a change: a word in the address names it, and no text is in there."""

from collections.abc import Mapping

from scim.sentences import Sentence

NOTICES: Mapping[str, Sentence] = {
    "session-over": Sentence("Your session is over. Sign in again."),
    "signed-out": Sentence("You are signed out."),
    "account-saved": Sentence("Your settings are saved."),
    "password-changed": Sentence("Your password is changed. Sign in with the new one."),
    "app-changed": Sentence("Your authenticator app is set up. Sign in with it."),
    "session-ended": Sentence("The session is ended."),
    "access-token-deleted": Sentence("The access token is deleted."),
    "organization-added": Sentence("Organization added."),
    "organization-renamed": Sentence("Organization renamed."),
    "organization-deleting": Sentence("Organization is being deleted. It is gone in two minutes."),
    "mapping-saved": Sentence("Group mapping saved."),
    "role-added": Sentence("Role added."),
    "role-changed": Sentence("Role saved."),
    "role-deleted": Sentence("Role deleted."),
    "scim-enabled": Sentence("SCIM provisioning is on."),
    "scim-disabled": Sentence("SCIM provisioning is off."),
    "token-revoked": Sentence("Token revoked."),
    "rotation-finished": Sentence("Rotation finished. The old token is revoked."),
    "rotation-cancelled": Sentence("Rotation cancelled. The new token is revoked."),
    "provider-added": Sentence("Identity provider added. Neither SSO nor SCIM is on yet."),
    "provider-changed": Sentence("Identity provider changed."),
    "provider-deleted": Sentence("Identity provider deleted. Its users become Native within minutes."),
    "provider-settings-saved": Sentence("Settings saved. They hold for SCIM requests within 30 seconds."),
    "sso-enabled": Sentence("SSO enabled."),
    "sso-disabled": Sentence("SSO disabled."),
    "sso-and-scim-disabled": Sentence("SSO disabled. SCIM provisioning is off, too."),
}
