"""Every page and every dialog of the console, and how to get there: what holds for all of them is tested on this table.

A new page costs a row; `tests/unit/console/test_places.py` names those that are missing. Words in braces are ids of the
tenant that `tests.tenants` builds, by the names that it gives them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.tenants.building import Tenant

PROVIDERS = "administration/accounts/identity-providers"
USERS = "administration/accounts/users"
TECHNICIAN_ROLES = "administration/accounts/technician-roles"
END_USER_ROLES = "administration/accounts/end-user-roles"
ORGANIZATIONS = "administration/organizations"
ACTIVITIES = "dashboard/activities/all"
BELOW = "dashboard/organizations/{organization}"
IN_USE, ROTATING, OFF, UNTOUCHED = (
    f"{PROVIDERS}/{{{name}}}" for name in ("provider", "rotating", "switched off", "untouched")
)
REVOKE = f"{IN_USE}/scim/tokens/{{provider token}}/revoke"
NATIVE = f"{USERS}/{{native}}"


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or a dialog over it.

    Attributes:
        name: What it is called, also as a file of a screenshot.
        path: Of the page, below the console's base.
        opens: The addresses of dialogs, each opened by its link: on the page, then in the dialog before. One that ends
            with "*" is the first that begins so.
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

    @property
    def is_addressed(self) -> bool:
        """Whether its address alone leads there."""
        return not self.sends and not any(each.endswith("*") for each in self.opens)


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
    # Sign-in and one's own account
    Place("set-up", "set-up", is_public=True),
    Place("invitation", "invitation", is_public=True),
    Place("account", "account"),
    Place("account-security", "account/security"),
    Place("account-password", "account/security", opens=["account/security/password"]),
    Place("account-password-refused", "account/security", opens=["account/security/password"], sends=True),
    Place("account-app", "account/security", opens=["account/security/app"]),
    Place("account-session-end", "account/security", opens=["account/security/sessions/{session}/end"]),
    Place("access-token-add", "account/security", opens=["account/security/tokens/add"]),
    Place(
        "access-token-delete",
        "account/security",
        opens=["account/security/tokens/{access token}/delete"],
        tells=["access token"],
    ),
    # Identity providers
    Place("providers", PROVIDERS, tells=["provider", "expired", "untouched"]),
    Place("providers-none-found", f"{PROVIDERS}?search=zzz"),
    Place("provider-add", PROVIDERS, opens=[f"{PROVIDERS}/add"]),
    Place("provider-add-refused", PROVIDERS, opens=[f"{PROVIDERS}/add"], sends=True),
    Place("provider", IN_USE, tells=["provider", "group 0"]),
    *(
        Place(f"provider-{name.replace(' ', '-')}", f"{PROVIDERS}/{{{name}}}", tells=[name])
        for name in ("expired", "expiring", "rotating", "switched off", "tokenless", "untouched")
    ),
    Place("provider-settings", f"{IN_USE}/settings"),
    Place("provider-edit", IN_USE, opens=[f"{IN_USE}/edit"]),
    Place("provider-delete", IN_USE, opens=[f"{IN_USE}/delete"], tells=["provider"]),
    Place("sso-disable", IN_USE, opens=[f"{IN_USE}/sso/disable"], tells=["provider"]),
    Place("sso-import", IN_USE, opens=[f"{IN_USE}/sso/import"]),
    Place("sso-openid-connect", UNTOUCHED, opens=[f"{UNTOUCHED}/sso/openid-connect"]),
    Place("sso-rules", IN_USE, opens=[f"{IN_USE}/sso/rules"]),
    Place("sso-test", f"{ROTATING}/sso/test"),
    Place("sso-people", f"{IN_USE}/sso/people"),
    Place("sso-enable", ROTATING, opens=[f"{ROTATING}/sso/enable"]),
    # SCIM and its tokens
    Place("scim", IN_USE, opens=[f"{IN_USE}/scim"], tells=["provider token"]),
    *(
        Place(f"scim-{name.replace(' ', '-')}", f"{PROVIDERS}/{{{name}}}", opens=[f"{PROVIDERS}/{{{name}}}/scim"])
        for name in ("expired", "expiring", "rotating", "switched off", "tokenless", "untouched")
    ),
    Place("scim-disable", f"{IN_USE}/scim/disable"),
    Place("scim-enable", f"{OFF}/scim/enable"),
    Place("token-finish", f"{ROTATING}/scim/tokens/finish"),
    Place("token-cancel", f"{ROTATING}/scim/tokens/cancel"),
    Place("token-rotate", IN_USE, opens=[f"{IN_USE}/scim", f"{IN_USE}/scim/tokens/rotate"]),
    Place("token-revoke", IN_USE, opens=[f"{IN_USE}/scim", REVOKE]),
    Place("verify", IN_USE, opens=[f"{IN_USE}/scim", REVOKE], sends=True),
    # Group mapping and roles
    Place("mapping-edit", IN_USE, opens=[f"{IN_USE}/groups/{{group}}"], tells=["group", "technician role"]),
    Place("technician-roles", TECHNICIAN_ROLES, tells=["technician role"]),
    Place("technician-role-add", TECHNICIAN_ROLES, opens=[f"{TECHNICIAN_ROLES}/add"]),
    Place("technician-role-edit", TECHNICIAN_ROLES, opens=[f"{TECHNICIAN_ROLES}/{{technician role}}/edit"]),
    Place("technician-role-delete", TECHNICIAN_ROLES, opens=[f"{TECHNICIAN_ROLES}/{{technician role}}/delete"]),
    Place("end-user-roles", END_USER_ROLES, tells=["end user role"]),
    Place("end-user-role-add", END_USER_ROLES, opens=[f"{END_USER_ROLES}/add"]),
    Place("end-user-role-edit", END_USER_ROLES, opens=[f"{END_USER_ROLES}/{{end user role}}/edit"]),
    Place("end-user-role-delete", END_USER_ROLES, opens=[f"{END_USER_ROLES}/{{end user role}}/delete"]),
    Place("expression", f"{ORGANIZATIONS}/expression"),
    Place(
        "expression-built",
        f"{ORGANIZATIONS}/expression?value=Sales&organization={{organization}}&default={{organization}}",
        tells=["organization"],
    ),
    # Users
    Place("users", USERS, tells=["user", "native"]),
    Place("users-none-found", f"{USERS}?search=zzz"),
    Place("users-deleted", f"{USERS}?state=deleted", tells=["deleted"]),
    Place("users-adoptions", f"{USERS}/adoptions"),
    Place("adoption-approve", f"{USERS}/adoptions", opens=[f"{USERS}/adoptions/{{provider}}/{{wanted}}/approve"]),
    Place("adoption-reject", f"{USERS}/adoptions", opens=[f"{USERS}/adoptions/{{provider}}/{{wanted}}/reject"]),
    Place("users-deactivate", f"{USERS}/deactivate?id={{user}}&id={{native}}"),
    Place("users-delete", f"{USERS}/delete?id={{user}}&id={{native}}"),
    Place("user-add", USERS, opens=[f"{USERS}/add"]),
    Place("user-add-refused", USERS, opens=[f"{USERS}/add"], sends=True),
    *(
        Place(f"{name.replace(' ', '-')}-general", f"{USERS}/{{{name}}}", tells=[name])
        for name in ("user", "end user", "inactive", "native", "technician", "deactivated")
    ),
    Place("deleted-general", f"{USERS}/{{deleted}}"),
    Place("administrator-general", f"{USERS}/{{boss}}"),
    *(
        Place(f"{name}-{tab}", f"{USERS}/{{{name}}}/{tab}", tells=[name])
        for name in ("user", "native")
        for tab in ("security", "roles", "activity")
    ),
    *(
        Place(f"native-{name.rpartition('/')[2]}", f"{NATIVE}{tab}", opens=[f"{NATIVE}/{name}"], tells=["native"])
        for tab, name in (("", "deactivate"), ("", "delete"), ("/roles", "roles/add"), ("/security", "security/invite"))
    ),
    Place("native-role-why", f"{NATIVE}/roles", opens=[f"{NATIVE}/roles/{{end user role}}/why"]),
    Place("native-role-remove", f"{NATIVE}/roles", opens=[f"{NATIVE}/roles/{{end user role}}/remove"]),
    Place("deactivated-reactivate", f"{USERS}/{{deactivated}}", opens=[f"{USERS}/{{deactivated}}/reactivate"]),
    Place("deleted-restore", f"{USERS}/{{deleted}}", opens=[f"{USERS}/{{deleted}}/restore"]),
    Place("technician-grant", f"{USERS}/{{technician}}", opens=[f"{USERS}/{{technician}}/administrator/grant"]),
    Place("administrator-revoke", f"{USERS}/{{boss}}", opens=[f"{USERS}/{{boss}}/administrator/revoke"]),
    Place("administrator-reset-mfa", f"{USERS}/{{boss}}/security", opens=[f"{USERS}/{{boss}}/security/reset-mfa"]),
    Place(
        "administrator-end-sessions", f"{USERS}/{{boss}}/security", opens=[f"{USERS}/{{boss}}/security/end-sessions"]
    ),
    # Activities, help, settings
    Place("activities", ACTIVITIES),
    Place("activities-filtered", f"{ACTIVITIES}?type=SSO&status=Technician+Created"),
    Place("activities-none-found", f"{ACTIVITIES}?type=SSO&status=Deleted"),
    Place("activity", ACTIVITIES, opens=["dashboard/activities/*/*"]),
    Place("organization-dashboards", "dashboard/organizations", tells=["organization"]),
    Place("organization-dashboard", BELOW, tells=["organization"]),
    Place("organization-activities", f"{BELOW}/activities/all", tells=["organization"]),
    Place("organization-activity", f"{BELOW}/activities/all", opens=[f"{BELOW}/activities/*/*"]),
    Place("help", "help"),
    Place("help-entra", "help/entra"),
    Place("help-okta", "help/okta"),
    Place("settings", "administration/settings"),
)


def address(template: str, ids: Mapping[str, str]) -> str:
    """The path with the ids in it."""
    return re.sub(r"\{([^}]+)\}", lambda match: ids[match[1]], template)


def opener_of(template: str, tenant: Tenant) -> str:
    """The selector of the links that open a dialog."""
    path = address(template, tenant.ids)
    beginning, star, _ = path.partition("*")
    return f'a[data-dialog][href{"^=" if star else "="}"/console/{beginning}"]'


def go(page: Page, console: str, tenant: Tenant, place: Place) -> None:
    """Go there, by the links that people click."""
    page.goto(f"{console}/{address(place.path, tenant.ids)}")
    open_dialogs(page, tenant, place)


def open_dialogs(page: Page, tenant: Tenant, place: Place) -> None:
    """Open those of a place, on whose page one is."""
    for number, template in enumerate(place.opens):
        inside = page.get_by_role("dialog") if number else page.locator("body")
        link = inside.locator(opener_of(template, tenant)).last
        menu = link.locator("xpath=ancestor::details[not(@open)]")
        if menu.count():
            menu.locator("summary").click()
        with filling(page) if number else nullcontext():
            link.click()
        expect(page.get_by_role("dialog").locator("[data-dialog-content]")).to_be_visible()
    if place.sends:
        send(page)


def send(page: Page) -> None:
    """Send the dialog's form as it is, whatever the browser thinks of its fields."""
    form = page.get_by_role("dialog").locator("form").last
    form.evaluate("(form) => { form.noValidate = true; }")
    with filling(page):
        form.locator("footer button").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()


@contextmanager
def filling(page: Page) -> Iterator[None]:
    """Waits until the dialog that is open has been filled anew, by what is done meanwhile."""
    content = page.locator("dialog [data-dialog-content]").element_handle()
    yield
    content.wait_for_element_state("hidden")
