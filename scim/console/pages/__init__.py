"""All pages of the console."""

from scim.console.pages import (
    account,
    activities,
    dashboard,
    expressions,
    guides,
    mapping,
    organizations,
    provider_settings,
    providers,
    provisioning,
    roles,
    session,
    set_up,
    settings,
    sso,
    tokens,
    user,
    users,
)
from scim.console.routing import Page

PAGES: tuple[Page, ...] = (
    *session.PAGES,
    *set_up.PAGES,
    *account.PAGES,
    *dashboard.PAGES,
    *providers.PAGES,
    *sso.PAGES,
    *provider_settings.PAGES,
    *provisioning.PAGES,
    *tokens.PAGES,
    *mapping.PAGES,
    *roles.PAGES,
    *organizations.PAGES,
    *expressions.PAGES,
    *users.PAGES,
    *user.PAGES,
    *activities.PAGES,
    *guides.PAGES,
    *settings.PAGES,
)
