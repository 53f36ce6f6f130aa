"""Recording what changes of providers have left unrecorded: they are in another table than the log."""

import logging

from scim.domain.ports import Activities, Providers

logger = logging.getLogger(__name__)


async def record_changes(providers: Providers, activities: Activities) -> None:
    """Record it, whatever became of the request. Safe to run twice at once, beside the request, and after a crash.

    An activity has its id from its change: recording it again changes nothing, also when the log has moved it.
    """
    for activity in await providers.unrecorded():
        try:
            await activities.record(activity)
            await providers.recorded(activity)
        except Exception:  # one activity must not keep the others waiting
            logger.exception("activity_not_recorded id=%s", activity.id)
