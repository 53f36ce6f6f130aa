"""The own account: settings, password, authenticator app, sessions, access tokens."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
