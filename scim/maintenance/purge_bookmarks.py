"""Removing bookmarks of pages that nobody came back for."""

import logging

from scim.domain.ports import Clock, Expiring

logger = logging.getLogger(__name__)


async def purge_bookmarks(bookmarks: Expiring, clock: Clock) -> None:
    """Remove what has expired."""
    removed = await bookmarks.remove_expired(clock.now())
    logger.info("bookmarks_purged removed=%d", removed)
