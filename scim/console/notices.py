"""What is told once, on the page that follows a change: a word in the address names it, and no text is in there."""

from collections.abc import Mapping

from scim.sentences import Sentence

NOTICES: Mapping[str, Sentence] = {
    "session-over": Sentence("Your session is over. Sign in again."),
    "signed-out": Sentence("You are signed out."),
    "password-chosen": Sentence("Your password is set. Sign in with it."),
    "password-changed": Sentence("Your password is changed, and all your sessions are ended. Sign in again."),
    "app-changed": Sentence("Your new authenticator app is set up, and all your sessions are ended. Sign in again."),
    "account-saved": Sentence("Saved."),
    "session-ended": Sentence("Session ended."),
    "access-token-removed": Sentence("Access token deleted."),
    "organization-added": Sentence("Organization added."),
    "organization-renamed": Sentence("Organization renamed."),
    "organization-deleting": Sentence("Organization is being deleted. It is gone in two minutes."),
}
