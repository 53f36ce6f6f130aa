"""The account configuration page."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
