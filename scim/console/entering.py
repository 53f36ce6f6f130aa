"""What leads into the console has in common: who has just proven who they are gets a session, and goes on."""

from urllib.parse import quote

from scim.admin.sessions import Ticket
from scim.console.paths import is_own, path_to
from scim.console.views import Redirect
from scim.console.visits import Visit
from scim.web.cookies import set_cookie

_KEPT = "/?&=%#:@!$'()*+,;~"
"""What an address may hold as it is."""


def entered(visit: Visit, ticket: Ticket) -> Redirect:
    """The cookie, and the way to where the person wanted to go."""
    return Redirect(destination(visit), headers={**set_cookie(ticket), **for_scripts(visit, ticket)})


def destination(visit: Visit) -> str:
    """The page that `next` names, if it is one of ours; else the first one."""
    return own_address(visit.query("next"))


def own_address(wanted: str) -> str:
    """The page that somebody else's text names, if it is one of ours; else the first one."""
    return quote(wanted, safe=_KEPT) if is_own(wanted) else path_to()


def for_scripts(visit: Visit, ticket: Ticket) -> dict[str, str]:
    """What a script needs that has a dialog open whose session was over: see static/signing-in.js."""
    return {"X-CSRF-Token": ticket.csrf_token, "X-Account": ticket.account_id} if visit.is_fragment else {}
