"""Single sign-on of a provider: its settings, enabling, disabling."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
