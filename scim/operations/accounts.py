"""What the operations on users share: who a provider may see, and what it may do to them."""

from scim.domain.activities import Activity, organizations_of, standing_changes, updated_status
from scim.domain.details import first_of
from scim.domain.ports import LastAdministrator, NameTaken
from scim.domain.providers import NATIVE, AdoptionPolicy, Provider
from scim.domain.users import Standing, User, UserType, is_adoptable, needs_organization, standing_of
from scim.errors import Forbidden, NotFound, ScimError, Uniqueness
from scim.operations.context import Call
from scim.schema.attributes import Document
from scim.sentences import Sentence

_NAMED = 50
"""Ignored names that an activity lists."""


async def visible_user(call: Call, user_id: str) -> User:
    """The provider's user, or the native account that its next write would adopt.

    Raises:
        NotFound: Neither; also for users of other providers, which to this one do not exist.
    """
    users = call.services.users
    user = await users.get(call.provider.id, user_id)
    if user is None and may_adopt(call.provider):
        native = await users.get(NATIVE, user_id)
        if native is None:
            user = await users.get(call.provider.id, user_id)  # it may have been adopted between the two looks
        elif is_adoptable(native, call.provider):
            user = native
    if user is None:
        raise NotFound("There is no user with this id.")
    return user


def may_adopt(provider: Provider) -> bool:
    """Whether it is worth looking at native accounts at all."""
    return provider.policies.adoption is AdoptionPolicy.AUTOMATIC and bool(provider.email_domains)


async def assess(call: Call, document: Document) -> Standing:
    """What a user's document amounts to; looks the organization up when there is one to check.

    Raises:
        InvalidValue: See `standing_of`.
    """
    needed = needs_organization(document)
    exists = needed is None or await call.services.organizations.exists(needed)
    return standing_of(document, call.provider, organization_exists=exists)


async def updated(call: Call, before: User, after: User, changed: tuple[str, ...], ignored: tuple[str, ...]) -> User:
    """Store a changed user, with its activity.

    Raises:
        VersionConflict: It changed since `before` was read.
        Uniqueness: Its new userName is taken.
        Forbidden: A rule about system administrators.
    """
    if after.administrator and after.standing.user_type is UserType.END_USER:
        raise Forbidden("A system administrator cannot become an end user. Remove the role in the console first.")
    names = {call.provider.id: call.provider.name}
    activity = Activity(
        id=call.services.identifiers.new(),
        time=after.modified,
        status=updated_status(before, after),
        provider=call.provider.id,
        actor=call.actor,
        subject_kind="user",
        subject_id=after.id,
        subject_name=after.user_name,
        organizations=organizations_of(before, after),
        changed=changed,
        detail=detail(standing_changes(before, after, names), ignored),
    )
    try:
        return await call.services.users.update(before, after, activity)
    except NameTaken as taken:
        raise await name_conflict(call, taken, after.user_name) from taken
    except LastAdministrator as last:
        raise last_administrator("deactivated") from last


def detail(done: Sentence, ignored: tuple[str, ...]) -> Sentence:
    """The detail of an activity, with the names of what was sent and is not known here, or the first of them."""
    if not ignored:
        return done
    return Sentence.joined([done, Sentence("ignored: {names}", names=first_of(ignored, _NAMED))])


def last_administrator(verb: str) -> ScimError:
    """The refusal that keeps one administrator able to sign in."""
    return Forbidden(f"The last active system administrator cannot be {verb}.")


async def name_conflict(call: Call, taken: NameTaken, user_name: str) -> ScimError:
    """The refusal of a userName that is held.

    A native account that waits for an administrator's decision is put in the provider's adoption queue.
    """
    if taken.holder == call.provider.id:
        return Uniqueness(f'A user with userName "{user_name}" already exists.')
    if taken.holder != NATIVE:
        return Uniqueness(f'"{user_name}" is managed by another identity provider.')
    holder = await call.services.users.get(NATIVE, taken.holder_id)
    if holder is None or not _waits_for_decision(holder, call.provider):
        return Uniqueness(f'"{user_name}" is a native account here.')
    await call.services.users.ask_for_adoption(call.provider, holder.id, call.services.clock.now())
    return Uniqueness(f'"{user_name}" is a native account here. An administrator can hand it over in the console.')


def _waits_for_decision(holder: User, provider: Provider) -> bool:
    policy = provider.policies.adoption
    return policy is AdoptionPolicy.ASK or (policy is AdoptionPolicy.AUTOMATIC and holder.administrator)
