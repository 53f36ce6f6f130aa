"""`/identity-providers/{providerId}/scim/tokens`, and `/banners`."""

from typing import Any

from scim.admin import tokens
from scim.admin.banners import banners
from scim.admin.calendar import MEDIA_TYPE
from scim.admin.step_up import CriticalAction
from scim.admin.token_issuing import IssuedToken
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Paging, Parameters
from scim.contracts.tokens import (
    BannerDetails,
    Banners,
    NewToken,
    NewTokenDetails,
    ProviderTokens,
    TokenDetails,
)

TAG = "Provisioning tokens"
_BASE = "/identity-providers/{providerId}/scim/tokens"
_PROOF = "Takes a proof of identity in `X-Step-Up-Proof`, for `revokeToken` and the id of the token that it revokes. "
_ISSUING = (
    "The text is in this reply only. The token lives six calendar months. "
    "Refusals (409): `scim_disabled`, `too_many_tokens`, `under_way`, `generated_meanwhile`"
)


async def list_page(call: Call[NoBody, Paging]) -> Reply:
    """See `ENDPOINTS`."""
    found = await tokens.page(call.context, call.path["providerId"], call.query.cursor, call.query.limit)
    return _listed(call, found)


async def read(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    token = await tokens.details(call.context, call.path["providerId"], call.path["tokenId"])
    return Reply(value=TokenDetails.at(token, call.context.now))


async def read_calendar(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    content = await tokens.calendar(call.context, call.path["providerId"], call.path["tokenId"])
    return Reply.file(f"scim-token-{call.path['tokenId']}.ics", content, MEDIA_TYPE)


async def generate(call: Call[NewToken, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _issued(call, await tokens.generate(call.context, call.path["providerId"], call.body.label or ""))


async def rotate(call: Call[NewToken, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _issued(call, await tokens.rotate(call.context, call.path["providerId"], call.body.label or ""))


async def finish(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _listed(call, await tokens.finish(call.context, call.path["providerId"], call.proof))


async def cancel(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _listed(call, await tokens.cancel(call.context, call.path["providerId"], call.proof))


async def revoke(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    token = await tokens.revoke(call.context, call.path["providerId"], call.path["tokenId"], call.proof)
    return Reply(value=TokenDetails.at(token, call.context.now))


async def list_banners(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    found = await banners(call.context)
    return Reply(value=Banners(items=tuple(BannerDetails.of_banner(banner) for banner in found)))


def _issued(call: Call[NewToken, Parameters], issued: IssuedToken) -> Reply:
    return Reply(
        value=NewTokenDetails.of_issued(issued, call.context.now, call.services.scim_base_url),
        location=f"/identity-providers/{issued.token.provider}/scim/tokens/{issued.token.id}",
        headers={"Cache-Control": "no-store"},
    )


def _listed(call: Call[Any, Any], page: tokens.TokenPage) -> Reply:
    return Reply(value=ProviderTokens.at_moment(page, call.context.now, call.services.scim_base_url))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_BASE,
        name="listTokens",
        tag=TAG,
        summary="The provider's tokens, newest first, and the rotation that is running",
        run=list_page,
        query=Paging,
        reply=ProviderTokens,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path=_BASE,
        name="generateToken",
        tag=TAG,
        summary="Generate token",
        description=f"{_ISSUING}. Records *Token Created*.",
        run=generate,
        body=NewToken,
        reply=NewTokenDetails,
        status=201,
        refusals=(404, 409),
        tells_secret=True,
    ),
    Endpoint(
        method="POST",
        path=f"{_BASE}:rotate",
        name="rotateToken",
        tag=TAG,
        summary="Generate the token that is to replace the live one; both work until the rotation ends",
        description=f"{_ISSUING}, `nothing_to_rotate`. Records *Token Created*.",
        run=rotate,
        body=NewToken,
        reply=NewTokenDetails,
        status=201,
        refusals=(404, 409),
        tells_secret=True,
    ),
    Endpoint(
        method="POST",
        path=f"{_BASE}:finish",
        name="finishRotation",
        tag=TAG,
        summary="Finish the rotation: revoke the old token",
        description=f"{_PROOF}Refused with `not_switched` until the identity provider uses the new one, and with "
        "`no_rotation`. A repetition changes nothing. A rotation whose old token goes unused for a week finishes by "
        "itself. Records *Token Removed*.",
        run=finish,
        reply=ProviderTokens,
        refusals=(404, 409),
        proof=CriticalAction.REVOKE_TOKEN,
    ),
    Endpoint(
        method="POST",
        path=f"{_BASE}:cancel",
        name="cancelRotation",
        tag=TAG,
        summary="Cancel the rotation: revoke the new token",
        description=f"{_PROOF}Refused with `already_switched` when the identity provider uses the new one, and with "
        "`no_rotation`. A repetition changes nothing. Records *Token Removed*.",
        run=cancel,
        reply=ProviderTokens,
        refusals=(404, 409),
        proof=CriticalAction.REVOKE_TOKEN,
    ),
    Endpoint(
        method="GET",
        path=f"{_BASE}/{{tokenId}}",
        name="readToken",
        tag=TAG,
        summary="A token, without its text",
        run=read,
        reply=TokenDetails,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path=f"{_BASE}/{{tokenId}}:revoke",
        name="revokeToken",
        tag=TAG,
        summary="Revoke token",
        description=f"{_PROOF}Requests with the token fail within thirty seconds. A repetition changes nothing. "
        "Records *Token Removed*.",
        run=revoke,
        reply=TokenDetails,
        refusals=(404,),
        proof=CriticalAction.REVOKE_TOKEN,
    ),
    Endpoint(
        method="GET",
        path=f"{_BASE}/{{tokenId}}/expiry.ics",
        name="readTokenExpiry",
        tag=TAG,
        summary="The token's expiry as an entry for a calendar",
        run=read_calendar,
        media_types=(MEDIA_TYPE,),
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/banners",
        name="listBanners",
        tag="Banners",
        summary="What needs somebody's attention, most urgent first; empty for those who may not see providers",
        run=list_banners,
        reply=Banners,
    ),
)
