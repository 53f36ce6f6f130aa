"""Ending tokens whose time is over, and completing what was left undone when tokens ended or were generated."""

import logging

from scim.domain.activities import ROLLCALL
from scim.domain.ports import Activities, Clock, Tokens, TokenVault, VersionConflict
from scim.domain.token_closing import TokenCloser
from scim.domain.tokens import Ending, EndReason, Token, TokenState

logger = logging.getLogger(__name__)


async def expire_tokens(tokens: Tokens, vault: TokenVault, activities: Activities, clock: Clock) -> None:
    """Close the record of each token that has expired, switch its secret off, and record "Token Removed" once (AMB-16).

    Nobody waits for it: an expired token is refused from its last second on, whether or not this ever runs. Safe to run
    twice at once and after missed runs; a token that fails is left to the next run, and does not stop the others.
    """
    closer, settled = TokenCloser(tokens, vault, activities), 0
    for token in await tokens.unsettled():
        try:
            settled += await _settle(closer, token, clock)
        except VersionConflict:
            logger.info("token_left_for_next_run id=%s", token.id)
        except Exception:  # one token must not keep the others waiting
            logger.exception("token_not_settled id=%s", token.id)
    logger.info("tokens_expired settled=%d", settled)


async def _settle(closer: TokenCloser, token: Token, clock: Clock) -> bool:
    now = clock.now()
    reason = _reason(token, clock)
    if reason is not None:
        await closer.close(token, Ending(at=now, reason=reason, actor=ROLLCALL))
    else:
        await closer.complete(token)
    return reason is not None or token.ending is not None


def _reason(token: Token, clock: Clock) -> EndReason | None:
    """Why a token is to end now; None when it has ended, or lives on."""
    if token.state is TokenState.PENDING:
        return None if token.is_under_way(clock.now()) else EndReason.NOT_ISSUED
    is_over = token.state is TokenState.ACTIVE and token.is_expired(clock.now())
    return EndReason.EXPIRED if is_over else None
