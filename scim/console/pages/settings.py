"""Administration → Settings: what holds for the whole tenant, and where each of it is set."""

from collections.abc import Mapping

from scim.admin.rules import rules
from scim.admin.step_up import CriticalAction
from scim.console.paths import SETTINGS
from scim.console.routing import Page
from scim.console.views import Outcome, view
from scim.console.visits import Visit
from scim.domain.providers import AdoptionPolicy, OrganizationPolicy
from scim.schema.values import UnknownAttributes
from scim.sentences import Sentence

CRITICAL: Mapping[CriticalAction, Sentence] = {
    CriticalAction.REVOKE_TOKEN: Sentence("Revoke a SCIM token, finish or cancel a rotation"),
    CriticalAction.CHANGE_SSO: Sentence("Change the connection by which people sign in at a provider"),
    CriticalAction.ENABLE_SSO: Sentence("Enable SSO"),
    CriticalAction.DISABLE_SSO: Sentence("Disable SSO"),
    CriticalAction.DELETE_PROVIDER: Sentence("Delete an identity provider"),
    CriticalAction.GRANT_ADMINISTRATOR: Sentence("Make somebody a system administrator"),
    CriticalAction.REVOKE_ADMINISTRATOR: Sentence("Take that away from somebody"),
    CriticalAction.CHANGE_ADMINISTRATOR: Sentence("Deactivate, delete or invite a system administrator"),
    CriticalAction.RESET_MFA: Sentence("Reset somebody's authenticator app"),
    CriticalAction.CREATE_ACCESS_TOKEN: Sentence("Make an access token, after a sign-in at a provider"),
}
ORGANIZATION_POLICIES: Mapping[OrganizationPolicy, Sentence] = {
    OrganizationPolicy.REJECT: Sentence("Refuse a missing or unknown one"),
    OrganizationPolicy.DEFAULT_MISSING: Sentence("Default for a missing one"),
    OrganizationPolicy.DEFAULT_UNKNOWN: Sentence("Default for a missing or unknown one"),
}
ADOPTION_POLICIES: Mapping[AdoptionPolicy, Sentence] = {
    AdoptionPolicy.AUTOMATIC: Sentence("Automatic"),
    AdoptionPolicy.ASK: Sentence("Ask"),
    AdoptionPolicy.NEVER: Sentence("Never"),
}
UNKNOWN_ATTRIBUTES: Mapping[UnknownAttributes, Sentence] = {
    UnknownAttributes.IGNORE: Sentence("Ignore"),
    UnknownAttributes.REJECT: Sentence("Refuse"),
}


async def show(visit: Visit) -> Outcome:
    """All of them, to be read."""
    return view(
        "settings.html",
        rules=await rules(visit.context),
        critical=CRITICAL,
        organization_policies=ORGANIZATION_POLICIES,
        adoption_policies=ADOPTION_POLICIES,
        unknown_attributes=UNKNOWN_ATTRIBUTES,
    )


PAGES = (Page(path=f"/{SETTINGS}", show=show, place=SETTINGS),)
