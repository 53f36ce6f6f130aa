"""`/identity-providers/{providerId}/adoptions`: native accounts that a provider would manage."""

from scim.admin import accounts, adoptions
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.accounts import AccountDetails
from scim.contracts.adoptions import AdoptionItem, AdoptionItems, AdoptionQuery, Approval
from scim.contracts.base import Parameters

TAG = "Adoption"


async def list_all(call: Call[NoBody, AdoptionQuery]) -> Reply:
    """See `ENDPOINTS`."""
    is_rejected = call.query.state == "rejected"
    found = await adoptions.queue(call.context, call.path["providerId"], rejected=is_rejected)
    return Reply(value=AdoptionItems(items=tuple(AdoptionItem.waiting(each) for each in found)))


async def approve(call: Call[Approval, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await adoptions.approve(
        call.context,
        call.path["providerId"],
        call.path["accountId"],
        call.if_match,
        administrator=call.body.administrator,
    )
    details = await accounts.described(call.context, account)
    return Reply(value=AccountDetails.described(details), version=account.version)


async def reject(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await adoptions.reject(call.context, call.path["providerId"], call.path["accountId"])
    return Reply()


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/identity-providers/{providerId}/adoptions",
        name="listAdoptions",
        tag=TAG,
        summary="Native accounts that the provider tried to create, and an administrator decides about",
        run=list_all,
        query=AdoptionQuery,
        reply=AdoptionItems,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path="/identity-providers/{providerId}/adoptions/{accountId}:approve",
        name="approveAdoption",
        tag=TAG,
        summary="Hand the account over to the provider, at once; its Native roles stay",
        description="A system administrator's account takes `administrator: true`, else it is refused with "
        "`administrator_not_confirmed`.",
        run=approve,
        body=Approval,
        reply=AccountDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/identity-providers/{providerId}/adoptions/{accountId}:reject",
        name="rejectAdoption",
        tag=TAG,
        summary="Keep the account native; it can still be approved later",
        run=reject,
        status=204,
        refusals=(404,),
    ),
)
