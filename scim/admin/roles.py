"""Roles of technicians and of end users (R125). System administrator is none of them (R016)."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from scim.admin import impacts
from scim.admin.concurrency import check_version
from scim.admin.context import Context
from scim.admin.effective_roles import existing_groups
from scim.admin.impacts import Preview
from scim.admin.lists import Count, cursor_of, position_of
from scim.admin.problems import Changed, Conflicting, Invalid, Missing
from scim.domain.activities import Activity, Status
from scim.domain.authority import Action, Permission
from scim.domain.details import NO_DETAIL, change
from scim.domain.mapping import GroupMapping
from scim.domain.ports import NameTaken, VersionConflict
from scim.domain.roles import MAX_ROLES, Role, RoleTemplate, is_reserved, place
from scim.domain.users import UserType
from scim.sentences import Code, Sentence

COUNTED = 1_000
"""Native holders that are counted of a role: one call."""
CHECKED = 200
"""Mapped groups that are looked for, to count those that exist; behind them, all count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUse:
    """A role, and how much it is used.

    Attributes:
        role: The role.
        native: Accounts that have it natively, deleted ones included that can be restored.
        mappings: Those of groups that are mapped to it and exist, as far as was looked (`CHECKED`).
    """

    role: Role
    native: Count
    mappings: tuple[GroupMapping, ...]

    @property
    def mapped_groups(self) -> int:
        """How many groups are mapped to it."""
        return len(self.mappings)


async def page(
    context: Context, user_type: UserType | None, cursor: str, limit: int
) -> tuple[Sequence[RoleUse], str | None]:
    """The roles, by name.

    Two storage calls, one for each role on the page (they are few: `MAX_ROLES`), and at most `CHECKED` for the groups
    that are mapped to one of them, one each.
    """
    context.require(Action.VIEW_ROLES)
    position = position_of("roles", cursor)
    roles = [role for role in await context.services.roles.all() if user_type in {None, role.user_type}]
    following = sorted((role for role in roles if place(role) > position), key=place)
    found = following[:limit]
    return await _uses(context, found), cursor_of("roles", place(found[-1])) if len(following) > limit else None


async def choices(context: Context) -> Sequence[Role]:
    """All roles of both types by name, to choose from. One storage call."""
    context.require(Action.VIEW_ROLES)
    return sorted(await context.services.roles.all(), key=place)


async def details(context: Context, role_id: str) -> RoleUse:
    """A role.

    Raises:
        Missing: There is none with this id.
    """
    context.require(Action.VIEW_ROLES)
    (use,) = await _uses(context, [await get(context, role_id)])
    return use


async def create(
    context: Context, name: str, user_type: UserType, description: str = "", template: RoleTemplate = RoleTemplate.BLANK
) -> Role:
    """A new role.

    Raises:
        Invalid: The name is kept for what is no role, or a role of end users is to grant something.
        Conflicting: The name is taken, or there are as many as there may be.
    """
    context.require_recent(Action.MANAGE_ROLES)
    _check(name, user_type, template.permissions)
    services = context.services
    if len(await services.roles.all()) >= MAX_ROLES:
        raise Conflicting(Sentence("There are {most} roles. Delete one first.", most=MAX_ROLES), "too_many_roles")
    role = Role(
        id=services.identifiers.new(),
        name=name.strip(),
        user_type=user_type,
        description=description.strip(),
        permissions=template.permissions,
        created_at=context.now,
        created_by=context.principal.name,
    )
    activity = _activity(context, Status.ROLE_CREATED, role, detail=Sentence.joined(map(Code, (user_type, template))))
    try:
        return await services.roles.create(role, activity)
    except NameTaken as taken:
        raise _name_taken(role) from taken


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """What is to change; None leaves it."""

    name: str | None = None
    description: str | None = None
    permissions: Collection[Permission] | None = None


async def update(context: Context, role_id: str, change: RoleChange, if_match: str | None) -> Role:
    """Change a role; who has it keeps it.

    Raises:
        Missing: There is none with this id.
        Changed: It is not as the administrator read it.
        Invalid: As in `create`.
        Conflicting: The name is taken.
    """
    context.require_recent(Action.MANAGE_ROLES)
    before = await get(context, role_id)
    check_version(before.version, if_match)
    after = replace(
        before,
        name=before.name if change.name is None else change.name.strip(),
        description=before.description if change.description is None else change.description.strip(),
        permissions=before.permissions if change.permissions is None else frozenset(change.permissions),
    )
    changed = tuple(
        name for name in ("name", "description", "permissions") if getattr(before, name) != getattr(after, name)
    )
    if not changed:
        return before
    _check(after.name, after.user_type, after.permissions)
    activity = _activity(context, Status.ROLE_UPDATED, after, changed=changed, detail=_difference(before, after))
    try:
        return await context.services.roles.update(before, after, activity)
    except NameTaken as taken:
        raise _name_taken(after) from taken
    except VersionConflict as conflict:
        raise Changed from conflict


async def deletion_preview(context: Context, role_id: str) -> Preview:
    """Who would lose the role.

    Raises:
        Missing: There is none with this id.
        Conflicting: Too many people for a preview.
    """
    context.require(Action.MANAGE_ROLES)
    return await impacts.of_deletion(context, await get(context, role_id))


async def delete(context: Context, role_id: str, if_match: str | None, *, force: bool) -> None:
    """Delete a role.

    From then on it counts and shows nowhere: whatever names a role that is gone, be it a mapping that is saved at the
    same moment, means nothing. A timer takes it out of mappings and profiles (`scim.maintenance.clear_roles`).

    Raises:
        Missing: There is none with this id.
        Changed: It is not as the administrator read it.
        Conflicting: It is used, and `force` is not set.
    """
    context.require_recent(Action.MANAGE_ROLES)
    (use,) = await _uses(context, [await get(context, role_id)])
    check_version(use.role.version, if_match)
    if not force and (use.mapped_groups or use.native.number):
        raise Conflicting(
            Sentence(
                "Used by {mappings} and given to {accounts} directly. Delete it by force to take it from all of them.",
                mappings=Count(use.mapped_groups).counted("{number} group mapping", "{number} group mappings"),
                accounts=use.native.counted("{number} account", "{number} accounts"),
            ),
            "role_in_use",
            {"groupMappings": use.mapped_groups, "nativeHolders": use.native.number},
        )
    groups = Count(use.mapped_groups).counted("{number} group", "{number} groups")
    accounts = use.native.counted("{number} account", "{number} accounts")
    detail = Sentence("unmapped from {groups}; taken from {accounts}", groups=groups, accounts=accounts)
    try:
        await context.services.roles.delete(use.role, _activity(context, Status.ROLE_DELETED, use.role, detail=detail))
    except VersionConflict as conflict:
        raise Changed from conflict


async def get(context: Context, role_id: str) -> Role:
    """A role, whoever asks.

    Raises:
        Missing: There is none with this id.
    """
    role = await context.services.roles.get(role_id)
    if role is None:
        raise Missing(Sentence("There is no role with this id."))
    return role


async def _uses(context: Context, roles: Sequence[Role]) -> list[RoleUse]:
    services, wanted = context.services, {role.id for role in roles}
    mappings, holders = await asyncio.gather(
        services.mappings.all(), asyncio.gather(*(services.census.holders(role.id, COUNTED) for role in roles))
    )
    used = [each for each in mappings if not wanted.isdisjoint(each.roles)]
    existing = await existing_groups(services, used[:CHECKED])
    giving: defaultdict[str, list[GroupMapping]] = defaultdict(list)
    for each in (*(each for each in used[:CHECKED] if each.group in existing), *used[CHECKED:]):
        for role_id in {*each.roles}:
            giving[role_id].append(each)
    return [
        RoleUse(role=role, native=Count(len(ids), is_more), mappings=tuple(giving[role.id]))
        for role, (ids, is_more) in zip(roles, holders, strict=True)
    ]


def _check(name: str, user_type: UserType, permissions: Collection[Permission]) -> None:
    if is_reserved(name):
        raise Invalid(Sentence("System administrator is not a role: make an account one on its own page."), "name")
    if user_type is UserType.END_USER and permissions:
        raise Invalid(Sentence("A role of end users grants nothing in the console."), "permissions")


def _name_taken(role: Role) -> Conflicting:
    text = (
        Sentence('There is a role for technicians called "{role}" already.', role=role.name)
        if role.user_type is UserType.TECHNICIAN
        else Sentence('There is a role for end users called "{role}" already.', role=role.name)
    )
    return Conflicting(text, "name_taken")


def _difference(before: Role, after: Role) -> Sentence:
    parts = [change("name", before.name, after.name)] if before.name != after.name else []
    for sign, permissions in (
        ("+", after.permissions - before.permissions),
        ("-", before.permissions - after.permissions),
    ):
        parts += [Sentence.joined([sign, Code(each)], "") for each in sorted(permissions)]
    return Sentence.joined(parts)


def _activity(
    context: Context, status: Status, role: Role, *, changed: tuple[str, ...] = (), detail: Sentence = NO_DETAIL
) -> Activity:
    return context.activity(status, "role", role.id, role.name, changed=changed, detail=detail)
