"""Deleting a provider (R119, R127): its tokens die at once, and its users become native."""

import logging
from dataclasses import dataclass

from scim.admin.context import Context
from scim.admin.effective_roles import existing_groups
from scim.admin.lists import Count
from scim.admin.problems import Invalid
from scim.admin.provider_switches import require_native_administrator
from scim.admin.providers import get, page_of, save
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain import departures
from scim.domain.authority import Action
from scim.domain.mapping import GroupMapping
from scim.domain.providers import Deletion, Provider
from scim.domain.sso import SsoState
from scim.errors import Unavailable
from scim.sentences import Sentence

logger = logging.getLogger(__name__)

COUNTED = 20_000
"""Memberships of mapped groups that the preview looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionImpact:
    """What the deletion of a provider would do.

    Attributes:
        users: How many of its users become native.
        groups: How many groups go.
        role_assignments: How many roles people have from these groups; each counts once for each group and person.
        live_tokens: Whether a token stops working.
    """

    users: int
    groups: int
    role_assignments: Count
    live_tokens: bool


async def deletion_impact(context: Context, provider_id: str) -> DeletionImpact:
    """What the deletion would do; nothing is written.

    Storage calls: eight, one for each mapped group and each thousand of its members up to `COUNTED`, and for the
    members' types see `Census.standings`.

    Raises:
        Missing: There is no such provider.
    """
    context.require(Action.MANAGE_PROVIDERS)
    page = await page_of(context, await get(context, provider_id))
    return DeletionImpact(
        users=page.users,
        groups=page.groups,
        role_assignments=await _role_assignments(context, provider_id),
        live_tokens=page.provisioning.days_left is not None,
    )


async def _role_assignments(context: Context, provider_id: str) -> Count:
    services = context.services
    mappings = {each.group: each for each in await services.mappings.of(provider_id)}
    existing = await existing_groups(services, mappings.values())
    members: list[tuple[str, GroupMapping]] = []
    for group in sorted(existing):
        left = COUNTED - len(members)
        members += [(each.id, mappings[group]) for each in await services.groups.members(group, left + 1)]
        if len(members) > COUNTED:
            break
    known = {role.id: role.user_type for role in await services.roles.all()}
    standings = await services.census.standings([provider_id], {id_ for id_, _ in members})
    number = sum(
        sum(known.get(role) is standings[id_][0] for role in mapping.roles_for(standings[id_][0]))
        for id_, mapping in members[:COUNTED]
        if id_ in standings
    )
    return Count(number, is_more=len(members) > COUNTED)


async def delete(context: Context, provider_id: str, typed_name: str, if_match: str | None, proof: str | None) -> None:
    """Delete a provider. From then on it is not found, its tokens open nothing, and its users count as native.

    What follows is done here as far as storage and vault answer, and completed by a timer, which moves the users.

    Args:
        context: A system administrator.
        provider_id: The provider.
        typed_name: Its name, as the administrator typed it to confirm.
        if_match: The version that was read; None for any.
        proof: Of identity, for this deletion (AMB-13).

    Raises:
        Missing: There is no such provider.
        Changed: It is not as the administrator read it.
        Invalid: `name_mismatch`: another name was typed.
        Conflicting: `no_native_administrator`: people sign in through it, and nobody else could administer.
        Denied: `mfa_required`.
    """
    context.require(Action.MANAGE_PROVIDERS)
    before = await get(context, provider_id, if_match)
    if typed_name.strip() != before.name:
        raise Invalid(
            Sentence('Type the name of the provider, "{name}", to delete it.', name=before.name),
            "name",
            "name_mismatch",
        )
    if before.sso.state is SsoState.ENABLED:
        await require_native_administrator(context)
    await require_proof(context, proof, CriticalAction.DELETE_PROVIDER, provider_id)
    principal = context.principal
    deletion = Deletion(
        at=context.now, by=principal.name, account_id=principal.account_id, request_id=context.request_id
    )
    await _complete(context, await save(context, before, before.deleted(deletion)), deletion)


async def _complete(context: Context, provider: Provider, deletion: Deletion) -> None:
    services = context.services
    try:
        await services.activities.record(departures.deletion(provider, deletion))
        await departures.end_tokens(services.tokens, services.vault, services.activities, provider, deletion)
        await departures.forget_client_secret(services.secrets, provider)
    except Unavailable:
        logger.warning("deletion_left_to_timer provider=%s", provider.id)
