"""Accounts: the list of all users, and what the page of one shows (R019, R129)."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scim.admin import sessions
from scim.admin.concurrency import check_version
from scim.admin.context import Context
from scim.admin.lists import cursor_of, position_of
from scim.admin.problems import Invalid, Missing
from scim.domain.accounts import RETENTION, AccountFilter, AccountState, AccountSummary
from scim.domain.authority import Action
from scim.domain.filtering.grammar import parse_filter
from scim.domain.people import AuthenticationType, Profile, authentication_type_of
from scim.domain.ports import Query
from scim.domain.providers import NATIVE, Provider
from scim.domain.users import User
from scim.sentences import Sentence

_INDEXED_TOGETHER = 2
"""Accounts with one externalId that are looked at: two are enough to know that they share it."""


class Flag(StrEnum):
    """What an administrator should know of an account that its provider sends badly."""

    NO_CONTACT = "noContact"
    """There is no address for mail (AMB-20)."""
    SHARED_EXTERNAL_ID = "sharedExternalId"
    """Another account of the provider has the same externalId (AMB-21)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in the list.

    Attributes:
        summary: See there.
        provider: The provider that manages it; None for native accounts, and those of providers that are gone.
    """

    summary: AccountSummary
    provider: Provider | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountList:
    """A page of the list.

    Attributes:
        items: By userName; deleted ones by their ids.
        next: The cursor of the next page; None on the last one.
        is_cut: Whether more may match the search than it looked at.
        providers: All that there are, whether they manage anybody on this page or not.
    """

    items: Sequence[Listed]
    next: str | None
    is_cut: bool
    providers: Sequence[Provider]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as its page works with it.

    Attributes:
        user: What SCIM, or the console, says of it.
        profile: What only the console says of it.
        provider: See `Listed`.
    """

    user: User
    profile: Profile
    provider: Provider | None

    @property
    def authentication_type(self) -> AuthenticationType:
        """How it signs in once single sign-on is enabled (AMB-30)."""
        return authentication_type_of(self.profile, self.provider.id if self.provider else NATIVE)

    @property
    def version(self) -> str:
        """Differs between any two states of the account, by whomever it was changed: an entity tag."""
        both = f"{self.user.version}|{self.profile.version}"
        return f'"{hashlib.sha256(both.encode()).hexdigest()[:32]}"'

    def check_version(self, if_match: str | None) -> None:
        """Refuse to go on if the administrator has read another state.

        Raises:
            Changed: So it is.
        """
        check_version(self.version, if_match and if_match.removeprefix("W/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """How an account signs in.

    Attributes:
        has_password: Whether it has one here.
        mfa_enrolled: Whether it has an authenticator app here.
        sessions: Those that go on.
    """

    has_password: bool
    mfa_enrolled: bool
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """What the page shows."""

    account: Account
    security: Security
    flags: tuple[Flag, ...]


async def page(context: Context, wanted: AccountFilter, cursor: str, limit: int) -> AccountList:
    """A page of the list. One storage call besides those of the port.

    Raises:
        Denied: No permission.
        Invalid: There is no such provider; deleted accounts are not listed together with others.
    """
    context.require(Action.VIEW_ACCOUNTS)
    providers = await providers_by_id(context)
    found = await context.services.accounts.page(
        checked(context, wanted, providers), position_of("users", cursor), limit
    )
    return AccountList(
        items=[Listed(each, providers.get(each.provider)) for each in found.accounts],
        next=cursor_of("users", found.next),
        is_cut=found.is_cut,
        providers=tuple(providers.values()),
    )


def checked(context: Context, wanted: AccountFilter, providers: Mapping[str, Provider]) -> AccountFilter:
    """The filter, if it makes sense; deleted accounts are those that can still be restored.

    Raises:
        Invalid: See `page`.
    """
    if wanted.provider is not None and wanted.provider not in providers:
        raise Invalid(Sentence("There is no identity provider with this id."), "provider")
    if AccountState.DELETED in wanted.states and len(wanted.states) > 1:
        raise Invalid(Sentence("Deleted accounts are listed alone: ask for no other state with them."), "state")
    return replace(wanted, search=wanted.search.strip(), deleted_after=context.now - RETENTION)


async def providers_by_id(context: Context) -> Mapping[str, Provider]:
    """The providers that there are. One storage call."""
    return {provider.id: provider for provider in await context.services.providers.all()}


async def get(context: Context, account_id: str) -> User:
    """The user of an account, whoever asks.

    Raises:
        Missing: There is none with this id.
    """
    user = await context.services.accounts.get(account_id)
    if user is None:
        raise _missing()
    return user


async def load(context: Context, account_id: str) -> Account:
    """The account, for a use case that goes on with it. Four storage calls, and one for each provider.

    Raises:
        Missing: There is none with this id.
    """
    services = context.services
    user, profile, providers = await asyncio.gather(
        services.accounts.get(account_id), services.profiles.get(account_id), providers_by_id(context)
    )
    if user is None:
        raise _missing()
    return Account(user=user, profile=profile, provider=providers.get(user.provider))


async def details(context: Context, account_id: str) -> AccountDetails:
    """What the page shows; everybody may see their own.

    Two storage calls besides those of `load`; up to three more for who has an externalId.

    Raises:
        Denied: No permission.
        Missing: There is no account with this id.
    """
    if account_id != context.principal.account_id:
        context.require(Action.VIEW_ACCOUNTS)
    return await described(context, await load(context, account_id))


async def described(context: Context, account: Account) -> AccountDetails:
    """What the page shows of an account that was read, or has just been changed."""
    user = account.user
    credentials, live, flags = await asyncio.gather(
        context.services.credentials.get(user.id),
        sessions.live_of(context.services, user, account.profile),
        _flags(context, account),
    )
    security = Security(
        has_password=bool(credentials.password_hash), mfa_enrolled=bool(credentials.totp_secret), sessions=len(live)
    )
    return AccountDetails(account=account, security=security, flags=flags)


def _missing() -> Missing:
    return Missing(Sentence("There is no account with this id."))


async def _flags(context: Context, account: Account) -> tuple[Flag, ...]:
    flags = [] if account.user.standing.contact else [Flag.NO_CONTACT]
    external_id = account.user.document().get("externalId")
    if external_id and account.provider:
        same = Query(filter=parse_filter(f"externalId eq {json.dumps(external_id)}"), count=_INDEXED_TOGETHER)
        found = await context.services.users.search(account.provider, same)
        flags += [Flag.SHARED_EXTERNAL_ID] if (found.total or 0) > 1 else []
    return tuple(flags)
