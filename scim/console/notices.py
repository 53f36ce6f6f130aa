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
    "user-added": Sentence("User added."),
    "user-saved": Sentence("Saved."),
    "user-deactivated": Sentence("User deactivated."),
    "user-reactivated": Sentence("User reactivated."),
    "user-deleted": Sentence("User deleted. It can be restored for 30 days."),
    "user-restored": Sentence("User restored."),
    "administrator-granted": Sentence("System administrator added."),
    "administrator-revoked": Sentence("System administrator removed."),
    "mfa-reset": Sentence("MFA reset. A new authenticator app is set up at the next sign-in."),
    "sessions-ended": Sentence("All sessions ended."),
    "role-given": Sentence("Role added."),
    "role-taken": Sentence("Native role removed."),
    "adoption-approved": Sentence("Approved. The identity provider manages the account now."),
    "adoption-rejected": Sentence("Rejected. The account stays Native."),
}
