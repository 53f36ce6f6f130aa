"""A form that was filled from what somebody else has changed since: who that was."""

from dataclasses import replace

from scim.admin.activities import last_change
from scim.admin.problems import CHANGED, Problem
from scim.console.forms import Refusal
from scim.console.visits import Visit


async def refusal_of(visit: Visit, problem: Problem) -> Refusal:
    """What the form's page tells of a refusal; of a conflict, with the change that came first.

    A page of the log is read for it. Refusals that name somebody by themselves keep their own sentence.

    Args:
        visit: Who sent the form. What it changes is the last id of its address, or else the person's own account.
        problem: Why it was refused.
    """
    refusal = Refusal.of(problem)
    if problem.detail != CHANGED:
        return refusal
    subject = [visit.context.principal.account_id, *visit.path.values()][-1]
    return replace(refusal, change=await last_change(visit.context, subject))
