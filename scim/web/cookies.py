"""The session's cookie: `__Host-` binds it to this host and to https; no script and no other site ever has it."""

from scim.admin.sessions import LONGEST, Ticket

NAME = "__Host-rollcall"
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
    pairs = [pair.strip(" \t").partition("=") for pair in header.split(";")]
    tickets = [value for name, _, value in pairs if name == NAME]
    return Ticket.parse(tickets[0]) if len(tickets) == 1 else None
