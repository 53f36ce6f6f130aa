"""Provisioning tokens: generate, rotate, revoke (R029-R032, R101, AMB-16). Each leads back to the window."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from scim.admin import tokens
from scim.admin.calendar import MEDIA_TYPE
from scim.admin.step_up import CriticalAction
from scim.admin.token_issuing import IssuedToken
from scim.console.forms import Refusal, given
from scim.console.pages.provisioning import WINDOW, after_change, show_window, window
from scim.console.paths import IDENTITY_PROVIDERS
from scim.console.routing import Page
from scim.console.views import Download, Outcome, view
from scim.console.visits import Visit
from scim.contracts.tokens import NewToken
from scim.domain.authority import Action
from scim.domain.tokens import Token, last_issued
from scim.errors import Unavailable
from scim.sentences import Sentence


async def generate(visit: Visit) -> Outcome:
    """*Generate token*: the answer is the only page that ever shows it."""
    issuing = tokens.generate(visit.context, visit.path["providerId"], _label(visit), _seen(visit))
    return await _told(visit, _issued(visit, issuing))


async def show_rotate(visit: Visit) -> Outcome:
    """*Rotate token*."""
    page = await tokens.page(visit.context, visit.path["providerId"])
    return view("providers/token_rotate.html", page=page, newest=last_issued(page.tokens))


async def rotate(visit: Visit) -> Outcome:
    """Generate the token that replaces the present one."""
    issuing = tokens.rotate(visit.context, visit.path["providerId"], _label(visit), _seen(visit))
    return await _told(visit, _issued(visit, issuing))


async def show_revoke(visit: Visit) -> Outcome:
    """*Revoke token*, the second time: the confirmation (R101)."""
    page, token = await _token(visit)
    return view("providers/token_revoke.html", page=page, token=token)


async def revoke(visit: Visit) -> Outcome:
    """Revoke it, with a code (R013)."""
    return await _told(visit, _revoke(visit))


async def _revoke(visit: Visit) -> Outcome:
    context = visit.context
    context.require(Action.MANAGE_PROVIDERS)
    page, token = await _token(visit)
    proof = None
    if token.is_live(context.now):
        purpose = Sentence(
            'revoke the SCIM token {token} of "{provider}"', token=token.name, provider=page.provider.name
        )
        proof = await visit.proof(CriticalAction.REVOKE_TOKEN, token.id, purpose)
    await tokens.revoke(context, page.provider.id, token.id, proof)
    return await after_change(visit, "token-revoked")


async def finish(visit: Visit) -> Outcome:
    """*Finish*: revoke the old token."""
    return await _told(visit, _finish(visit))


async def _finish(visit: Visit) -> Outcome:
    context, provider_id = visit.context, visit.path["providerId"]
    context.require(Action.MANAGE_PROVIDERS)
    rotation = (await tokens.page(context, provider_id)).rotation
    proof = None
    if rotation is not None and rotation.has_switched:
        purpose = Sentence("finish the rotation and revoke the old SCIM token {token}", token=rotation.old.name)
        proof = await visit.proof(CriticalAction.REVOKE_TOKEN, rotation.old.id, purpose)
    await tokens.finish(context, provider_id, proof)
    return await after_change(visit, "rotation-finished")


async def cancel(visit: Visit) -> Outcome:
    """*Cancel rotation*: revoke the new token."""
    return await _told(visit, _cancel(visit))


async def _cancel(visit: Visit) -> Outcome:
    context, provider_id = visit.context, visit.path["providerId"]
    context.require(Action.MANAGE_PROVIDERS)
    rotation = (await tokens.page(context, provider_id)).rotation
    proof = None
    if rotation is not None and not rotation.has_switched:
        purpose = Sentence("cancel the rotation and revoke the new SCIM token {token}", token=rotation.new.name)
        proof = await visit.proof(CriticalAction.REVOKE_TOKEN, rotation.new.id, purpose)
    await tokens.cancel(context, provider_id, proof)
    return await after_change(visit, "rotation-cancelled")


async def calendar(visit: Visit) -> Outcome:
    """The token's expiry, for a calendar."""
    token_id = visit.path["tokenId"]
    content = await tokens.calendar(visit.context, visit.path["providerId"], token_id)
    return Download(name=f"scim-token-{token_id}.ics", content=content, media_type=MEDIA_TYPE)


async def _issued(visit: Visit, issuing: Awaitable[IssuedToken]) -> Outcome:
    return await window(visit, issued=await issuing)


async def _told(visit: Visit, change: Awaitable[Outcome]) -> Outcome:
    """What a change is answered with: when vault or storage do not answer, the window says so, and stays."""
    try:
        return await change
    except Unavailable as error:
        refusal = Refusal(detail=error.detail, code="unavailable")
        again = await window(replace(visit, refusal=refusal))
        return replace(again, status=error.status, refusal=refusal)


async def _token(visit: Visit) -> tuple[tokens.TokenPage, Token]:
    """The token that the address names, and those of its provider."""
    provider_id, token_id = visit.path["providerId"], visit.path["tokenId"]
    return await asyncio.gather(
        tokens.page(visit.context, provider_id), tokens.details(visit.context, provider_id, token_id)
    )


def _label(visit: Visit) -> str:
    return visit.body(NewToken, given(visit.form, ("label",))).label or ""


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
