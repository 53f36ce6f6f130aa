"""The page that shows an invitation link: once, in the answer that makes it."""

from datetime import datetime

from scim.admin import accounts, invitations
from scim.admin.context import Context
from scim.console.proofs import with_proof_for_administrator
from scim.console.views import View, after_change, view
from scim.console.visits import Visit
from scim.domain.users import display_name
from scim.sentences import Sentence


async def invited(visit: Visit, account_id: str) -> View:
    """Make a link for an account, and show it.

    Raises:
        Problem: See `invitations.invite`.
    """
    user = await accounts.get(visit.context, account_id)

    async def change(context: Context, proof: str | None) -> tuple[str, datetime]:
        return await invitations.invite(context, account_id, proof)

    purpose = Sentence("create an invitation link for {name}", name=display_name(user))
    link, until = await with_proof_for_administrator(visit, user, purpose, change)
    return after_change(
        view("users/invited.html", name=display_name(user), account_id=account_id, link=link, until=until)
    )
