"""Noticing that an identity provider no longer calls: its job was paused, or its way here is broken."""

import logging
from datetime import timedelta

from scim.domain.ports import Clock, Providers, Tokens
from scim.domain.tokens import live

logger = logging.getLogger(__name__)

SILENT_AFTER = timedelta(hours=24)
"""Entra ID calls every 40 minutes, even with nothing to tell, and is rarely down for a day."""


async def notice_silence(providers: Providers, tokens: Tokens, clock: Clock) -> None:
    """Write a line for each provider that may provision, has done so, and has not called for a day.

    Providers that never called are being set up, and those without a live token are told of otherwise.
    """
    now = clock.now()
    for provider in await providers.all():
        if not provider.scim_enabled:
            continue
        own = await tokens.of(provider.id)
        calls = [token.last_used for token in own if token.last_used is not None]
        if live(own, now) and calls and now - max(calls) >= SILENT_AFTER:
            hours = (now - max(calls)) // timedelta(hours=1)
            logger.warning("provider_silent provider=%s hours=%d", provider.id, hours)
