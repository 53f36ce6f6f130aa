"""The adoption queue: native accounts that a provider would manage, and an administrator decides about (AMB-22).

A provider gets into it by creating a user whose name a native account has, when its policy is to ask, or when that
account is a system administrator's. Approved, the account is the provider's at once: with the same id, which the
provider finds by the name, and with its Native roles. Rejected, it stays native, and asking again changes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scim.admin.account_edits import refusing
from scim.admin.accounts import Account, load
from scim.admin.concurrency import until_settled
from scim.admin.context import Context
from scim.admin.problems import Conflicting, Missing
from scim.admin.providers import get as get_provider
from scim.domain.accounts import AdoptionRequest
from scim.domain.activities import Status, organizations_of, standing_changes
from scim.domain.authority import Action
from scim.domain.providers import NATIVE, Provider, name_key
from scim.domain.users import User
from scim.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Adoption:
    """A request in the queue, with the account that it is about."""

    request: AdoptionRequest
    user: User


async def waiting(context: Context) -> Sequence[tuple[Provider, Sequence[Adoption]]]:
    """The queues of all providers in which somebody waits, by the providers' names.

    Raises:
        Denied: No permission.
    """
    providers = await _providers(context)
    queues = await asyncio.gather(*(_decided(context, each.id, rejected=False) for each in providers))
    return [(provider, found) for provider, found in zip(providers, queues, strict=True) if found]


async def count(context: Context) -> int:
    """How many requests wait; some may be settled otherwise. One storage call, and one for each provider, at once.

    Raises:
        Denied: No permission.
    """
    requests = context.services.accounts.adoption_requests
    queues = await asyncio.gather(*(requests(each.id) for each in await _providers(context)))
    return sum(each.rejected_at is None for queue in queues for each in queue)


async def queue(context: Context, provider_id: str, *, rejected: bool = False) -> Sequence[Adoption]:
    """The provider's requests, latest first; those that were settled otherwise are left out.

    Two storage calls, and one for each request, at once.

    Raises:
        Denied: No permission.
        Missing: There is no such provider.
    """
    context.require(Action.VIEW_PROVIDERS)
    context.require(Action.VIEW_ACCOUNTS)
    await get_provider(context, provider_id)
    return await _decided(context, provider_id, rejected=rejected)


async def request(context: Context, provider_id: str, account_id: str) -> tuple[Provider, Adoption]:
    """One request, with its provider.

    Raises:
        Denied: No permission.
        Missing: There is no such provider, or no such request.
    """
    context.require(Action.VIEW_PROVIDERS)
    context.require(Action.VIEW_ACCOUNTS)
    provider, found = await get_provider(context, provider_id), await _request(context, provider_id, account_id)
    user = await context.services.users.get(NATIVE, account_id)
    if user is None:
        raise _no_request()
    return provider, Adoption(found, user)


async def _providers(context: Context) -> Sequence[Provider]:
    context.require(Action.VIEW_ACCOUNTS)
    context.require(Action.VIEW_PROVIDERS)
    return sorted(await context.services.providers.all(), key=lambda each: (name_key(each.name), each.id))


async def _decided(context: Context, provider_id: str, *, rejected: bool) -> Sequence[Adoption]:
    services = context.services
    requests = [
        each
        for each in await services.accounts.adoption_requests(provider_id)
        if (each.rejected_at is not None) is rejected
    ]
    users = await asyncio.gather(*(services.users.get(NATIVE, each.account_id) for each in requests))
    found = [Adoption(each, user) for each, user in zip(requests, users, strict=True) if user is not None]
    return sorted(found, key=lambda each: each.request.asked_at, reverse=True)


async def approve(
    context: Context, provider_id: str, account_id: str, if_match: str | None = None, *, administrator: bool
) -> Account:
    """Hand an account over to the provider.

    Args:
        context: A system administrator.
        provider_id: The provider.
        account_id: The account.
        if_match: The version of the account that the administrator read; None for any.
        administrator: Whether it is meant although it is a system administrator's.

    Raises:
        Denied: Not an administrator, not recently signed in.
        Missing: There is no such provider, or no such request.
        Changed: It is not as the administrator read it.
        Conflicting: `administrator_not_confirmed`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    provider = await get_provider(context, provider_id)
    await _request(context, provider_id, account_id)

    async def attempt() -> None:
        account = await load(context, account_id)
        before = account.user
        if before.provider != NATIVE:
            raise _no_request()
        account.check_version(if_match)
        if before.administrator and not administrator:
            raise Conflicting(
                Sentence(
                    '"{user_name}" is a system administrator, whom {provider} could deactivate from then on. '
                    "Approve it once more, with the confirmation that this is meant.",
                    user_name=before.user_name,
                    provider=provider.name,
                ),
                "administrator_not_confirmed",
            )
        if before.administrator:
            await _keep_native(context, account)
        after = replace(before, provider=provider_id, modified=context.now)
        activity = context.activity(
            Status.ACCOUNT_ADOPTED,
            "user",
            after.id,
            after.user_name,
            provider=provider_id,
            organizations=organizations_of(after),
            detail=standing_changes(before, after, {provider_id: provider.name}),
        )
        is_last = Sentence("The last active system administrator cannot be handed over.")
        await refusing(context.services.users.update(before, after, activity), is_last, after.user_name)

    await until_settled(attempt)
    await context.services.accounts.settle_adoption(provider_id, account_id)
    return await load(context, account_id)


async def _keep_native(context: Context, account: Account) -> None:
    """An administrator who signs in natively goes on to: accounts of a provider would else sign in there by default."""
    native = replace(account.profile, authentication_type=account.authentication_type)
    if native != account.profile:
        await context.services.profiles.save(native)


async def reject(context: Context, provider_id: str, account_id: str) -> None:
    """Keep an account native; it can still be approved later. Rejecting it again changes nothing.

    Raises:
        Denied: Not an administrator, not recently signed in.
        Missing: There is no such provider, or no such request.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    provider = await get_provider(context, provider_id)
    asked = await _request(context, provider_id, account_id)
    user = await context.services.users.get(NATIVE, account_id)
    if user is not None and asked.rejected_at is not None:
        return
    if user is None or not await context.services.accounts.reject_adoption(provider_id, account_id, context.now):
        raise _no_request()
    await context.services.activities.record(
        context.activity(
            Status.ACCOUNT_UPDATED,
            "user",
            user.id,
            user.user_name,
            provider=provider_id,
            organizations=organizations_of(user),
            detail=Sentence("adoption by {provider} rejected", provider=provider.name),
        )
    )


async def _request(context: Context, provider_id: str, account_id: str) -> AdoptionRequest:
    for request in await context.services.accounts.adoption_requests(provider_id):
        if request.account_id == account_id:
            return request
    raise _no_request()


def _no_request() -> Missing:
    return Missing(Sentence("There is no such request in the adoption queue."))
