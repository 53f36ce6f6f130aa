"""The table of places names every page, so that what holds for all of them is tested on all of them."""

import re

from scim.console.pages import PAGES
from scim.console.routing import find
from tests.browser.places import PLACES

ELSEWHERE = {
    "/": "leads to the dashboard",
    "/sign-out": "leads to the dashboard",
    "/administration/accounts/identity-providers/{providerId}/scim/tokens/generate": "takes the form of the window",
    "/dashboard/activities/export": "a file",
    "/dashboard/organizations/{organizationId}/activities/export": "a file",
    "/administration/accounts/identity-providers/{providerId}/users": "leads to All users",
    "/administration/accounts/identity-providers/{providerId}/activities": "leads to Activities",
    "/administration/accounts/identity-providers/{providerId}/scim/tokens/{tokenId}/expiry.ics": "a file",
    "/administration/accounts/users/export": "a file",
    "/sso/{providerId}": "leads to the identity provider",
    "/sso/{providerId}/acs": "takes what the identity provider has browsers post",
    "/sso/{providerId}/callback": "takes what the identity provider sends back",
    "/sso/{providerId}/code": "asks for a code after a sign-in at the identity provider",
    "/sso/{providerId}/encryption.cer": "a file",
    "/sso/{providerId}/metadata": "a file",
}
"""Pages that show nothing of their own, and why."""


def paths_of(places):
    """Those of the table, with something in the place of ids."""
    for place in places:
        for path in (place.path, *place.opens):
            yield "/" + re.sub(r"\{[^}]+\}|\*", "1", path).partition("?")[0]


def test_every_page_has_a_place():
    visited = {page.path for path in paths_of(PLACES) if (found := find(PAGES, path)) for page in found[:1]}
    assert {page.path for page in PAGES} - visited - set(ELSEWHERE) == set()


def test_every_place_is_a_page():
    unknown = {path for path in paths_of(PLACES) if find(PAGES, path) is None}
    assert unknown == {"/nowhere"}


def test_names_of_places_differ():
    names = [place.name for place in PLACES]
    assert sorted(set(names)) == sorted(names)
