"""Copying the directory to where nothing that happens to its tables reaches it."""

import logging
from datetime import timedelta

from scim.domain.ports import Clock
from scim.domain.ports.backups import Backups

logger = logging.getLogger(__name__)

TIME_FOR_A_RUN = timedelta(minutes=8)
"""Less than the time between two runs, and far less than the host lets a function run (30 minutes)."""


async def back_up(backups: Backups, clock: Clock) -> None:
    """Make today's backup, in as many runs as it takes. Safe to run twice at once, and after missed runs."""
    backup = await backups.go_on(clock.now() + TIME_FOR_A_RUN)
    if backup is None:
        return
    if backup.is_finished:  # an alert asks for this line every day
        logger.info("backup_finished name=%s rows=%d parts=%d", backup.name, backup.rows, backup.parts)
    else:
        logger.info("backup_left_for_next_run name=%s rows=%d parts=%d", backup.name, backup.rows, backup.parts)
