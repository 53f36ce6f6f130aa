"""The expression builder: how end users are mapped to organizations."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
