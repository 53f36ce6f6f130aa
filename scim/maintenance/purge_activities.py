"""Dropping activities that are older than they are kept."""

import logging
from datetime import timedelta

from scim.domain.ports import Clock
from scim.domain.ports.activities import ActivityUpkeep

logger = logging.getLogger(__name__)


async def purge_activities(upkeep: ActivityUpkeep, clock: Clock, retention: timedelta) -> None:
    """Drop the months of which every activity is older. Safe to run twice at once, and after missed runs."""
    dropped = await upkeep.purge(clock.now() - retention)
    logger.info("activities_purged months=%d", dropped)
