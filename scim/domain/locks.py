"""What of an account cannot be changed here, and why: one rule, told alike by the page and by the refusal (R003-R009).

An account is locked while it is managed by SCIM and its provider's SCIM switch is on (AMB-9): an expired or revoked
token does not unlock it, switching SCIM off does, and a deleted provider manages nobody.
"""

from dataclasses import dataclass

from scim.domain.providers import Provider
from scim.sentences import Sentence

MANAGED_BY_SCIM = "managed_by_scim"
"""The code of every such lock."""

DIRECTORY_FIELDS = (
    "userName",
    "givenName",
    "familyName",
    "displayName",
    "email",
    "active",
    "userType",
    "organizationId",
)
"""What the identity provider sends of an account, and the console may change of native ones (AMB-10).

What is in the profile SCIM never writes: it can be changed whoever manages the account (R006-R008).
"""


@dataclass(frozen=True, slots=True)
class Lock:
    """Why something cannot be changed here.

    Attributes:
        text: For people.
        provider_name: Where it is changed instead.
        code: For programs.
    """

    text: str
    provider_name: str
    code: str = MANAGED_BY_SCIM


def field_lock(provider: Provider | None) -> Lock | None:
    """The lock on each of `DIRECTORY_FIELDS`.

    Args:
        provider: The provider that manages the account; None for native accounts.
    """
    if provider is None or not provider.scim_enabled:
        return None
    name = provider.name
    text = Sentence(
        "This field is managed by {name} through SCIM. Change it there, or disable SCIM for this provider.", name=name
    )
    return Lock(text, name)


def account_lock(provider: Provider | None) -> Lock | None:
    """The lock on what is done to the account as a whole, such as deactivating it (R004)."""
    if provider is None or not provider.scim_enabled:
        return None
    name = provider.name
    text = Sentence(
        "This account is managed by {name} through SCIM. Change it there, or disable SCIM for this provider.", name=name
    )
    return Lock(text, name)


def deletion_lock(provider: Provider | None) -> Lock | None:
    """The lock on deleting the account (R004)."""
    if provider is None or not provider.scim_enabled:
        return None
    name = provider.name
    text = Sentence(
        "This account is managed by {name} through SCIM. Delete it there, or disable SCIM for this provider.", name=name
    )
    return Lock(text, name)


def notice(provider: Provider | None) -> str:
    """What stands above the account's fields; "" for native accounts."""
    if provider is None:
        return ""
    if provider.leaving_since is not None:
        return Sentence(
            "SCIM is off: this user is becoming Native. You can edit it, and no sync overwrites it any more."
        )
    if not provider.scim_enabled:
        return Sentence("SCIM is off: you can edit this user; the next sync may overwrite it.")
    return Sentence("Managed by SCIM ({name}). Fields with a lock are changed there.", name=provider.name)
