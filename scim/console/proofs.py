"""Critical changes: what else stands against them is told before a code is asked for."""

from collections.abc import Awaitable, Callable

from scim.admin import step_up
from scim.admin.context import Context
from scim.admin.problems import Denied
from scim.admin.step_up import CriticalAction
from scim.console.forms import CODE
from scim.console.visits import Visit
from scim.domain.providers import Provider
from scim.domain.users import User
from scim.sentences import Sentence

_CODE_IS_MISSING = frozenset({"mfa_required", "recent_sign_in_required"})
"""What is refused for want of a code. One is enough for both: it proves who the person is, and for this change."""


class VerificationRequired(Exception):
    """The change takes a time-based code, and none came: *Verify it's you* asks for it, and sends the form again.

    Args:
        purpose: What the code is for: ends "Enter the time-based code from your authenticator app to …".
        visit: With the form that is to be sent again.
    """

    def __init__(self, purpose: str, visit: Visit) -> None:
        super().__init__(purpose)
        self.purpose = purpose
        self.visit = visit


async def with_proof_for_administrator[T](
    visit: Visit, user: User, purpose: Sentence, change: Callable[[Context, str | None], Awaitable[T]]
) -> T:
    """Change an account: of a system administrator with a proof, of anybody else without (see `with_proof`)."""
    if not user.administrator:
        return await change(visit.context, None)
    return await with_proof(visit, CriticalAction.CHANGE_ADMINISTRATOR, user.id, purpose, change)


async def with_proof_for_sso[T](
    visit: Visit, provider: Provider, change: Callable[[Context, str | None], Awaitable[T]]
) -> T:
    """Change a provider, with a proof where that changes who may sign in there (see `with_proof`)."""
    purpose = Sentence("change how people sign in through {name}", name=provider.name)
    return await with_proof(visit, CriticalAction.CHANGE_SSO, provider.id, purpose, change)


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
        visit: Who makes it. Its form is sent again together with the code: what is secret in it has to be sealed.
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
        raise VerificationRequired(purpose, visit) from denied
