"""*Test connection*: an administrator signs in at a provider, and sees what it says and whom that would be (R023).

Nobody is signed in by it. A test that leads to an account lets single sign-on be enabled.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scim.admin import sso_pending
from scim.admin.context import Context
from scim.admin.problems import Conflicting, Denied
from scim.admin.provider_switches import record_sso_test
from scim.admin.providers import get
from scim.admin.services import Services
from scim.admin.sso_accounts import account_named, type_of
from scim.admin.sso_pending import Left
from scim.domain.authority import Action
from scim.domain.people import AuthenticationType
from scim.domain.providers import Provider
from scim.domain.sso import AnswerRefused, Identity, SsoConfiguration
from scim.domain.users import User
from scim.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A sign-in that was only a test, and worked.

    Attributes:
        provider: Of whom.
        name: By which name the provider calls the person.
        attributes: What else it says.
        has_mfa: Whether it says that a second factor was used.
        user: The account that this is; None when there is none.
        problem: Why that account could not sign in so; "" if it could.
        authentication_type: The account's; None when there is none.
        counts: Whether single sign-on may be enabled now.
    """

    provider: Provider
    name: str
    attributes: Mapping[str, tuple[str, ...]]
    has_mfa: bool
    user: User | None
    problem: str
    authentication_type: AuthenticationType | None
    counts: bool


def address(services: Services, provider_id: str) -> str:
    """The page of the console where an administrator begins a test."""
    return f"{services.public_url}/console/administration/accounts/identity-providers/{provider_id}/sso/test"


async def begin(context: Context, provider_id: str, sealed: str) -> tuple[str, str]:
    """Where the administrator's browser is to go, and what is for its cookie, in place of what was there.

    The provider is told to ask for the password even of somebody who has a session there: a test is to show all of it.

    Raises:
        Denied: Not an administrator, or the provider cannot be used.
        Missing: There is no such provider.
        Conflicting: `sso_not_configured`.
    """
    context.require(Action.MANAGE_PROVIDERS)
    services, provider = context.services, await get(context, provider_id)
    configuration = await services.providers.sso_configuration(provider.id)
    if configuration is None:
        raise Conflicting(Sentence("There is no connection to test yet. Set up SSO first."), "sso_not_configured")
    try:
        request, url = await services.sso.begin(provider.id, configuration, fresh=True)
    except AnswerRefused as refusal:
        raise Denied(refusal.detail, refusal.code) from refusal
    left = Left(provider_id=provider.id, request=request, tester=context.principal.account_id)
    kept = await sso_pending.opened(services, sealed)
    return url, await sso_pending.keep(services, kept.leaving(left))


async def present(services: Services, left: Left) -> tuple[Provider, SsoConfiguration]:
    """What is tested, if whoever began that may still test.

    Raises:
        Denied: `test_over`.
    """
    provider = await services.providers.get(left.provider_id)
    configuration = await services.providers.sso_configuration(left.provider_id)
    tester = await services.accounts.get(left.tester)
    may_test = tester is not None and tester.administrator and tester.standing.active
    if provider is None or configuration is None or not may_test:
        raise Denied(Sentence("This test is over. Start it again on the page of the provider."), "test_over")
    return provider, configuration


async def passed(
    services: Services,
    provider: Provider,
    configuration: SsoConfiguration,
    identity: Identity,
    request_id: str,
) -> Tested:
    """What a verified answer amounts to; a test that leads to an account is recorded."""
    user, problem = None, ""
    try:
        user = await account_named(services, provider, identity.name)
    except Denied as refused:
        problem = refused.detail
    counts = user is not None and await record_sso_test(
        services, provider.id, configuration, user.user_name, request_id
    )
    return Tested(
        provider=provider,
        name=identity.name,
        attributes=identity.attributes,
        has_mfa=identity.has_mfa,
        user=user,
        problem=problem,
        authentication_type=await type_of(services, user) if user else None,
        counts=counts,
    )
