"""The roles of one account: which, where each comes from, and giving and taking Native ones (R088-R093).

What a group gives is changed in the identity provider, or in Group Mapping; what an administrator gave is changed here,
also on accounts that SCIM manages (AMB-25).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scim.admin import accounts, impacts
from scim.admin.concurrency import until_settled
from scim.admin.context import Context
from scim.admin.effective_roles import Circumstances, circumstances
from scim.admin.impacts import Preview
from scim.admin.problems import Conflicting, Invalid, Missing
from scim.admin.roles import get as get_role
from scim.domain.activities import Activity, Status, organizations_of
from scim.domain.authority import Action
from scim.domain.groups import Group
from scim.domain.mapping import GroupMapping
from scim.domain.people import NativeRole, Profile
from scim.domain.providers import NATIVE
from scim.domain.roles import MAX_NATIVE_ROLES, Person, Role, Rules, Source, effective, is_in_force, place, sources
from scim.domain.users import User, display_name
from scim.sentences import Sentence

ROLE_FROM_GROUP = "role_from_group"
"""The code of the lock of roles that come from groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One source of a role: "Native" or "SCIM" (R089-R091).

    Attributes:
        native: The assignment in the console, or None.
        mapping: The mapping of the group, or None.
        group: The group of the mapping, or None.
        provider: What the group's provider is called; "" for Native.
        remains: Whether the role would stay in force without this source.
        lost: The roles that would stop without it: without the assignment, or without the membership.
    """

    native: NativeRole | None = None
    mapping: GroupMapping | None = None
    group: Group | None = None
    provider: str = ""
    remains: bool
    lost: tuple[Role, ...]

    @property
    def lock(self) -> str:
        """Why it cannot be taken away here, and where it can (R092, R093); "" for a Native one."""
        return _lock([self.group.display_name], self.provider) if self.group else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role of an account.

    Attributes:
        role: The role.
        is_in_force: Whether it counts now: not while the account is inactive (AMB-34), nor after it became another
            type of user (AMB-23).
        origins: Where it comes from.
    """

    role: Role
    is_in_force: bool
    origins: tuple[Origin, ...]


async def roles_of(context: Context, account_id: str) -> tuple[User, Sequence[HeldRole]]:
    """An account's roles, by name. Everybody may see their own.

    Raises:
        Missing: There is no such account.
    """
    if account_id != context.principal.account_id:
        context.require(Action.VIEW_ACCOUNTS)
    user = await accounts.get(context, account_id)
    return user, await _held(context, user, await circumstances(context.services, user))


async def why(context: Context, account_id: str, role_id: str) -> tuple[User, HeldRole]:
    """Why an account has a role: the way from the account over groups and mappings to the role.

    Raises:
        Missing: There is no such account, or it does not have the role.
    """
    user, held = await roles_of(context, account_id)
    found = next((each for each in held if each.role.id == role_id), None)
    if found is None:
        raise Missing(Sentence("{name} does not have this role.", name=display_name(user)))
    return user, found


async def offered(context: Context, account_id: str) -> tuple[User, Sequence[Role]]:
    """The roles that an account can be given natively, by name: of its type, and not given yet.

    Raises:
        Missing: There is no such account.
    """
    context.require(Action.MANAGE_ACCOUNTS)
    user = await accounts.get(context, account_id)
    profile, roles = await asyncio.gather(context.services.profiles.get(account_id), context.services.roles.all())
    held = {each.role for each in profile.roles}
    fitting = [role for role in roles if role.user_type is user.standing.user_type and role.id not in held]
    return user, sorted(fitting, key=place)


async def give(context: Context, account_id: str, role_id: str) -> HeldRole:
    """Give an account a Native role, whoever manages the account (AMB-25).

    Raises:
        Missing: There is no such account or role.
        Invalid: The role is for the other type of user.
        Conflicting: It has the role natively already, or as many as there may be.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    user, role = await accounts.get(context, account_id), await get_role(context, role_id)
    given = NativeRole(role=role_id, added_by=context.principal.name, added_at=context.now)
    known = await _change(
        context,
        user,
        lambda known: _with(user, role, known.profile, given),
        Sentence("Native role added: {role}", role=role.name),
    )
    return next(each for each in await _held(context, user, known) if each.role.id == role_id)


async def take(context: Context, account_id: str, role_id: str) -> None:
    """Take a Native role from an account; what groups give stays (R092).

    Raises:
        Missing: There is no such account, or it does not have the role.
        Conflicting: It has the role through groups only; code `role_from_group`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    user, role = await accounts.get(context, account_id), await context.services.roles.get(role_id)
    provider = await _provider_name(context, user)
    await _change(
        context,
        user,
        lambda known: _without(known, known.profile, role_id, provider),
        Sentence("Native role removed: {role}", role=role.name if role else role_id),
    )


async def preview(context: Context, account_id: str, add: Sequence[str], remove: Sequence[str]) -> Preview:
    """What giving and taking Native roles would do; nothing is written.

    Raises:
        Missing, Invalid, Conflicting: As in `give` and `take`.
    """
    context.require(Action.MANAGE_ACCOUNTS)
    user = await accounts.get(context, account_id)
    provider = await _provider_name(context, user)
    known = await circumstances(context.services, user)
    profile = known.profile
    for role_id in remove:
        profile = _without(known, profile, role_id, provider)
    for role_id in add:
        given = NativeRole(role=role_id, added_by=context.principal.name, added_at=context.now)
        profile = _with(user, await get_role(context, role_id), profile, given)
    return impacts.of_assignment(known, profile.roles, display_name(user))


async def _provider_name(context: Context, user: User) -> str:
    provider = None if user.provider == NATIVE else await context.services.providers.get(user.provider)
    return provider.name if provider else ""


def _with(user: User, role: Role, profile: Profile, given: NativeRole) -> Profile:
    if role.user_type is not user.standing.user_type:
        raise Invalid(
            Sentence('The role "{role}" is for the other type of user.', role=role.name), "roleId", "wrong_role_type"
        )
    if any(each.role == role.id for each in profile.roles):
        raise Conflicting(
            Sentence("{name} has the role {role} already.", name=display_name(user), role=role.name),
            "role_held",
        )
    if len(profile.roles) >= MAX_NATIVE_ROLES:
        raise Conflicting(
            Sentence("An account has {most} Native roles at most.", most=MAX_NATIVE_ROLES), "too_many_roles"
        )
    return replace(profile, roles=(*profile.roles, given))


def _without(known: Circumstances, profile: Profile, role_id: str, provider: str) -> Profile:
    left = tuple(each for each in profile.roles if each.role != role_id)
    if len(left) < len(profile.roles):
        return replace(profile, roles=left)
    groups = [
        known.groups[source.mapping.group].display_name
        for source in sources(known.person, known.rules).get(role_id, ())
        if source.mapping
    ]
    if not groups:
        raise Missing(Sentence("The user does not have this role."))
    raise Conflicting(_lock(groups, provider), ROLE_FROM_GROUP, {"groups": groups, "provider": provider})


def _lock(groups: Sequence[str], provider: str) -> Sentence:
    return Sentence.counted(
        "This role comes from group {groups} in {provider}. Change the membership there, or the mapping in Group "
        "Mapping.",
        "This role comes from groups {groups} in {provider}. Change the membership there, or the mapping in Group "
        "Mapping.",
        len(groups),
        groups=", ".join(groups),
        provider=provider,
    )


async def _change(
    context: Context, user: User, change: Callable[[Circumstances], Profile], detail: Sentence
) -> Circumstances:
    """Store a changed profile; it is read again when somebody else changed it. Returns what holds then."""
    activity = _activity(context, user, detail)

    async def attempt() -> Circumstances:
        known = await circumstances(context.services, user)
        stored = await context.services.profiles.save(change(known), activity)
        return replace(known, profile=stored, person=replace(known.person, native=stored.roles))

    return await until_settled(attempt)


def _activity(context: Context, user: User, detail: Sentence) -> Activity:
    return context.activity(
        Status.ACCOUNT_ROLES_UPDATED,
        "user",
        user.id,
        user.user_name,
        provider=user.provider,
        organizations=organizations_of(user),
        changed=("roles",),
        detail=detail,
    )


async def _held(context: Context, user: User, known: Circumstances) -> list[HeldRole]:
    provider = await _provider_name(context, user)
    roles = known.rules.roles
    held = [
        HeldRole(
            role=roles[role_id],
            is_in_force=is_in_force(known.person, roles[role_id]),
            origins=tuple(_origin(known, role_id, source, provider) for source in found),
        )
        for role_id, found in sources(known.person, known.rules).items()
    ]
    return sorted(held, key=lambda each: place(each.role))


def _origin(known: Circumstances, role_id: str, source: Source, provider: str) -> Origin:
    without = _person_without(known.person, source)
    left = effective(without, known.rules)
    lost = effective(known.person, known.rules) - left
    mapping = source.mapping
    return Origin(
        native=source.native,
        mapping=mapping,
        group=known.groups[mapping.group] if mapping else None,
        provider=provider if mapping else "",
        remains=role_id in left,
        lost=_by_name(lost, known.rules),
    )


def _person_without(person: Person, source: Source) -> Person:
    if source.mapping:
        return replace(person, groups=person.groups - {source.mapping.group})
    return replace(person, native=tuple(each for each in person.native if each != source.native))


def _by_name(role_ids: frozenset[str], rules: Rules) -> tuple[Role, ...]:
    return tuple(sorted((rules.roles[id_] for id_ in role_ids), key=place))
