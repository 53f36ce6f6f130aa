"""The system dashboard: what needs attention."""

from scim.console.paths import path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit

PLACE = "dashboard"


async def show_start(visit: Visit) -> Outcome:
    """Where the console begins."""
    return Redirect(path_to(PLACE))


async def show(visit: Visit) -> Outcome:
    """The dashboard."""
    return view("dashboard.html")


PAGES = (
    Page(path="/", show=show_start),
    Page(path=f"/{PLACE}", show=show, place=PLACE),
)
