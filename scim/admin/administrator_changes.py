"""What is asked before a system administrator is changed: whether one remains, and a code (AMB-11, R013).

Who could switch other administrators off, or open their accounts with a link, by a session alone, could take the tenant
over with a session that was left open.
"""

from scim.admin.context import Context
from scim.admin.problems import Conflicting
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain.users import User
from scim.sentences import Sentence

LAST_ADMINISTRATOR = "last_administrator"
"""The code of the refusal to take away the last system administrator."""


async def refuse_last(context: Context, user: User, refusal: Sentence) -> None:
    """Say that somebody is the last one before a code is asked for; the write itself looks again.

    Raises:
        Conflicting: `last_administrator`.
    """
    if await context.services.administrator_guard.is_last(user):
        raise Conflicting(refusal, LAST_ADMINISTRATOR)


async def require_proof_for(context: Context, user: User, proof: str | None) -> None:
    """Check a proof for `changeAdministrator`, if it is one that is changed.

    Raises:
        Denied: `mfa_required`.
    """
    if user.administrator:
        await require_proof(context, proof, CriticalAction.CHANGE_ADMINISTRATOR, user.id)
