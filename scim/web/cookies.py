"""The cookies: `__Host-` binds them to this host and to https, and no script ever has them.

No other site ever makes a browser send the session's. That of a sign-in at an identity provider comes along with what
the provider has the browser post, and opens nothing by itself.
"""

from scim.admin.sessions import LONGEST, Ticket
from scim.admin.sso_pending import LIFETIME

NAME = "__Host-rollcall"
SSO_NAME = "__Host-rollcall-sso"
_SSO_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"


def set_cookie(ticket: Ticket) -> dict[str, str]:
    """The header that gives the browser a session."""
    return {"Set-Cookie": f"{NAME}={ticket}; Max-Age={int(LONGEST.total_seconds())}; {_ATTRIBUTES}"}


def clear_cookie() -> dict[str, str]:
    """The header that takes it away."""
    return {"Set-Cookie": f"{NAME}=; Max-Age=0; {_ATTRIBUTES}"}


def ticket_in(header: str) -> Ticket | None:
    """The session in a `Cookie` header; None for none, and for several.

    Other cookies may hold anything. Only blanks and tabs are taken from around a name, so that no other name becomes
    this one: browsers keep its promise for exactly this name.
    """
    return Ticket.parse(_only(NAME, header))


def set_sso_cookie(sealed: str) -> dict[str, str]:
    """The header that gives the browser what it keeps of a sign-in at an identity provider."""
    return {"Set-Cookie": f"{SSO_NAME}={sealed}; Max-Age={int(LIFETIME.total_seconds())}; {_SSO_ATTRIBUTES}"}


def sso_cookie_in(header: str) -> str:
    """What the browser keeps of it; "" for nothing, and for several."""
    return _only(SSO_NAME, header)


def _only(wanted: str, header: str) -> str:
    pairs = [pair.strip(" \t").partition("=") for pair in header.split(";")]
    values = [value for name, _, value in pairs if name == wanted]
    return values[0] if len(values) == 1 else ""
