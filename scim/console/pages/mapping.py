"""Group Mapping of a provider."""

from collections.abc import Mapping

from scim.console.routing import Page
from scim.console.visits import Visit
from scim.domain.providers import Provider


async def section(visit: Visit, provider: Provider) -> Mapping[str, object]:
    """What `providers/mapping_section.html` shows on the provider page."""
    return {}


PAGES: tuple[Page, ...] = ()
