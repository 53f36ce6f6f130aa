"""`/me/access-tokens`: what scripts sign in with."""

from scim.admin import access_tokens
from scim.admin.step_up import CriticalAction
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.access_tokens import AccessTokenDetails, AccessTokens, IssuedAccessToken, NewAccessToken
from scim.contracts.base import Parameters

TAG = "Access tokens"


async def create(call: Call[NewAccessToken, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    token, text = await access_tokens.issue(call.context, call.body.label, call.body.days, call.proof)
    details = IssuedAccessToken.of(token, token=text.text)
    return Reply(value=details, location=f"/me/access-tokens/{token.id}")


async def list_all(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    tokens = await access_tokens.mine(call.context)
    return Reply(value=AccessTokens(items=tuple(AccessTokenDetails.of(token) for token in tokens)))


async def remove(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await access_tokens.remove(call.context, call.path["tokenId"])
    return Reply()


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/me/access-tokens",
        name="listAccessTokens",
        tag=TAG,
        summary="Your access tokens, newest first",
        run=list_all,
        reply=AccessTokens,
    ),
    Endpoint(
        method="POST",
        path="/me/access-tokens",
        name="createAccessToken",
        tag=TAG,
        summary="Make an access token; its text is in this reply only",
        description="In a session that began at an identity provider it takes a proof of identity in "
        "`X-Step-Up-Proof`, for `createAccessToken` and your account's id.",
        run=create,
        body=NewAccessToken,
        reply=IssuedAccessToken,
        status=201,
        refusals=(409,),
        tells_secret=True,
        proof=CriticalAction.CREATE_ACCESS_TOKEN,
    ),
    Endpoint(
        method="DELETE",
        path="/me/access-tokens/{tokenId}",
        name="deleteAccessToken",
        tag=TAG,
        summary="End an access token at once",
        run=remove,
        status=204,
        refusals=(404,),
    ),
)
