"""Organizations: what end users belong to, and what identity providers name by its ID (R055-R065, R130)."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from scim.admin.concurrency import check_version
from scim.admin.context import Context
from scim.admin.lists import Count, cursor_of, position_of
from scim.admin.problems import Changed, Conflicting, Invalid, Missing
from scim.domain.activities import Status
from scim.domain.authority import Action
from scim.domain.details import change
from scim.domain.organizations import Organization, OrganizationState, is_organization_id, next_number
from scim.domain.ports import IdUsed, NameTaken, VersionConflict
from scim.sentences import Sentence

COUNTED_IN_LISTS = 1_000
"""End users of each organization that a list counts: one call each."""
COUNTED = 20_000
"""End users that are counted of a single organization: one call for each thousand."""
_ATTEMPTS = 5


async def page(
    context: Context, name_prefix: str, cursor: str, limit: int
) -> tuple[Sequence[tuple[Organization, Count]], str | None]:
    """Organizations by name, with the numbers of their end users.

    One storage call, and one for each organization on the page, at once.
    """
    context.require(Action.VIEW_ORGANIZATIONS)
    organizations = context.services.organizations
    found, following = await organizations.page(name_prefix, position_of("organizations", cursor), limit)
    counts = await asyncio.gather(*(organizations.end_users(each.id, COUNTED_IN_LISTS) for each in found))
    return [(each, Count(*count)) for each, count in zip(found, counts, strict=True)], cursor_of(
        "organizations", following
    )


async def choices(context: Context, limit: int) -> Sequence[Organization] | None:
    """The organizations that people can be put into, by name; None when there are more than `limit`.

    One storage call.
    """
    context.require(Action.VIEW_ORGANIZATIONS)
    found, following = await context.services.organizations.page("", "", limit)
    return None if following else [each for each in found if each.state is OrganizationState.ACTIVE]


async def names(context: Context, ids: Collection[str]) -> Mapping[str, str]:
    """What organizations are called, by ID; those that do not exist are left out.

    One storage call for each, at once.
    """
    context.require(Action.VIEW_ORGANIZATIONS)
    found = await asyncio.gather(*(context.services.organizations.get(each) for each in ids))
    return {each.id: each.name for each in found if each}


async def get(context: Context, organization_id: str) -> Organization:
    """An organization. One storage call.

    Raises:
        Missing: There is none with this ID.
    """
    context.require(Action.VIEW_ORGANIZATIONS)
    return await _get(context, organization_id)


async def details(context: Context, organization_id: str) -> tuple[Organization, Count]:
    """An organization, with the number of its end users.

    Raises:
        Missing: There is none with this ID.
    """
    context.require(Action.VIEW_ORGANIZATIONS)
    return await _get(context, organization_id), await _end_users(context, organization_id)


async def create(context: Context, name: str, organization_id: str | None = None) -> Organization:
    """A new organization; SCIM can put end users there at once (R130).

    Args:
        context: A system administrator.
        name: Unique without regard to case; "All" is allowed.
        organization_id: Chosen by the administrator; None for the next number.

    Raises:
        Invalid: The ID cannot be one.
        Conflicting: The name is taken, or the ID is or was in use.
    """
    context.require(Action.MANAGE_ORGANIZATIONS)
    if organization_id is not None and not is_organization_id(organization_id):
        raise Invalid(
            Sentence(
                'An organization ID has 1 to 64 letters, digits, ".", "_" and "-", and is not "All", which '
                "makes global end users."
            ),
            "id",
        )
    for _ in range(_ATTEMPTS):
        used = await context.services.organizations.ids()
        if organization_id is not None and organization_id.lower() in {each.lower() for each in used}:
            break
        organization = Organization(id=organization_id or next_number(used), name=name.strip())
        try:
            await _create(context, organization)
        except IdUsed:  # by another administrator, since it was looked for
            continue
        return await _get(context, organization.id)
    raise Conflicting(Sentence("This organization ID is or was in use. Choose another one."), "id_used")


async def rename(context: Context, organization_id: str, name: str, if_match: str | None) -> Organization:
    """Give an organization another name.

    Raises:
        Missing: There is none with this ID.
        Changed: It is not as the administrator read it.
        Conflicting: The name is taken, or the organization is being deleted.
    """
    context.require(Action.MANAGE_ORGANIZATIONS)
    before = await _get(context, organization_id)
    check_version(before.version, if_match)
    if before.state is OrganizationState.DELETING:
        raise Conflicting(Sentence("This organization is being deleted."), "being_deleted")
    after = replace(before, name=name.strip())
    if after == before:
        return before
    return await _update(context, before, after, ("name",), change("name", before.name, after.name))


async def delete(context: Context, organization_id: str, if_match: str | None) -> Organization:
    """Begin the deletion of an organization; asking again changes nothing.

    From here on nobody can be put there. Other instances may believe for half a minute that it is active, so a timer
    looks two minutes later whether it is still without users, and deletes it, or makes it active again.

    Raises:
        Missing: There is none with this ID.
        Changed: It is not as the administrator read it.
        Conflicting: End users belong there, or a provider puts users there by default.
    """
    context.require_recent(Action.MANAGE_ORGANIZATIONS)
    before = await _get(context, organization_id)
    if before.state is OrganizationState.DELETING:
        return before
    check_version(before.version, if_match)
    providers = [
        each.name for each in await context.services.providers.all() if each.default_organization == organization_id
    ]
    if providers:
        raise Conflicting(
            Sentence(
                "This is the default organization of {providers}. Choose another one there first.",
                providers=", ".join(providers),
            ),
            "default_organization",
            {"providers": providers},
        )
    count = await _end_users(context, organization_id)
    if count.number:
        raise Conflicting(
            count.counted(
                "{number} end user belongs here. Move that one first.",
                "{number} end users belong here. Move them first.",
            ),
            "organization_in_use",
            {"endUsers": count.number},
        )
    after = replace(before, state=OrganizationState.DELETING, deleting_since=context.now)
    return await _update(context, before, after, ("state",), Sentence("deletion begun"))


async def _get(context: Context, organization_id: str) -> Organization:
    organization = await context.services.organizations.get(organization_id)
    if organization is None:
        raise Missing(Sentence("There is no organization with this ID."))
    return organization


async def _end_users(context: Context, organization_id: str) -> Count:
    return Count(*await context.services.organizations.end_users(organization_id, COUNTED))


async def _create(context: Context, organization: Organization) -> None:
    activity = context.activity(
        Status.ORGANIZATION_CREATED,
        "organization",
        organization.id,
        organization.name,
        organizations=(organization.id,),
    )
    try:
        await context.services.organizations.create(organization, activity)
    except NameTaken as taken:
        raise _name_taken(organization.name) from taken


async def _update(
    context: Context, before: Organization, after: Organization, changed: tuple[str, ...], detail: Sentence
) -> Organization:
    activity = context.activity(
        Status.ORGANIZATION_UPDATED,
        "organization",
        after.id,
        after.name,
        organizations=(after.id,),
        changed=changed,
        detail=detail,
    )
    try:
        return await context.services.organizations.update(before, after, activity)
    except NameTaken as taken:
        raise _name_taken(after.name) from taken
    except VersionConflict as conflict:
        raise Changed from conflict


def _name_taken(name: str) -> Conflicting:
    return Conflicting(Sentence('There is an organization called "{name}" already.', name=name), "name_taken")
