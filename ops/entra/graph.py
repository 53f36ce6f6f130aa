"""Microsoft Graph v1.0: what it answers, and what its refusals mean."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from ops.entra.clients import Answer
from ops.entra.console import Refused

URL = "https://graph.microsoft.com/v1.0"
NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
"""The application template of applications that are not in the gallery."""
SCIM_TEMPLATE = "scim"
"""The synchronization template of SCIM 2.0; `customappsso` is what it was before 2019."""
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
"""The app role of an application that has none."""

# --- answers ---


class AppRole(Answer):
    """A role that people and groups are assigned to an application with."""

    id: str
    display_name: str | None = None
    is_enabled: bool = True
    allowed_member_types: tuple[str, ...] = ()


class ServicePrincipal(Answer):
    """An enterprise application."""

    id: str
    display_name: str
    application_template_id: str | None = None
    app_roles: tuple[AppRole, ...] = ()


class NewApplication(Answer):
    """What an application template makes."""

    service_principal: ServicePrincipal


class Named(Answer):
    """A template, a group, a user."""

    id: str


class Schedule(Answer):
    """`Active`, `Disabled` or `Paused`."""

    state: str


class Status(Answer):
    """`NotConfigured`, `NotRun`, `Active`, `Paused` or `Quarantine`."""

    code: str


class Job(Answer):
    """A synchronization job."""

    id: str
    template_id: str
    schedule: Schedule
    status: Status


class Assignment(Answer):
    """Who is assigned to an application."""

    principal_id: str


class Secret(Answer):
    """A setting or a secret of the job; secrets come back blanked."""

    key: str
    value: str | None = None


class OnDemand(Answer):
    """What came of provisioning one person: two texts of JSON."""

    key: str
    value: str


# --- refusals ---

ROLES: Mapping[str, str] = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
}
"""The directory roles of which one is needed, by the ids that are the same in all tenants."""

PERMISSIONS: tuple[tuple[str, str, str], ...] = (
    ("/synchronization/", "Synchronization.ReadWrite.All", "makes, configures and starts the provisioning job"),
    ("/appRoleAssignedTo", "AppRoleAssignment.ReadWrite.All", "assigns groups to the enterprise application"),
    ("/groups", "GroupMember.Read.All", "finds a group by its name (--group with an object id needs no permission)"),
    ("/users", "User.ReadBasic.All", "finds a person by name (--try-user with an object id needs no permission)"),
    ("/", "Application.ReadWrite.All", "finds and makes the enterprise application"),
)
"""A part of the path, the delegated permission that it takes, and what that one does; the first part found counts."""

_LICENCE = re.compile(r"premium|licen[cs]e|\bsku\b", re.IGNORECASE)
_REFUSED = frozenset({401, 403})


def permission_for(path: str) -> tuple[str, str]:
    """The permission that a path takes, and what that one does."""
    return next((name, purpose) for part, name, purpose in PERMISSIONS if part in path)


def claims_of(access_token: str) -> Mapping[str, Any]:
    """What a token says of itself; nothing if it cannot be read. It explains a refusal, and decides nothing."""
    try:
        payload = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


def refusal(claims: Callable[[], Mapping[str, Any]]) -> Callable[[httpx.Response], Refused]:
    """Explains what Graph refuses.

    Args:
        claims: Of the token that it was asked with.
    """

    def explain(reply: httpx.Response) -> Refused:
        code, message = _error(reply)
        if _LICENCE.search(f"{code} {message}"):
            return Refused(
                "Assigning groups takes a Microsoft Entra ID P1 licence, which this tenant has not. "
                "Leave --group out, and assign people one by one under Users and groups in the Entra admin center."
            )
        if code == "InvalidAuthenticationToken":
            return Refused("The sign-in to Microsoft Graph is over or was not accepted. Run the command again.")
        if reply.status_code in _REFUSED:
            return _denied(reply.url.path, claims())
        what = f"{reply.request.method} {reply.url.path}"
        if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return Refused(f"Microsoft Graph is throttling ({what}). Wait a few minutes and run the command again.")
        if reply.status_code == httpx.codes.NOT_FOUND:
            return Refused(
                f"Microsoft Graph does not find what {what} is about. If it was just made, it may take some minutes "
                "more until it is seen everywhere: run the command again."
            )
        return Refused(f"Microsoft Graph answered {reply.status_code} to {what}: {code} {message}".rstrip(": "))

    return explain


def _error(reply: httpx.Response) -> tuple[str, str]:
    try:
        error = reply.json()["error"]
        return str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ""


def _denied(path: str, claims: Mapping[str, Any]) -> Refused:
    """A missing permission and a missing role are refused alike; the token tells which of them it is."""
    permission, purpose = permission_for(path)
    grant = (
        f"The permission {permission} is missing: it {purpose}. "
        "Run the command with --sign-in browser and consent to it, or have an administrator consent to it for the "
        "client that you sign in with."
    )
    role = (
        "Your account has none of the directory roles that this takes. Have it made Application Administrator or "
        "Cloud Application Administrator (Entra ID → Roles & admins), sign in again, and run the command again."
    )
    if "scp" not in claims:
        return Refused(f"Microsoft Graph refused this. Either: {grant} Or: {role}")
    if permission not in str(claims["scp"]).split():
        return Refused(grant)
    if "wids" in claims and not ROLES.keys() & set(claims["wids"]):
        return Refused(role)
    return Refused(
        f"Microsoft Graph refused {path.rpartition('/')[2]}, though the permission {permission} is there. "
        f"{role} A role that was given a moment ago takes some minutes to count."
    )
