"""All users → what is done to several of them at once."""

from collections.abc import Sequence
from functools import partial

from scim.admin import bulk_accounts
from scim.admin.bulk_accounts import BulkAction
from scim.admin.problems import Invalid
from scim.console.paths import USERS
from scim.console.routing import Page
from scim.console.views import Outcome, after_change, view
from scim.console.visits import Visit
from scim.sentences import Sentence

MOST = 200
"""Accounts that are changed at once: those of one page of the list."""


async def confirm(action: BulkAction, visit: Visit) -> Outcome:
    """Ask, with the numbers."""
    ids = _ids(visit)
    selection = await bulk_accounts.selection(visit.context, ids)
    return view("users/selected.html", action=action, ids=ids, selection=selection)


async def run(action: BulkAction, visit: Visit) -> Outcome:
    """Do it, and tell what became of each."""
    result = await bulk_accounts.run(visit.context, action, _ids(visit))
    return after_change(view("users/selected_done.html", action=action, result=result))


def _ids(visit: Visit) -> Sequence[str]:
    """Those that were selected: in the address at first, in the form when it is confirmed."""
    ids = tuple(dict.fromkeys(visit.form.all("id") or visit.queries("id")))
    if not ids:
        raise Invalid(Sentence("Select at least one user."))
    if len(ids) > MOST:
        raise Invalid(Sentence("Select at most {number} users.", number=MOST))
    return ids


PAGES = tuple(
    Page(path=f"/{USERS}/{action}", show=partial(confirm, action), submit=partial(run, action), place=USERS)
    for action in BulkAction
)
