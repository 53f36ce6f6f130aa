"""All users → native accounts that a provider would manage, and an administrator decides about (AMB-22)."""

from scim.admin import accounts, adoptions
from scim.console.paths import USERS, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.domain.authority import Action

QUEUE = f"{USERS}/adoptions"
_ONE = f"/{QUEUE}/{{providerId}}/{{accountId}}"


async def show_queue(visit: Visit) -> Outcome:
    """Those that wait, by provider."""
    return view("users/adoptions.html", queues=await adoptions.waiting(visit.context))


async def show_approve(visit: Visit) -> Outcome:
    """*Approve*."""
    visit.context.require(Action.MANAGE_ACCOUNTS)
    provider, adoption = await adoptions.request(visit.context, visit.path["providerId"], visit.path["accountId"])
    account = await accounts.load(visit.context, adoption.user.id)
    return view("users/adoption_approve.html", provider=provider, user=account.user, version=account.version)


async def approve(visit: Visit) -> Outcome:
    """Hand the account over."""
    await adoptions.approve(
        visit.context,
        visit.path["providerId"],
        visit.path["accountId"],
        visit.version,
        administrator=visit.form.is_on("administrator"),
    )
    return Redirect(path_to(QUEUE), "adoption-approved")


async def show_reject(visit: Visit) -> Outcome:
    """*Reject*."""
    visit.context.require(Action.MANAGE_ACCOUNTS)
    provider, adoption = await adoptions.request(visit.context, visit.path["providerId"], visit.path["accountId"])
    return view("users/adoption_reject.html", provider=provider, user=adoption.user)


async def reject(visit: Visit) -> Outcome:
    """Keep the account native."""
    await adoptions.reject(visit.context, visit.path["providerId"], visit.path["accountId"])
    return Redirect(path_to(QUEUE), "adoption-rejected")


PAGES = (
    Page(path=f"/{QUEUE}", show=show_queue, place=USERS),
    Page(path=f"{_ONE}/approve", show=show_approve, submit=approve, place=USERS),
    Page(path=f"{_ONE}/reject", show=show_reject, submit=reject, place=USERS),
)
