"""What is told once, on the page that follows a change: a word in the address names it, and no text is in there."""

from collections.abc import Mapping

from scim.sentences import Sentence

NOTICES: Mapping[str, Sentence] = {
    "session-over": Sentence("Your session is over. Sign in again."),
    "signed-out": Sentence("You are signed out."),
    "organization-added": Sentence("Organization added."),
    "organization-renamed": Sentence("Organization renamed."),
    "organization-deleting": Sentence("Organization is being deleted. It is gone in two minutes."),
    "mapping-saved": Sentence("Group mapping saved."),
    "role-added": Sentence("Role added."),
    "role-changed": Sentence("Role saved."),
    "role-deleted": Sentence("Role deleted."),
}
