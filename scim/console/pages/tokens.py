"""Provisioning tokens: generate, rotate, revoke (R029-R032, R101, AMB-16). Each leads back to the window."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps

from scim.admin import tokens
from scim.admin.calendar import MEDIA_TYPE
from scim.admin.context import Context
from scim.admin.step_up import CriticalAction
from scim.admin.tokens import TokenPage
from scim.console.forms import Refusal, filled, given
from scim.console.pages.provisioning import WINDOW, back_in_window, show_window, window
from scim.console.paths import IDENTITY_PROVIDERS
from scim.console.proofs import with_proof
from scim.console.routing import Handler, Page
from scim.console.views import Download, Outcome, view
from scim.console.visits import Visit
from scim.contracts.tokens import NewToken
from scim.domain.authority import Action
from scim.domain.tokens import Rotation, Token, last_issued
from scim.errors import Unavailable
from scim.sentences import Sentence


def _in_window(change: Handler) -> Handler:
    """A change that is answered with the window also when vault or storage do not answer: it says so, and stays."""

    @wraps(change)
    async def answered(visit: Visit) -> Outcome:
        try:
            return await change(visit)
        except Unavailable as error:
            refusal = Refusal(detail=error.detail, code="unavailable")
            again = await window(replace(visit, refusal=refusal))
            return replace(again, status=error.status, refusal=refusal)

    return answered


@_in_window
async def generate(visit: Visit) -> Outcome:
    """*Generate token*: the answer is the only page that ever shows it."""
    issued = await tokens.generate(visit.context, visit.path["providerId"], _label(visit), _seen(visit))
    return await window(visit, issued=issued)


async def show_rotate(visit: Visit) -> Outcome:
    """*Rotate token*."""
    visit.context.require(Action.MANAGE_PROVIDERS)
    page = await tokens.page(visit.context, visit.path["providerId"])
    return view("providers/token_rotate.html", page=page, newest=last_issued(page.tokens))


@_in_window
async def rotate(visit: Visit) -> Outcome:
    """Generate the token that replaces the present one."""
    issued = await tokens.rotate(visit.context, visit.path["providerId"], _label(visit), _seen(visit))
    return await window(visit, issued=issued)


async def show_revoke(visit: Visit) -> Outcome:
    """*Revoke token*, the second time: the confirmation (R101)."""
    visit.context.require(Action.MANAGE_PROVIDERS)
    page, token = await _token(visit)
    return view("providers/token_revoke.html", page=page, token=token)


@_in_window
async def revoke(visit: Visit) -> Outcome:
    """Revoke it, with a code (R013)."""
    page, token = await _token(visit)

    async def change(context: Context, proof: str | None) -> Token:
        return await tokens.revoke(context, page.provider.id, token.id, proof)

    purpose = Sentence('revoke the SCIM token {token} of "{provider}"', token=token.name, provider=page.provider.name)
    await with_proof(visit, CriticalAction.REVOKE_TOKEN, token.id, purpose, change)
    return await back_in_window(visit, "token-revoked")


@_in_window
async def finish(visit: Visit) -> Outcome:
    """*Finish*: revoke the old token."""

    def revoked(rotation: Rotation) -> tuple[Token, Sentence]:
        old = rotation.old
        return old, Sentence("finish the rotation and revoke the old SCIM token {token}", token=old.name)

    return await _end_rotation(visit, tokens.finish, revoked, "rotation-finished")


@_in_window
async def cancel(visit: Visit) -> Outcome:
    """*Cancel rotation*: revoke the new token."""

    def revoked(rotation: Rotation) -> tuple[Token, Sentence]:
        new = rotation.new
        return new, Sentence("cancel the rotation and revoke the new SCIM token {token}", token=new.name)

    return await _end_rotation(visit, tokens.cancel, revoked, "rotation-cancelled")


async def _end_rotation(
    visit: Visit,
    use_case: Callable[[Context, str, str | None], Awaitable[TokenPage]],
    revoked: Callable[[Rotation], tuple[Token, Sentence]],
    notice: str,
) -> Outcome:
    """End a rotation.

    Args:
        visit: Who does.
        use_case: Ends it.
        revoked: The token that is revoked by that, and what the code is for.
        notice: What is told then.
    """
    provider_id = visit.path["providerId"]

    async def change(context: Context, proof: str | None) -> TokenPage:
        return await use_case(context, provider_id, proof)

    rotation = (await tokens.page(visit.context, provider_id)).rotation
    if rotation is None:  # it came to its end already, which takes no proof, or there is none
        await change(visit.context, None)
    else:
        token, purpose = revoked(rotation)
        await with_proof(visit, CriticalAction.REVOKE_TOKEN, token.id, purpose, change)
    return await back_in_window(visit, notice)


async def calendar(visit: Visit) -> Outcome:
    """The token's expiry, for a calendar."""
    token_id = visit.path["tokenId"]
    content = await tokens.calendar(visit.context, visit.path["providerId"], token_id, visit.language.told)
    return Download(name=f"scim-token-{token_id}.ics", content=content, media_type=MEDIA_TYPE)


async def _token(visit: Visit) -> tuple[TokenPage, Token]:
    """The token that the address names, and those of its provider."""
    provider_id, token_id = visit.path["providerId"], visit.path["tokenId"]
    return await asyncio.gather(
        tokens.page(visit.context, provider_id), tokens.details(visit.context, provider_id, token_id)
    )


def _label(visit: Visit) -> str:
    return filled(NewToken, given(visit.form, ("label",))).label or ""


def _seen(visit: Visit) -> str | None:
    return visit.form.text("newest") if "newest" in visit.form else None


_TOKENS = f"{WINDOW}/tokens"
_ONE = f"{_TOKENS}/{{tokenId}}"

PAGES = (
    Page(path=f"{_TOKENS}/generate", show=show_window, submit=generate, place=IDENTITY_PROVIDERS),
    Page(path=f"{_TOKENS}/rotate", show=show_rotate, submit=rotate, place=IDENTITY_PROVIDERS),
    Page(path=f"{_TOKENS}/finish", show=show_window, submit=finish, place=IDENTITY_PROVIDERS),
    Page(path=f"{_TOKENS}/cancel", show=show_window, submit=cancel, place=IDENTITY_PROVIDERS),
    Page(path=f"{_ONE}/revoke", show=show_revoke, submit=revoke, place=IDENTITY_PROVIDERS),
    Page(path=f"{_ONE}/expiry.ics", show=calendar),
)
