"""SCIM of a provider: the card and the window, switching it on and off."""

from collections.abc import Mapping

from scim.console.routing import Page
from scim.console.visits import Visit
from scim.domain.providers import Provider


async def card(visit: Visit, provider: Provider) -> Mapping[str, object]:
    """What `providers/scim_card.html` shows on the provider page."""
    return {}


PAGES: tuple[Page, ...] = ()
