"""Administration → Accounts → All users."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
