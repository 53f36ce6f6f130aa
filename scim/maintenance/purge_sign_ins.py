"""Removing what signing in leaves behind once nothing asks for it. Safe to run twice at once, and after missed runs."""

import logging
from datetime import timedelta

from scim.domain.ports import Clock
from scim.domain.ports.idempotency import IdempotencyKeys
from scim.domain.ports.people import Attempts, Sessions, UsedProofs

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
"""Longer than any session lives, any name is locked, and idempotency keys are remembered."""


async def purge_sign_ins(
    *, sessions: Sessions, proofs: UsedProofs, attempts: Attempts, keys: IdempotencyKeys, clock: Clock
) -> None:
    """Remove old sessions, attempts and idempotency keys, and proofs of identity whose time is over."""
    now = clock.now()
    logger.info(
        "sign_ins_purged sessions=%d proofs=%d attempts=%d keys=%d",
        await sessions.remove_older(now - KEPT),
        await proofs.remove_expired(now),
        await attempts.remove_older(now - KEPT),
        await keys.remove_older(now - KEPT),
    )
