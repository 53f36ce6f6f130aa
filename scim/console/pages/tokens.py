"""Provisioning tokens: generate, rotate, revoke."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
