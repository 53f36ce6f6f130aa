"""Changing accounts: fields, state, deletion, and the way back.

What SCIM manages is locked (`scim.domain.locks`); what only the console manages is not. A request is checked whole
before anything is written, and written in one transaction.
"""

from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from scim.admin.account_documents import value_of, with_fields
from scim.admin.accounts import Account, load
from scim.admin.administrator_changes import LAST_ADMINISTRATOR, refuse_last, require_proof_for
from scim.admin.concurrency import until_settled
from scim.admin.context import Context
from scim.admin.problems import Conflicting, Invalid
from scim.admin.records import note_able
from scim.admin.services import Services
from scim.domain.accounts import NATIVE_POLICIES
from scim.domain.activities import Status, organizations_of, standing_changes
from scim.domain.authority import Action
from scim.domain.locks import Lock, account_lock, deletion_lock, field_lock
from scim.domain.people import AuthenticationType, Profile
from scim.domain.ports import LastAdministrator, NameTaken
from scim.domain.providers import Provider
from scim.domain.resources import document_text
from scim.domain.users import (
    Standing,
    User,
    UserType,
    needs_organization,
    requested_organization,
    spelled_out,
    standing_beside,
    standing_of,
)
from scim.errors import InvalidValue
from scim.schema.attributes import Document
from scim.sentences import Sentence

OWN_FIELDS = frozenset({"phone", "language", "time_zone", "idle_warning_minutes", "notifications"})
"""Fields of the profile that everybody may change of their own account."""
_CRITICAL_FIELDS = frozenset({"active", "userType", "userName"})
"""Fields whose change takes a recent sign-in, and a code if it is an administrator's."""
_LAST_DEACTIVATED = Sentence("The last active system administrator cannot be deactivated.")
_LAST_DELETED = Sentence("The last active system administrator cannot be deleted.")
_LAST_NATIVE = Sentence("At least one active system administrator who can sign in natively must remain.")
_LAST_CHANGED = Sentence("The last active system administrator cannot be changed.")
_AUTHENTICATION_TYPE = "authentication_type"
_JUDGED_FIELDS = frozenset({"userType", "organizationId"})
"""Fields whose change has the kind and the organization judged anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is to be changed; what is not named stays.

    Attributes:
        directory: Of `DIRECTORY_FIELDS`, by their names; None takes a value away.
        profile: Of `Profile`, by attribute.
    """

    directory: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)


async def edit(
    context: Context, account_id: str, wanted: Edit, if_match: str | None, proof: str | None = None
) -> Account:
    """Change fields; all of them or none. Values that are as they were change nothing, and are never refused.

    Raises:
        Denied: Not an administrator; one's own settings need none. For `_CRITICAL_FIELDS` and the authentication type:
            not recently signed in, or `mfa_required`.
        Missing: There is no account with this id.
        Changed: It is not as the administrator read it.
        Invalid: A value that a field does not take.
        Conflicting: `managed_by_scim`, `name_taken`, `last_administrator`, `is_administrator`.
    """
    _check_authority(context, account_id, wanted)
    if not _CRITICAL_FIELDS.isdisjoint(wanted.directory) or _AUTHENTICATION_TYPE in wanted.profile:
        await _check_proof(context, await load(context, account_id), wanted, if_match, proof)

    async def attempt() -> Account:
        account = await load(context, account_id)
        account.check_version(if_match)
        before = account.user
        changed = {name: value for name, value in wanted.directory.items() if value != value_of(before, name)}
        refuse_locked(account.provider, tuple(changed))
        profile = _profile(context, account, wanted)
        settings = tuple(name for name in wanted.profile if getattr(profile, name) != getattr(account.profile, name))
        if not changed and not settings:
            return account
        after = await _edited(context, account, changed) if changed else before
        activity = context.activity(
            _status(before, after),
            "user",
            after.id,
            after.user_name,
            provider=after.provider,
            organizations=organizations_of(before, after),
            changed=(*changed, *settings),
            detail=standing_changes(before, after),
        )
        is_last = _LAST_DEACTIVATED if before.standing.active and not after.standing.active else _LAST_CHANGED
        if _AUTHENTICATION_TYPE in settings and before is after:
            is_last = _LAST_NATIVE
        async with _counted_anew(context.services, before, profile, settings, is_last):
            write = context.services.accounts.edit(before, after, profile, activity)
            user, stored = await refusing(write, is_last, after.user_name)
        return replace(account, user=user, profile=stored)

    return await until_settled(attempt)


async def set_active(
    context: Context, account_id: str, if_match: str | None, proof: str | None = None, *, active: bool
) -> Account:
    """Deactivate an account, whose sessions end, or reactivate it: it has its roles again (AMB-34).

    Raises:
        See `edit`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    account = await load(context, account_id)
    if (lock := account_lock(account.provider)) and account.user.standing.active != active:
        account.check_version(if_match)
        raise _locked(lock, ())
    return await edit(context, account_id, Edit(directory={"active": active}), if_match, proof)


async def delete(context: Context, account_id: str, if_match: str | None, proof: str | None = None) -> None:
    """Delete an account: its name is free, its sessions and tokens end, and for thirty days it can be restored (AMB-1).

    Raises:
        Denied: Not an administrator, not recently signed in, or `mfa_required`: it is an administrator.
        Missing: There is no account with this id.
        Changed: It is not as the administrator read it.
        Conflicting: `managed_by_scim` or `last_administrator`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    deleted = (await _deletable(context, account_id, if_match)).user
    await refuse_last(context, deleted, _LAST_DELETED)
    await require_proof_for(context, deleted, proof)

    async def attempt() -> None:
        user = (await _deletable(context, account_id, if_match)).user
        groups = await context.services.users.groups_of(user.id)
        activity = context.activity(
            Status.ACCOUNT_DELETED,
            "user",
            user.id,
            user.user_name,
            provider=user.provider,
            organizations=organizations_of(user),
        )
        await refusing(context.services.users.delete(user, groups, activity), _LAST_DELETED, user.user_name)

    await until_settled(attempt)


async def _deletable(context: Context, account_id: str, if_match: str | None) -> Account:
    account = await load(context, account_id)
    account.check_version(if_match)
    if lock := deletion_lock(account.provider):
        raise _locked(lock, ())
    return account


def refuse_locked(provider: Provider | None, fields: tuple[str, ...]) -> None:
    """Refuse to change what SCIM manages (R003, R009).

    Raises:
        Conflicting: `managed_by_scim`, with the text that the page shows.
    """
    lock = field_lock(provider)
    if lock and fields:
        raise _locked(lock, fields)


async def assess(context: Context, document: Document) -> Standing:
    """What a document amounts to that an administrator asks for.

    By the rules that SCIM has to keep, too, and no provider's policy: what somebody types is meant (AMB-7).

    Raises:
        Invalid: An end user without an organization, or in one that does not exist.
    """
    needed = needs_organization(document)
    exists = needed is None or await context.services.organizations.exists(needed)
    try:
        return standing_of(document, NATIVE_POLICIES, organization_exists=exists)
    except InvalidValue as refused:
        given = requested_organization(document)
        text = (
            Sentence('There is no organization with the ID "{given}". Give an organization ID or "All".', given=given)
            if given
            else Sentence('An end user needs an organization. Give an organization ID or "All".')
        )
        raise Invalid(text, "organizationId", "organization") from refused


async def refusing[T](write: Awaitable[T], is_last: Sentence, user_name: str) -> T:
    """The result of a write, whose refusals are told as problems.

    Args:
        write: See `users.update`.
        is_last: What is told if nobody could administer after it.
        user_name: What the account would be called.

    Raises:
        Conflicting: `name_taken` or `last_administrator`.
    """
    try:
        return await write
    except NameTaken as taken:
        raise name_taken(user_name) from taken
    except LastAdministrator as last:
        raise Conflicting(is_last, LAST_ADMINISTRATOR) from last


def name_taken(user_name: str) -> Conflicting:
    """The refusal of a userName that somebody has."""
    return Conflicting(
        Sentence('A user with userName "{user_name}" already exists.', user_name=user_name), "name_taken"
    )


def _check_authority(context: Context, account_id: str, wanted: Edit) -> None:
    is_own = account_id == context.principal.account_id
    if not (is_own and not wanted.directory and OWN_FIELDS.issuperset(wanted.profile)):
        context.require(Action.MANAGE_ACCOUNTS)


async def _check_proof(
    context: Context, account: Account, wanted: Edit, if_match: str | None, proof: str | None
) -> None:
    """Ask for a code for what opens or closes an administrator's way in; for what changes nothing, for none."""
    account.check_version(if_match)
    changed = [name for name in _CRITICAL_FIELDS & wanted.directory.keys() if _differs(account, wanted, name)]
    refuse_locked(account.provider, tuple(changed))
    how = wanted.profile.get(_AUTHENTICATION_TYPE, account.authentication_type)
    if not changed and how == account.authentication_type:
        return
    context.require_recent(Action.MANAGE_ACCOUNTS)
    if how is AuthenticationType.SSO and how != account.authentication_type:
        await refuse_last(context, account.user, _LAST_NATIVE)
    if "active" in changed and not wanted.directory["active"]:
        await refuse_last(context, account.user, _LAST_DEACTIVATED)
    if changed != ["userType"]:  # which is refused to administrators
        await require_proof_for(context, account.user, proof)


def _profile(context: Context, account: Account, wanted: Edit) -> Profile:
    """The profile as wanted. A default that is asked for stays one; with another way to sign in, sessions end."""
    settings = dict(wanted.profile)
    if _AUTHENTICATION_TYPE in settings:
        if settings[_AUTHENTICATION_TYPE] == account.authentication_type:
            del settings[_AUTHENTICATION_TYPE]
        else:
            settings["sessions_end"] = context.now
    return replace(account.profile, **settings)


@asynccontextmanager
async def _counted_anew(
    services: Services, user: User, profile: Profile, settings: Collection[str], is_last: Sentence
) -> AsyncIterator[None]:
    """Around a write: an administrator who goes to single sign-on no longer counts as able to sign in natively.

    Raises:
        Conflicting: `last_administrator`; nothing was written.
    """
    if _AUTHENTICATION_TYPE not in settings:
        yield
        return
    is_leaving = user.administrator and profile.authentication_type is AuthenticationType.SSO
    if is_leaving:
        try:
            await services.administrator_guard.disenrolling(user)
        except LastAdministrator as last:
            raise Conflicting(is_last, LAST_ADMINISTRATOR) from last
    try:
        yield
    finally:
        if is_leaving:
            await services.administrator_guard.disenrolled(user)
        await note_able(services, user)


def _differs(account: Account, wanted: Edit, name: str) -> bool:
    return bool(wanted.directory[name] != value_of(account.user, name))


async def _edited(context: Context, account: Account, fields: Mapping[str, Any]) -> User:
    if _JUDGED_FIELDS.isdisjoint(fields):
        document = with_fields(account.user.document(), fields)
        standing = standing_beside(document, account.user.standing)
    else:
        document = with_fields(spelled_out(account.user).document(), fields)
        standing = await assess(context, document)
    if account.user.administrator and standing.user_type is UserType.END_USER:
        raise Conflicting(
            Sentence("A system administrator cannot become an end user. Switch System administrator off first."),
            "is_administrator",
        )
    return replace(account.user, text=document_text(document), modified=context.now, standing=standing)


def _status(before: User, after: User) -> Status:
    if before.standing.active == after.standing.active:
        return Status.ACCOUNT_UPDATED
    return Status.ACCOUNT_REACTIVATED if after.standing.active else Status.ACCOUNT_DEACTIVATED


def _locked(lock: Lock, fields: tuple[str, ...]) -> Conflicting:
    facts: dict[str, object] = {"provider": lock.provider_name}
    if fields:
        facts["errors"] = [{"field": name, "message": lock.text} for name in fields]
    return Conflicting(lock.text, lock.code, facts)
