"""Technician roles and End user roles."""

from scim.console.routing import Page

PAGES: tuple[Page, ...] = ()
