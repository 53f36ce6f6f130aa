"""Every page and every dialog of the console, and how to get there: what holds for all of them is tested on this table.

A new page costs a row; `tests/unit/console/test_places.py` names those that are missing. Words in braces are ids of the
tenant that `tests.tenants` builds, by the names that it gives them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.tenants.building import Tenant

PROVIDERS = "administration/accounts/identity-providers"
USERS = "administration/accounts/users"
TECHNICIAN_ROLES = "administration/accounts/technician-roles"
END_USER_ROLES = "administration/accounts/end-user-roles"
ORGANIZATIONS = "administration/organizations"
ACTIVITIES = "dashboard/activities/all"


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or a dialog over it.

    Attributes:
        name: What it is called, also as a file of a screenshot.
        path: Of the page, below the console's base.
        opens: The addresses of dialogs, each opened by its link: on the page, then in the dialog before.
        sends: Whether the form of the last one is sent, as it is then.
        tells: What of the tenant must be read there, by name.
        is_public: Whether it is for people who are not signed in.
    """

    name: str
    path: str
    opens: Sequence[str] = field(default=(), kw_only=True)
    sends: bool = field(default=False, kw_only=True)
    tells: Sequence[str] = field(default=(), kw_only=True)
    is_public: bool = field(default=False, kw_only=True)


PLACES = (
    Place("sign-in", "sign-in", is_public=True),
    Place("dashboard", "dashboard"),
    Place("not-found", "nowhere"),
    Place("organizations", ORGANIZATIONS, tells=[f"organization {number}" for number in range(15)]),
    Place("organizations-none-found", f"{ORGANIZATIONS}?name=zzz"),
    Place("organization-add", ORGANIZATIONS, opens=[f"{ORGANIZATIONS}/add"]),
    Place("organization-add-refused", ORGANIZATIONS, opens=[f"{ORGANIZATIONS}/add"], sends=True),
    Place(
        "organization-edit", ORGANIZATIONS, opens=[f"{ORGANIZATIONS}/{{organization}}/rename"], tells=["organization"]
    ),
    Place(
        "organization-delete", ORGANIZATIONS, opens=[f"{ORGANIZATIONS}/{{organization}}/delete"], tells=["organization"]
    ),
    Place("organization-delete-empty", ORGANIZATIONS, opens=[f"{ORGANIZATIONS}/{{empty organization}}/delete"]),
    Place("account", "account"),
    Place("account-security", "account/security"),
    Place("providers", PROVIDERS, tells=["provider", "expired", "untouched"]),
    Place("providers-none-found", f"{PROVIDERS}?search=zzz"),
    Place("provider-add", PROVIDERS, opens=[f"{PROVIDERS}/add"]),
    Place("provider", f"{PROVIDERS}/{{provider}}", tells=["provider", "group"]),
    Place("provider-token-expired", f"{PROVIDERS}/{{expired}}"),
    Place("provider-token-expiring", f"{PROVIDERS}/{{expiring}}"),
    Place("provider-rotating", f"{PROVIDERS}/{{rotating}}"),
    Place("provider-switched-off", f"{PROVIDERS}/{{switched off}}"),
    Place("provider-without-token", f"{PROVIDERS}/{{tokenless}}"),
    Place("provider-untouched", f"{PROVIDERS}/{{untouched}}"),
    Place("provider-settings", f"{PROVIDERS}/{{provider}}/settings"),
    Place("provider-edit", f"{PROVIDERS}/{{provider}}", opens=[f"{PROVIDERS}/{{provider}}/edit"]),
    Place(
        "provider-delete", f"{PROVIDERS}/{{provider}}", opens=[f"{PROVIDERS}/{{provider}}/delete"], tells=["provider"]
    ),
    Place("sso-disable", f"{PROVIDERS}/{{provider}}", opens=[f"{PROVIDERS}/{{provider}}/sso/disable"]),
    Place("sso-enable", f"{PROVIDERS}/{{rotating}}", opens=[f"{PROVIDERS}/{{rotating}}/sso/enable"]),
    Place("scim", f"{PROVIDERS}/{{provider}}", opens=[f"{PROVIDERS}/{{provider}}/scim"], tells=["provider token"]),
    Place("scim-untouched", f"{PROVIDERS}/{{untouched}}", opens=[f"{PROVIDERS}/{{untouched}}/scim"]),
    Place("scim-without-token", f"{PROVIDERS}/{{tokenless}}", opens=[f"{PROVIDERS}/{{tokenless}}/scim"]),
    Place(
        "scim-rotating", f"{PROVIDERS}/{{rotating}}", opens=[f"{PROVIDERS}/{{rotating}}/scim"], tells=["newer token"]
    ),
    Place("scim-expired", f"{PROVIDERS}/{{expired}}", opens=[f"{PROVIDERS}/{{expired}}/scim"]),
    Place("scim-disable", f"{PROVIDERS}/{{provider}}/scim/disable"),
    Place("scim-enable", f"{PROVIDERS}/{{switched off}}/scim/enable"),
    Place(
        "token-rotate",
        f"{PROVIDERS}/{{provider}}",
        opens=[f"{PROVIDERS}/{{provider}}/scim", f"{PROVIDERS}/{{provider}}/scim/tokens/rotate"],
    ),
    Place(
        "token-revoke",
        f"{PROVIDERS}/{{provider}}",
        opens=[f"{PROVIDERS}/{{provider}}/scim", f"{PROVIDERS}/{{provider}}/scim/tokens/{{provider token}}/revoke"],
    ),
    Place(
        "verify",
        f"{PROVIDERS}/{{provider}}",
        opens=[f"{PROVIDERS}/{{provider}}/scim", f"{PROVIDERS}/{{provider}}/scim/tokens/{{provider token}}/revoke"],
        sends=True,
    ),
    Place("expression", f"{ORGANIZATIONS}/expression"),
    Place("scim-enable-window", f"{PROVIDERS}/{{untouched}}/scim/enable"),
    Place(
        "token-generate",
        f"{PROVIDERS}/{{tokenless}}",
        opens=[f"{PROVIDERS}/{{tokenless}}/scim", f"{PROVIDERS}/{{tokenless}}/scim/tokens/generate"],
    ),
    Place("token-finish", f"{PROVIDERS}/{{rotating}}/scim/tokens/finish"),
    Place("token-cancel", f"{PROVIDERS}/{{rotating}}/scim/tokens/cancel"),
    Place("sso-people", f"{PROVIDERS}/{{provider}}/sso/people"),
    Place("account-password", "account/security", opens=["account/security/password"]),
    Place("account-password-refused", "account/security", opens=["account/security/password"], sends=True),
    Place("account-app", "account/security", opens=["account/security/authenticator-app"]),
    Place("account-session-end", "account/security", opens=["account/security/sessions/{session}/end"]),
    Place("access-token-create", "account/security", opens=["account/security/access-tokens/create"]),
    Place(
        "access-token-delete",
        "account/security",
        opens=["account/security/access-tokens/{access token}/delete"],
        tells=["access token"],
    ),
    Place(
        "expression-built",
        f"{ORGANIZATIONS}/expression?value=Sales&organization={{organization}}&default={{organization}}",
        tells=["organization"],
    ),
    Place("users", USERS, tells=["user", "native"]),
    Place("users-none-found", f"{USERS}?search=zzz"),
    Place("users-deleted", f"{USERS}?state=deleted", tells=["deleted"]),
    Place("user-add", USERS, opens=[f"{USERS}/add"]),
    Place("user", f"{USERS}/{{user}}", tells=["user"]),
    Place("user-security", f"{USERS}/{{user}}/security"),
    Place("user-roles", f"{USERS}/{{user}}/roles", tells=["technician role", "group"]),
    Place("user-activity", f"{USERS}/{{user}}/activity"),
    Place("user-end-user", f"{USERS}/{{end user}}"),
    Place("user-inactive", f"{USERS}/{{inactive}}"),
    Place("user-native", f"{USERS}/{{native}}", tells=["native"]),
    Place("user-native-security", f"{USERS}/{{native}}/security"),
    Place("user-native-roles", f"{USERS}/{{native}}/roles", tells=["end user role"]),
    Place("user-technician", f"{USERS}/{{technician}}"),
    Place("user-deactivated", f"{USERS}/{{deactivated}}"),
    Place("user-deleted", f"{USERS}/{{deleted}}"),
    Place("user-restore", f"{USERS}/{{deleted}}", opens=[f"{USERS}/{{deleted}}/restore"]),
    Place("user-add-refused", USERS, opens=[f"{USERS}/add"], sends=True),
    Place("users-deactivate", f"{USERS}/deactivate?id={{user}}&id={{native}}"),
    Place("users-delete", f"{USERS}/delete?id={{user}}&id={{native}}"),
    Place("user-deactivate", f"{USERS}/{{native}}", opens=[f"{USERS}/{{native}}/deactivate"]),
    Place("user-reactivate", f"{USERS}/{{deactivated}}", opens=[f"{USERS}/{{deactivated}}/reactivate"]),
    Place("user-delete", f"{USERS}/{{native}}", opens=[f"{USERS}/{{native}}/delete"]),
    Place("user-grant", f"{USERS}/{{technician}}", opens=[f"{USERS}/{{technician}}/administrator/grant"]),
    Place("user-revoke", f"{USERS}/{{boss}}", opens=[f"{USERS}/{{boss}}/administrator/revoke"]),
    Place("user-reset-mfa", f"{USERS}/{{native}}/security", opens=[f"{USERS}/{{native}}/security/reset-mfa"]),
    Place("user-end-sessions", f"{USERS}/{{boss}}/security", opens=[f"{USERS}/{{boss}}/security/end-sessions"]),
    Place("user-invite", f"{USERS}/{{native}}/security", opens=[f"{USERS}/{{native}}/security/invite"]),
    Place("user-role-add", f"{USERS}/{{native}}/roles", opens=[f"{USERS}/{{native}}/roles/add"]),
    Place(
        "user-role-remove",
        f"{USERS}/{{native}}/roles",
        opens=[f"{USERS}/{{native}}/roles/{{end user role}}/remove"],
        tells=["end user role"],
    ),
    Place(
        "user-role-why",
        f"{USERS}/{{user}}/roles",
        opens=[f"{USERS}/{{user}}/roles/{{technician role}}/why"],
        tells=["technician role", "group"],
    ),
    Place("adoptions", f"{USERS}/adoptions", tells=["provider"]),
    Place(
        "adoption-approve",
        f"{USERS}/adoptions",
        opens=[f"{USERS}/adoptions/{{provider}}/{{wanted}}/approve"],
        tells=["provider"],
    ),
    Place(
        "adoption-reject",
        f"{USERS}/adoptions",
        opens=[f"{USERS}/adoptions/{{provider}}/{{wanted}}/reject"],
        tells=["provider"],
    ),
    Place("user-administrator", f"{USERS}/{{boss}}"),
)

NOT_YET = (
    Place("set-up", "set-up", is_public=True),
    Place("invitation", "invitation", is_public=True),
    Place("provider-users", f"{PROVIDERS}/{{provider}}/users", tells=["user"]),
    Place(
        "group-mapping-edit",
        f"{PROVIDERS}/{{provider}}",
        opens=[f"{PROVIDERS}/{{provider}}/groups/{{group}}"],
        tells=["group", "technician role", "end user role"],
    ),
    Place("technician-roles", TECHNICIAN_ROLES, tells=["technician role"]),
    Place("technician-role-add", TECHNICIAN_ROLES, opens=[f"{TECHNICIAN_ROLES}/add"]),
    Place("technician-role-edit", TECHNICIAN_ROLES, opens=[f"{TECHNICIAN_ROLES}/{{technician role}}/edit"]),
    Place("technician-role-delete", TECHNICIAN_ROLES, opens=[f"{TECHNICIAN_ROLES}/{{technician role}}/delete"]),
    Place("end-user-roles", END_USER_ROLES, tells=["end user role"]),
    Place("end-user-role-add", END_USER_ROLES, opens=[f"{END_USER_ROLES}/add"]),
    Place("end-user-role-edit", END_USER_ROLES, opens=[f"{END_USER_ROLES}/{{end user role}}/edit"]),
    Place("end-user-role-delete", END_USER_ROLES, opens=[f"{END_USER_ROLES}/{{end user role}}/delete"]),
    Place("activities", ACTIVITIES),
    Place("activities-filtered", f"{ACTIVITIES}?type=SSO&status=Technician+Created"),
    Place("activities-none-found", f"{ACTIVITIES}?type=SSO&status=Deleted"),
    Place("organization-dashboard", "dashboard/organizations/{organization}", tells=["organization"]),
    Place("organization-activities", "dashboard/organizations/{organization}/activities/all"),
    Place("settings", "administration/settings"),
    Place("help", "help"),
    Place("help-entra", "help/entra"),
    Place("help-okta", "help/okta"),
)
"""Rows of pages that are not built yet. To be emptied into `PLACES` as they come: there must be none in the end."""


def address(template: str, ids: Mapping[str, str]) -> str:
    """The path with the ids in it."""
    return re.sub(r"\{([^}]+)\}", lambda match: ids[match[1]], template)


def go(page: Page, console: str, tenant: Tenant, place: Place) -> None:
    """Go there, by the links that people click."""
    page.goto(f"{console}/{address(place.path, tenant.ids)}")
    for template in place.opens:
        dialog = page.get_by_role("dialog")
        inside = dialog if dialog.count() else page.locator("body")
        link = inside.locator(f'a[data-dialog][href="/console/{address(template, tenant.ids)}"]').last
        menu = link.locator("xpath=ancestor::details[not(@open)]")
        if menu.count():
            menu.locator("summary").click()
        with page.expect_response(lambda reply: reply.request.headers.get("x-fragment") == "dialog"):
            link.click()
        expect(page.get_by_role("dialog").locator("[data-dialog-content]")).to_be_visible()
    if place.sends:
        send(page)


def send(page: Page) -> None:
    """Send the dialog's form as it is, whatever the browser thinks of its fields."""
    form = page.get_by_role("dialog").locator("form").last
    form.evaluate("(form) => { form.noValidate = true; }")
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        form.locator("footer button").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
