"""`/users`: all accounts, whoever manages them."""

from typing import Any

from scim.admin import account_edits, accounts, administrators, new_accounts
from scim.admin.accounts import Account
from scim.admin.step_up import CriticalAction
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.accounts import (
    AccountDetails,
    AccountEdit,
    AccountFilters,
    AccountItems,
    AccountQuery,
    NewAccount,
    Restoration,
)
from scim.contracts.base import Parameters
from scim.web.account_csv import FILE_NAME, account_csv
from scim.web.csv_text import CSV

TAG = "Accounts"


async def list_page(call: Call[NoBody, AccountQuery]) -> Reply:
    """See `ENDPOINTS`."""
    query = call.query
    return Reply(
        value=AccountItems.listed(await accounts.page(call.context, query.wanted(), query.cursor, query.limit))
    )


async def export(call: Call[NoBody, AccountFilters]) -> Reply:
    """See `ENDPOINTS`."""
    return Reply.file(FILE_NAME, await account_csv(call.context, call.query.wanted()), CSV)


async def create(call: Call[NewAccount, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await new_accounts.create(call.context, call.body.fields())
    reply = await _described(call, account)
    return Reply(value=reply.value, version=reply.version, location=f"/users/{account.user.id}")


async def read(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    details = await accounts.details(call.context, call.path["accountId"])
    return Reply(value=AccountDetails.described(details), version=details.account.version)


async def edit(call: Call[AccountEdit, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await account_edits.edit(call.context, call.path["accountId"], call.body.edit(), call.if_match)
    return await _described(call, account)


async def remove(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    await account_edits.delete(call.context, call.path["accountId"], call.if_match)
    return Reply()


async def deactivate(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await account_edits.set_active(call.context, call.path["accountId"], call.if_match, active=False)
    return await _described(call, account)


async def reactivate(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await account_edits.set_active(call.context, call.path["accountId"], call.if_match, active=True)
    return await _described(call, account)


async def restore(call: Call[Restoration, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await new_accounts.restore(call.context, call.path["accountId"], call.body.organization_id)
    return await _described(call, account)


async def grant_administrator(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await administrators.grant(call.context, call.path["accountId"], call.proof, call.if_match)
    return await _described(call, account)


async def revoke_administrator(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    account = await administrators.revoke(call.context, call.path["accountId"], call.proof, call.if_match)
    return await _described(call, account)


async def _described(call: Call[Any, Any], account: Account) -> Reply:
    details = await accounts.described(call.context, account)
    return Reply(value=AccountDetails.described(details), version=account.version)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/users",
        name="listUsers",
        tag=TAG,
        summary="All users by userName, inactive ones among them (R019, R129)",
        description="A page may be short, or empty, and not be the last: it looks at 18,000 accounts of each provider "
        "at most. Deleted accounts (`state=deleted`) are listed alone.",
        run=list_page,
        query=AccountQuery,
        reply=AccountItems,
    ),
    Endpoint(
        method="POST",
        path="/users",
        name="createUser",
        tag=TAG,
        summary="Make a native account",
        description="Nothing is sent to anybody: invite the account then.",
        run=create,
        body=NewAccount,
        reply=AccountDetails,
        status=201,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path="/users:export",
        name="exportUsers",
        tag=TAG,
        summary="The list as a CSV file, by the same filters",
        description="At most 100,000 accounts; more are refused with `too_many_rows`. It looks at the whole directory.",
        run=export,
        query=AccountFilters,
        media_types=("text/csv",),
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path="/users/{accountId}",
        name="readUser",
        tag=TAG,
        summary="An account, with what is locked in it and why",
        run=read,
        reply=AccountDetails,
        refusals=(404,),
    ),
    Endpoint(
        method="PATCH",
        path="/users/{accountId}",
        name="updateUser",
        tag=TAG,
        summary="Change fields of an account: all that are given, or none (R003-R009)",
        description="What SCIM manages is refused with `managed_by_scim` while SCIM is enabled for the provider; what "
        "only the console manages is not.",
        run=edit,
        body=AccountEdit,
        reply=AccountDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/users/{accountId}",
        name="deleteUser",
        tag=TAG,
        summary="Delete an account; for thirty days it can be restored",
        run=remove,
        status=204,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:deactivate",
        name="deactivateUser",
        tag=TAG,
        summary="Deactivate an account; its sessions end",
        run=deactivate,
        reply=AccountDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:reactivate",
        name="reactivateUser",
        tag=TAG,
        summary="Reactivate an account; it has its roles again",
        run=reactivate,
        reply=AccountDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:restore",
        name="restoreUser",
        tag=TAG,
        summary="Bring a deleted account back, in no group and no system administrator",
        description="The body may be left out. Somebody whose organization is gone needs another one in it.",
        run=restore,
        body=Restoration,
        has_optional_body=True,
        reply=AccountDetails,
        refusals=(404, 409),
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:grantAdministrator",
        name="grantAdministrator",
        tag=TAG,
        summary="Make a technician a system administrator (R017)",
        description="Takes a proof of identity in `X-Step-Up-Proof`, for `grantAdministrator` and the account's id.",
        run=grant_administrator,
        reply=AccountDetails,
        refusals=(404, 409, 412),
        proof=CriticalAction.GRANT_ADMINISTRATOR,
    ),
    Endpoint(
        method="POST",
        path="/users/{accountId}:revokeAdministrator",
        name="revokeAdministrator",
        tag=TAG,
        summary="Make a system administrator a technician like others",
        description="Takes a proof of identity in `X-Step-Up-Proof`, for `revokeAdministrator` and the account's id. "
        "The last one who is active and can sign in natively stays: `last_administrator`.",
        run=revoke_administrator,
        reply=AccountDetails,
        refusals=(404, 409, 412),
        proof=CriticalAction.REVOKE_ADMINISTRATOR,
    ),
)
