"""All pages of the console."""

from scim.console.pages import dashboard, organizations, session
from scim.console.routing import Page

PAGES: tuple[Page, ...] = (
    *session.PAGES,
    *dashboard.PAGES,
    *organizations.PAGES,
)
