"""Activities, of the system and of an organization."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
