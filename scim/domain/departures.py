"""What becomes of a provider's users and tokens when it is deleted, or lets its users go.

Whoever does a step, the request or the timer after a crash, records it in the same words and under the same id: twice
is once.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from scim.domain.activities import ROLLCALL, Activity, Actor, Status, organizations_of
from scim.domain.details import NATIVE_MANAGER, NO_DETAIL, change
from scim.domain.groups import Group
from scim.domain.ports import Activities, Tokens, TokenVault
from scim.domain.ports.people import VaultSecrets
from scim.domain.providers import NATIVE, Deletion, Provider
from scim.domain.sso import client_secret_name
from scim.domain.token_closing import TokenCloser
from scim.domain.tokens import Ending, EndReason
from scim.domain.users import User, spelled_out
from scim.sentences import Sentence

REASON = Sentence("provider deleted")
"""Why a group went."""


def native(user: User, provider: Provider, at: datetime, *, roles_kept: int = 0) -> tuple[User, Activity]:
    """The native account that a user becomes, and the record of it.

    It stays of the kind and in the organization in which the provider's policies put it.

    Args:
        user: As read.
        provider: Whom the user leaves.
        at: When.
        roles_kept: How many roles from groups the account now has natively.
    """
    after = replace(spelled_out(user), provider=NATIVE, modified=max(user.modified, at))
    kept = Sentence("roles from groups kept: {number}", number=roles_kept) if roles_kept else NO_DETAIL
    activity = Activity(
        id=derived_id(at, "native", user.id, user.version),
        time=at,
        status=Status.ACCOUNT_UPDATED,
        provider=provider.id,
        actor=ROLLCALL,
        subject_kind="user",
        subject_id=user.id,
        subject_name=user.user_name,
        organizations=organizations_of(user),
        changed=("provider",),
        detail=Sentence.joined([change("managed by", provider.name, NATIVE_MANAGER), kept]),
    )
    return after, activity


def group_removal(group: Group, provider: Provider, at: datetime) -> Activity:
    """The record that a group went, because its provider does not manage anybody any more."""
    return Activity(
        id=derived_id(at, "group", group.id, group.version),
        time=at,
        status=Status.USER_GROUP_DELETED,
        provider=provider.id,
        actor=ROLLCALL,
        subject_kind="group",
        subject_id=group.id,
        subject_name=group.display_name,
        detail=REASON if provider.deletion else Sentence("its members became Native"),
    )


def deletion(provider: Provider, done: Deletion) -> Activity:
    """The record of a provider's deletion (R119)."""
    return Activity(
        id=derived_id(done.at, "deleted", provider.id),
        time=done.at,
        status=Status.SSO_DELETED,
        provider=provider.id,
        actor=_person(done),
        subject_kind="provider",
        subject_id=provider.id,
        subject_name=provider.name,
        detail=Sentence("its users become Native"),
    )


async def end_tokens(
    tokens: Tokens, vault: TokenVault, activities: Activities, provider: Provider, done: Deletion
) -> None:
    """End a deleted provider's tokens; they are dead without it, since their provider is not found any more."""
    ending = Ending(at=done.at, reason=EndReason.PROVIDER_DELETED, actor=_person(done))
    await TokenCloser(tokens, vault, activities).close_all(provider.id, ending)


async def forget_client_secret(secrets: VaultSecrets, provider: Provider) -> None:
    """Delete the client secret of a provider that was deleted; without its configuration nobody reads it any more."""
    await secrets.delete(client_secret_name(provider.id))


def derived_id(moment: datetime, *parts: str) -> str:
    """A UUIDv7 of a moment, the same for the same parts."""
    milliseconds = int(moment.timestamp() * 1000)
    chance = int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:10])
    return str(UUID(int=milliseconds << 80 | 7 << 76 | (chance >> 62 & 0xFFF) << 64 | 2 << 62 | chance & (2**62 - 1)))


def _person(done: Deletion) -> Actor:
    return Actor(kind="account", id=done.account_id, request_id=done.request_id, name=done.by, mfa=True)
