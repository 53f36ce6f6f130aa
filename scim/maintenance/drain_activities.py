"""Moving activities to where they are read and kept."""

import logging

from scim.domain.ports import Clock
from scim.domain.ports.activities import ActivityUpkeep

logger = logging.getLogger(__name__)


async def drain_activities(upkeep: ActivityUpkeep, clock: Clock) -> None:
    """Move what has come since the last run. Safe to run twice at once, and after missed runs."""
    moved = await upkeep.drain(clock.now())
    logger.info("activities_drained moved=%d", moved)
