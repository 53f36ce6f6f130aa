"""Deleting organizations once nobody can be put there any more."""

import logging
from dataclasses import replace

from scim.domain.activities import ROLLCALL, Activity, Status
from scim.domain.details import NO_DETAIL
from scim.domain.organizations import Organization, OrganizationState
from scim.domain.ports import Clock, Identifiers, Organizations, Providers, VersionConflict
from scim.sentences import Sentence

logger = logging.getLogger(__name__)


async def finish_organizations(
    organizations: Organizations, providers: Providers, clock: Clock, identifiers: Identifiers
) -> None:
    """Delete each that waited long enough and is still unused; make the others active again.

    Safe to run twice at once, and after missed runs: every write is conditional on what was read, and while an
    organization is marked, nobody comes to it after the wait.
    """
    due = [each for each in await organizations.deleting() if each.is_due(clock.now())]
    defaults = {each.default_organization for each in await providers.all()} if due else set()
    for organization in due:
        number, _ = await organizations.end_users(organization.id, 1)
        kept = Sentence("not deleted: somebody was put there meanwhile") if number else NO_DETAIL
        if organization.id in defaults:
            kept = Sentence("not deleted: it is a provider's default organization")
        try:
            await _finish(organizations, organization, kept, clock, identifiers)
        except VersionConflict:
            continue  # another run was faster
        logger.info("organization_deletion_finished id=%s kept=%s", organization.id, bool(kept))


async def _finish(
    organizations: Organizations, organization: Organization, kept: Sentence, clock: Clock, identifiers: Identifiers
) -> None:
    activity = Activity(
        id=identifiers.new(),
        time=clock.now(),
        status=Status.ORGANIZATION_UPDATED if kept else Status.ORGANIZATION_DELETED,
        provider="",
        actor=ROLLCALL,
        subject_kind="organization",
        subject_id=organization.id,
        subject_name=organization.name,
        organizations=(organization.id,),
        changed=("state",) if kept else (),
        detail=kept,
    )
    if kept:
        active = replace(organization, state=OrganizationState.ACTIVE, deleting_since=None)
        await organizations.update(organization, active, activity)
    else:
        await organizations.delete(organization, activity)
