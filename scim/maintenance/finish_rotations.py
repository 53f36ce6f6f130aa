"""Finishing rotations that nobody finished by hand."""

import logging
from collections import defaultdict

from scim.domain.activities import ROLLCALL
from scim.domain.ports import Activities, Clock, Tokens, TokenVault, VersionConflict
from scim.domain.token_closing import TokenCloser
from scim.domain.tokens import Ending, EndReason, Token, rotation_of

logger = logging.getLogger(__name__)


async def finish_rotations(tokens: Tokens, vault: TokenVault, activities: Activities, clock: Clock) -> None:
    """Revoke each old token that its provider has not used for a week, and whose successor it uses.

    Safe to run twice at once and after missed runs; a rotation that fails does not stop the others.
    """
    of_provider: defaultdict[str, list[Token]] = defaultdict(list)
    for token in await tokens.unsettled():
        of_provider[token.provider].append(token)
    closer, now, finished = TokenCloser(tokens, vault, activities), clock.now(), 0
    for group in of_provider.values():
        rotation = rotation_of(group, now)
        if rotation is None or not rotation.is_over(now):
            continue
        try:
            await closer.close(rotation.old, Ending(at=now, reason=EndReason.ROTATED, actor=ROLLCALL))
            finished += 1
        except VersionConflict:  # it was used, or ended, at this moment
            logger.info("rotation_left_for_next_run id=%s", rotation.old.id)
        except Exception:  # one rotation must not keep the others waiting
            logger.exception("rotation_not_finished id=%s", rotation.old.id)
    logger.info("rotations_finished number=%d", finished)
