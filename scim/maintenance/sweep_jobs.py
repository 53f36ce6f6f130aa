"""Finishing what requests left unfinished."""

import logging

from scim.domain.ports import Clock, Jobs

logger = logging.getLogger(__name__)


async def sweep_jobs(jobs: Jobs, clock: Clock) -> None:
    """Finish every job that is due. Safe to run twice at once, and after missed runs."""
    finished = await jobs.run_due(clock.now())
    logger.info("jobs_swept finished=%d", finished)
