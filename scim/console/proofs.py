"""Critical changes: what else stands against them is told before a code is asked for."""

from collections.abc import Awaitable, Callable

from scim.admin import step_up
from scim.admin.context import Context
from scim.admin.problems import Denied
from scim.admin.step_up import CriticalAction
from scim.console.forms import CODE
from scim.console.visits import Visit
from scim.sentences import Sentence

_CODE_IS_MISSING = frozenset({"mfa_required", "recent_sign_in_required"})
"""What is refused for want of a code. One is enough for both: it proves who the person is, and for this change."""


class VerificationRequired(Exception):
    """The change takes a time-based code, and none came: *Verify it's you* asks for it, and sends the form again.

    Args:
        purpose: What the code is for: ends "Enter the time-based code from your authenticator app to …".
    """

    def __init__(self, purpose: str) -> None:
        super().__init__(purpose)
        self.purpose = purpose


async def with_proof[T](
    visit: Visit,
    action: CriticalAction,
    object_id: str,
    purpose: Sentence,
    change: Callable[[Context, str | None], Awaitable[T]],
) -> T:
    """Make a change that takes a proof of identity (R013-R015).

    Without a code the change is tried all the same: it looks at everything else first, and at the proof last. So nobody
    looks a code up for a change that is refused anyway, or is done already.

    Args:
        visit: Who makes it.
        action: What it is.
        object_id: The id of the thing that is changed.
        purpose: See `VerificationRequired`.
        change: Makes it, with the proof or without.

    Raises:
        VerificationRequired: Only the code is missing.
        Problem: The change or the code is refused.
    """
    if code := visit.form.text(CODE):
        proof, _ = await step_up.verify(visit.context, code, action, object_id)
        return await change(visit.verified().context, proof)
    try:
        return await change(visit.context, None)
    except Denied as denied:
        if denied.code not in _CODE_IS_MISSING:
            raise
        raise VerificationRequired(purpose) from denied
