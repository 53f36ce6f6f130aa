"""Administration → Accounts → Identity Providers: the list and the provider page."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
