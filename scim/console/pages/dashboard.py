"""The system dashboard: what needs attention, how much there is, and what was done last."""

import asyncio
from collections.abc import Sequence

from scim.admin import activities, attention
from scim.console.paths import path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.domain.activities import Activity
from scim.domain.activity_log import ActivityFilter
from scim.domain.authority import Action

PLACE = "dashboard"
_LATEST = 10


async def show_start(visit: Visit) -> Outcome:
    """Where the console begins."""
    return Redirect(path_to(PLACE))


async def show(visit: Visit) -> Outcome:
    """The dashboard; people who see nothing of all this are welcomed."""
    board, latest = await asyncio.gather(attention.board(visit.context), _latest(visit))
    if board is None:
        return view("welcome.html")
    names = {provider.id: provider.name for provider in board.providers}
    return view("dashboard.html", board=board, latest=latest, names=names)


async def _latest(visit: Visit) -> Sequence[Activity]:
    if not visit.may(Action.VIEW_SYSTEM_ACTIVITIES):
        return ()
    return (await activities.page(visit.context, ActivityFilter(), "", _LATEST)).activities


PAGES = (
    Page(path="/", show=show_start),
    Page(path=f"/{PLACE}", show=show, place=PLACE),
)
