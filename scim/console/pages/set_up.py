"""Making the first administrator, and accepting invitations."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
