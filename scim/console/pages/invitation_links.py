"""The page that shows an invitation link: once, in the answer that makes it."""

from scim.admin import accounts, invitations
from scim.console.views import View, after_change, view
from scim.console.visits import Visit
from scim.domain.users import display_name


async def invited(visit: Visit, account_id: str) -> View:
    """Make a link for an account, and show it.

    Raises:
        Problem: See `invitations.invite`.
    """
    link, until = await invitations.invite(visit.context, account_id)
    user = await accounts.get(visit.context, account_id)
    return after_change(
        view("users/invited.html", name=display_name(user), account_id=account_id, link=link, until=until)
    )
