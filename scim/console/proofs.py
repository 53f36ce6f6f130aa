"""Critical changes: what else stands against them is told before a code is asked for."""

from collections.abc import Awaitable, Callable

from scim.admin.problems import Denied
from scim.admin.step_up import CriticalAction
from scim.console.forms import CODE
from scim.console.visits import VerificationRequired, Visit
from scim.sentences import Sentence


async def with_proof[T](
    visit: Visit,
    action: CriticalAction,
    object_id: str,
    purpose: Sentence,
    change: Callable[[str | None], Awaitable[T]],
) -> T:
    """Make a change that takes a proof of identity (R013-R015).

    Without a code the change is tried all the same: it looks at everything else first, and at the proof last. So nobody
    looks a code up for a change that is refused anyway, or is done already.

    Args:
        visit: Who makes it.
        action: What it is.
        object_id: The id of the thing that is changed.
        purpose: See `Visit.proof`.
        change: Makes it, with the proof or without.

    Raises:
        VerificationRequired: Only the code is missing.
        Problem: The change or the code is refused.
    """
    if CODE in visit.form:
        return await change(await visit.proof(action, object_id, purpose))
    try:
        return await change(None)
    except Denied as denied:
        if denied.code != "mfa_required":
            raise
        raise VerificationRequired(purpose) from denied
