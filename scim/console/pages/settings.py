"""Administration → Settings."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
