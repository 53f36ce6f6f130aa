"""Help: the guides."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
