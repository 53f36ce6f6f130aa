"""Putting together the parts of totals that instances which are gone have left."""

import logging
from datetime import timedelta

from scim.domain.ports import Clock
from scim.domain.ports.activities import Totals

logger = logging.getLogger(__name__)

IDLE = timedelta(hours=1)
"""After such a silence an instance counts as gone. If it is not, its next change costs two more calls."""


async def fold_counters(totals: Totals, clock: Clock) -> None:
    """Fold what nobody has written lately. Safe to run twice at once, and after missed runs."""
    folded = await totals.fold(clock.now() - IDLE)
    logger.info("counters_folded stripes=%d", folded)
