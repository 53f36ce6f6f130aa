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
    if backup is not None:
        event = "backup_finished" if backup.is_finished else "backup_left_for_next_run"
        logger.info("%s name=%s rows=%d parts=%d", event, backup.name, backup.rows, backup.parts)
