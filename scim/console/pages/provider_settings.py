"""Settings of a provider: its policies, and its deletion."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
