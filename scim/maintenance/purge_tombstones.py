"""Removing deleted accounts for good, once nobody can bring them back any more.

What goes: the tombstone with the person's attributes, the settings, password and authenticator app, sessions, access
tokens, and places in queues. The tombstone goes last, so that a run that dies is taken up by the next one. What is left
of the person are names in activities, as long as those are kept.
"""

import logging
from datetime import timedelta

from scim.domain.accounts import RETENTION
from scim.domain.ports import Clock
from scim.domain.ports.accounts import Accounts
from scim.domain.ports.people import AccessTokens, CredentialStore, Sessions

logger = logging.getLogger(__name__)

SLACK = timedelta(hours=1)
"""From the end of the time for restoring to the removal: longer than any request, and any difference of clocks."""
AT_ONCE = 1_000
"""Accounts that one run removes; the next one goes on."""


async def purge_tombstones(
    *, accounts: Accounts, credentials: CredentialStore, sessions: Sessions, access_tokens: AccessTokens, clock: Clock
) -> None:
    """Remove what is due. Safe to run twice at once, and after missed runs; one that fails does not stop the others."""
    purged = 0
    for account_id in await accounts.deleted_before(clock.now() - RETENTION - SLACK, AT_ONCE):
        try:
            await sessions.end_all(account_id)
            for token in await access_tokens.of(account_id):
                await access_tokens.remove(token.id)
            await credentials.remove(account_id)
            purged += await accounts.purge(account_id)
        except Exception:  # one account must not keep the others waiting
            logger.exception("tombstone_not_purged account=%s", account_id)
    logger.info("tombstones_purged removed=%d", purged)
