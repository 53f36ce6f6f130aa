"""*Verify it's you*: asks for a time-based code, and sends the form again together with it (R013-R015, AMB-12)."""

from dataclasses import replace

from scim.admin import codes, sessions
from scim.admin.problems import Denied, Problem
from scim.admin.step_up import LIFETIME
from scim.console.forms import CODE, CSRF
from scim.console.views import View, view
from scim.console.visits import Visit
from scim.sentences import Sentence

_ASKED_AT = "verification_asked_at"
"""The field that says when the code was first asked for: whoever comes back later is to look at the change again."""
_FOR_SESSION = "verify_session"
"""The field that says what a code is for: not for one change, but because the sign-in was long ago."""
_PURPOSE = "purpose"
"""The field that holds what a code is for, in the reader's language, until it is right."""
_NOT_KEPT = frozenset({CSRF, CODE, _PURPOSE})
_REFUSALS = frozenset({codes.INCOMPLETE, "wrong_code", "used_code", "mfa_not_enrolled", "locked_out", "mfa_required"})
_OVER = "mfa_required"
_NO_APP = Denied(Sentence("You need an authenticator app before you can do this."), "mfa_not_enrolled")
_LONG_AGO = Denied(Sentence("You signed in a while ago. Sign out, sign in again, and do this then."), "sign_in_again")
"""Of whoever has signed in at a provider, and has no app either."""


def is_answer(visit: Visit) -> bool:
    """Whether the form comes from the dialog."""
    return CODE in visit.form


def concerns_code(problem: Problem) -> bool:
    """Whether it is the code, or that there can be none, why a form is refused."""
    return problem.code in _REFUSALS


async def ask(visit: Visit, purpose: str) -> View:
    """The dialog; who has no authenticator app is told how to get one. One storage call."""
    if await codes.is_enrolled(visit.services, visit.context.principal.account_id):
        return _dialog(visit, purpose)
    return _dialog(visit, purpose, _LONG_AGO if visit.context.principal.provider and not purpose else _NO_APP)


def ask_again(visit: Visit, problem: Problem) -> View:
    """The dialog, with what is wrong with the code that came."""
    return _dialog(visit, visit.form.text(_PURPOSE), problem)


async def accept(visit: Visit) -> Visit:
    """The visit, after a code that was asked for because the sign-in was long ago.

    Codes for one change are the business of whoever makes it.

    Raises:
        Denied: `mfa_required`: the dialog was open for too long; or the code is wrong, or used.
        TooManyAttempts: Wrong too often.
    """
    context = visit.context
    asked_at = visit.form.text(_ASKED_AT)
    if asked_at.isdecimal() and context.now.timestamp() - int(asked_at[:15]) >= LIFETIME.total_seconds():
        raise Denied(Sentence("Nothing was changed. Start again."), _OVER)
    if not visit.form.is_on(_FOR_SESSION):
        return visit
    await sessions.verify(context, visit.form.text(CODE))
    return visit.verified()


def _dialog(visit: Visit, purpose: str, problem: Problem | None = None) -> View:
    kept = [(name, value) for name, value in visit.form.pairs if name not in _NOT_KEPT]
    names = {name for name, _ in kept}
    if not purpose and _FOR_SESSION not in names:
        kept.append((_FOR_SESSION, "1"))
    if _ASKED_AT not in names:
        kept.append((_ASKED_AT, str(int(visit.context.now.timestamp()))))
    code = problem.code if problem else ""
    shown = view(
        "verify.html",
        purpose=purpose,
        fields=kept,
        problem=problem,
        may_answer=code not in {"mfa_not_enrolled", "sign_in_again", "locked_out", _OVER},
        is_over=code == _OVER,
    )
    return replace(shown, status=problem.status if problem else 200)
