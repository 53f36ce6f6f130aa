"""Telling administrators that tokens are going to expire: 60, 30, 14, 7 days before, and on the last day."""

import logging
from dataclasses import replace

from scim.domain.ports import Activities, Clock, Tokens, VersionConflict
from scim.domain.token_activities import expiring
from scim.domain.tokens import Token

logger = logging.getLogger(__name__)


async def warn_of_expiry(tokens: Tokens, activities: Activities, clock: Clock) -> None:
    """Record "Token Expiring" once for each rung of the ladder that a live token reaches.

    Rungs that were missed are not made up for: only the lowest that was reached is told. Safe to run twice at once:
    the activity is the same one each time. A token that fails does not stop the others.
    """
    now, told = clock.now(), 0
    for token in await tokens.unsettled():
        rung = token.rung(now)
        if rung is None or not token.is_live(now) or (token.warned is not None and token.warned <= rung):
            continue
        try:
            await _warn(tokens, activities, token, rung)
            told += 1
        except Exception:  # one token must not keep the others waiting
            logger.exception("token_expiry_not_told id=%s", token.id)
    logger.info("token_expiries_told number=%d", told)


async def _warn(tokens: Tokens, activities: Activities, token: Token, rung: int) -> None:
    await activities.record(expiring(token, rung))
    try:
        await tokens.update(token, replace(token, warned=rung))
    except VersionConflict:  # told all the same; the next run records it again, which changes nothing
        logger.info("token_warning_left_for_next_run id=%s", token.id)
