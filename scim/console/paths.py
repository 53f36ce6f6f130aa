"""Addresses of the console."""

from urllib.parse import quote, urlencode

BASE = "/console"
IDENTITY_PROVIDERS = "administration/accounts/identity-providers"
USERS = "administration/accounts/users"
TECHNICIAN_ROLES = "administration/accounts/technician-roles"
END_USER_ROLES = "administration/accounts/end-user-roles"
ORGANIZATIONS = "administration/organizations"
EXPRESSION = "administration/organizations/expression"
SSO = "sso"
SETTINGS = "administration/settings"
NOTICE = "notice"
"""The parameter that names what is told once."""


def path_to(place: str = "", *parts: str, **query: object) -> str:
    """The address of a page.

    Args:
        place: Below the console's base: one of the constants, or "sign-in".
        parts: Segments that follow, ids among them: they are quoted.
        query: Parameters; those that are None or "" are left out, and those of a list or tuple repeated.
    """
    path = "/".join(filter(None, (BASE, place, *(quote(part, safe=":") for part in parts))))
    given = {name: value for name, value in query.items() if value not in (None, "", ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def is_own(address: str) -> bool:
    """Whether an address that somebody else gave leads to a page of the console, and nowhere else."""
    within = address == BASE or address.startswith((f"{BASE}/", f"{BASE}?"))
    return within and "\\" not in address and address.isprintable()
