"""Whose account it is that an identity provider speaks of (AMB-20), and how accounts sign in (AMB-30).

Signing in makes no account, and gives none to another provider: a provider speaks for its own users, and for native
accounts whose e-mail domain is one of its domains.
"""

import asyncio
import json

from scim.admin.problems import Denied
from scim.admin.services import Services
from scim.domain.accounts import NATIVE_POLICIES
from scim.domain.filtering.grammar import parse_filter
from scim.domain.people import AuthenticationType, authentication_type_of
from scim.domain.ports import Query
from scim.domain.providers import NATIVE, Provider, domain_key
from scim.domain.sso import SsoState
from scim.domain.users import User
from scim.schema.comparison import comparison_key
from scim.sentences import Sentence

_SEVERAL = 2
_MAX_ADDRESS = 320
"""Characters of an e-mail address, at most (RFC 5321 §4.5.3.1): nobody has a longer one."""


async def account_named(services: Services, provider: Provider, name: str) -> User:
    """The active account that a provider means by a name: by userName, else by e-mail address.

    Storage calls: three for a userName; else one for native accounts and one for the provider's.

    Raises:
        Denied: `no_account`, `several_accounts` or `account_inactive`.
    """
    user = await _by_user_name(services, provider, name) or await _by_email(services, provider, name)
    if user.standing.active:
        return user
    if user.provider == provider.id:
        raise Denied(
            Sentence(
                "Your account is inactive. It is managed by {provider}; ask your administrator.", provider=provider.name
            ),
            "account_inactive",
        )
    raise Denied(Sentence("Your account is inactive. Ask your administrator."), "account_inactive")


async def _by_user_name(services: Services, provider: Provider, name: str) -> User | None:
    leaving = {each.id for each in await services.providers.owners() if each.deletion is not None}
    user = await services.users.find_by_name(name, {provider.id, NATIVE, *leaving})
    return user if user is not None and _speaks_for(provider, user, name) else None


async def _by_email(services: Services, provider: Provider, name: str) -> User:
    if _domain(name) is None or len(name) > _MAX_ADDRESS:
        raise _nobody(name)
    wanted = Query(filter=parse_filter(f"emails.value eq {json.dumps(name, ensure_ascii=False)}"), count=_SEVERAL + 1)
    own, native = await asyncio.gather(
        services.users.search(provider, wanted), services.users.search(NATIVE_POLICIES, wanted)
    )
    found = [
        user
        for user in (*own.resources, *native.resources)
        if _is_contact(user, name) and _speaks_for(provider, user, name)
    ]
    if not found:
        raise _nobody(name)
    if len(found) >= _SEVERAL:
        raise Denied(
            Sentence(
                "Several accounts have the e-mail address {name}. Have the user name sent as the Name ID or claim "
                "that accounts are matched by.",
                name=name,
            ),
            "several_accounts",
        )
    return found[0]


def _is_contact(user: User, name: str) -> bool:
    return user.standing.contact is not None and comparison_key(user.standing.contact) == comparison_key(name)


def _speaks_for(provider: Provider, user: User, name: str) -> bool:
    """Whether a provider may say of somebody that this is who has signed in.

    Of native accounts every address that is at stake has to be in one of its domains: the one that it names, and the
    one that the account has.
    """
    if user.provider == provider.id:
        return True
    contact, named = _domain(user.standing.contact or user.user_name), _domain(name)
    return contact in provider.email_domains and (named is None or named in provider.email_domains)


def _domain(address: str) -> str | None:
    _, at, domain = address.rpartition("@")
    return domain_key(domain) if at else None


def _nobody(name: str) -> Denied:
    return Denied(
        Sentence(
            "The sign-in worked, but no account matches {name}. Check the Name ID or claim that is sent (expected: the "
            "user name or e-mail address of the account).",
            name=name,
        ),
        "no_account",
    )


async def type_of(services: Services, user: User) -> AuthenticationType:
    """How somebody signs in once single sign-on is enabled. One storage call."""
    return authentication_type_of(await services.profiles.get(user.id), user.provider)


async def provider_in_force(services: Services, user: User) -> Provider | None:
    """The provider where somebody has to sign in who does so by single sign-on; None while it is not enabled.

    It is the one that manages the account, or has its e-mail domain. Storage calls: one, two for native accounts.
    """
    if user.provider != NATIVE:
        provider = await services.providers.get(user.provider)
    else:
        provider = await provider_of_domain(services, user.standing.contact or user.user_name)
    return provider if provider is not None and provider.sso.state is SsoState.ENABLED else None


async def provider_of_domain(services: Services, address: str) -> Provider | None:
    """The provider that an e-mail domain belongs to; None for none. One storage call."""
    domain = _domain(address)
    if domain is None:
        return None
    return next((each for each in await services.providers.all() if domain in each.email_domains), None)


async def sso_only(services: Services, user: User) -> Provider | None:
    """The provider where somebody has to sign in; None for whoever may sign in natively.

    Storage calls: one, up to two more for who signs in by single sign-on.
    """
    is_native = await type_of(services, user) is AuthenticationType.NATIVE
    return None if is_native else await provider_in_force(services, user)


async def refuse_sso_only(services: Services, user: User) -> None:
    """Refuse somebody a native sign-in who has to sign in at a provider.

    Raises:
        Denied: `sso_required`.
    """
    if (provider := await sso_only(services, user)) is not None:
        raise Denied(
            Sentence(
                "Your organization requires single sign-on. Enter your e-mail address on the sign-in page, and go on "
                "to {provider}.",
                provider=provider.name,
            ),
            "sso_required",
        )
