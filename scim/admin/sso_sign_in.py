"""Signing in at an identity provider: begun here, answered there, and what that amounts to (R023, AMB-20, AMB-30).

A sign-in is good for the browser in which it began, for ten minutes, and once; so is an answer. Whatever is refused
leaves a line in the log with its code, and tells the person one sentence.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from scim.admin import sessions, sso_pending, sso_testing
from scim.admin.problems import Denied
from scim.admin.records import record_own
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.admin.sso_accounts import account_named, type_of
from scim.admin.sso_configurations import client_secret
from scim.admin.sso_pending import Arrived, Left
from scim.admin.sso_testing import Tested
from scim.domain.activities import Status
from scim.domain.people import AuthenticationType
from scim.domain.providers import Provider
from scim.domain.sso import AnswerRefused, Identity, OidcConfiguration, SamlConfiguration, SsoConfiguration, SsoState
from scim.domain.users import User
from scim.sentences import Sentence

logger = logging.getLogger(__name__)

_MOST_NEXT = 500
"""Bytes of an address to return to: the cookie has to hold it, and those of other tabs."""
_UNSOLICITED = "unsolicited"
_NAMING = frozenset({"RelayState", "state"})
"""What answers of SAML and of OpenID Connect bring back as it was sent along: the id of a request."""
_NOT_BEGUN = Sentence(
    "This sign-in was not begun in this browser, or more than ten minutes ago. Start it at the sign-in page."
)
_BEGUN_THERE = Sentence(
    "The sign-in was started at the identity provider, which is not switched on. Start it here, at the sign-in page."
)


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody goes to an identity provider.

    Attributes:
        url: Where to.
        sealed: For the cookie.
    """

    url: str
    sealed: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is signed in.

    Attributes:
        ticket: The session.
        next: Where the person wanted to go; "" for the first page.
    """

    ticket: Ticket
    next: str


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """Somebody has signed in there, and is to show a code here.

    Attributes:
        sealed: For the cookie, in place of the other.
    """

    sealed: str


type Arrival = SignedIn | CodeNeeded | Tested


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a browser brings from an identity provider.

    Attributes:
        provider_id: From which.
        fields: Of the form, or of the address, as they came.
        sealed: The cookie; "" for none.
        agent: The browser.
        request_id: Of the request.
    """

    provider_id: str
    fields: Sequence[tuple[str, str]]
    sealed: str
    agent: str = ""
    request_id: str = ""

    @property
    def named(self) -> str:
        """The id of the request that it claims to answer; "" for none."""
        return next((value for name, value in self.fields if name in _NAMING), "")


async def begin(
    services: Services, provider_id: str, sealed: str, *, login_hint: str = "", wanted: str = ""
) -> Departure:
    """Send somebody to a provider.

    Args:
        services: The ports.
        provider_id: Which.
        sealed: The cookie; "" for none.
        login_hint: Who, as typed; "" for nobody yet.
        wanted: Where the person wants to go afterwards; "" for the first page.

    Raises:
        Denied: `provider_deleted`, `sso_disabled`, or the provider cannot be used.
    """
    provider, configuration = await _in_force(services, provider_id)
    try:
        request, url = await services.sso.begin(provider.id, configuration, login_hint=login_hint)
    except AnswerRefused as refusal:
        logger.info("sso_departure_refused provider=%s code=%s", provider_id, refusal.code)
        raise Denied(refusal.detail, refusal.code) from refusal
    left = Left(provider_id=provider.id, request=request, next=wanted if len(wanted.encode()) <= _MOST_NEXT else "")
    kept = await sso_pending.opened(services, sealed)
    return Departure(url, await sso_pending.keep(services, kept.leaving(left)))


async def complete(services: Services, answer: Answer) -> Arrival:
    """Judge an answer, and begin the session of whomever it speaks of.

    Raises:
        Denied: The reason in one sentence: the code is the engine's, or one of `not_begun`, `used_answer`,
            `provider_deleted`, `sso_disabled`, `no_account`, `several_accounts`, `account_inactive`, `native_only`.
    """
    began = services.clock.now()
    kept = await sso_pending.opened(services, answer.sealed)
    left = kept.answered(answer.provider_id, answer.named)
    try:
        if left is not None and left.tester:
            provider, configuration = await sso_testing.present(services, left)
            identity = await _identity(services, provider, configuration, left, answer)
            return await sso_testing.passed(services, provider, configuration, identity, answer.request_id)
        provider, configuration = await _in_force(services, answer.provider_id)
        identity = await _identity(services, provider, configuration, left, answer)
        user = await account_named(services, provider, identity.name)
        await refuse_native(services, provider, user)
    except Denied as refused:
        logger.info(
            "sso_sign_in_refused provider=%s code=%s id=%s", answer.provider_id, refused.code, answer.request_id
        )
        raise
    wanted = left.next if left else ""
    if not (identity.has_mfa or provider.policies.trusts_mfa):
        arrived = Arrived(provider_id=provider.id, account_id=user.id, began=began, next=wanted)
        return CodeNeeded(await sso_pending.keep(services, kept.arriving(arrived, left)))
    ticket = await sessions.begin(services, user, answer.agent, began, provider.id)
    await note(services, user, provider, answer.request_id)
    return SignedIn(ticket, wanted)


async def note(services: Services, user: User, provider: Provider, request_id: str) -> None:
    """Record that somebody has signed in at a provider."""
    detail = Sentence("by single sign-on at {provider}", provider=provider.name)
    await record_own(services, user, Status.SIGNED_IN, request_id, detail=detail)


async def in_force(services: Services, provider_id: str) -> Provider:
    """The provider, whose single sign-on is enabled. One storage call.

    Raises:
        Denied: `provider_deleted` or `sso_disabled`.
    """
    provider = await services.providers.get(provider_id)
    if provider is None:
        raise Denied(
            Sentence("There is no such identity provider any more. Ask your administrator."), "provider_deleted"
        )
    if provider.sso.state is not SsoState.ENABLED:
        raise Denied(
            Sentence("Single sign-on for {provider} is disabled. Ask your administrator.", provider=provider.name),
            "sso_disabled",
        )
    return provider


async def _in_force(services: Services, provider_id: str) -> tuple[Provider, SsoConfiguration]:
    provider = await in_force(services, provider_id)
    configuration = await services.providers.sso_configuration(provider_id)
    if configuration is None:  # an enabled one always has one; it was deleted in this moment
        raise Denied(
            Sentence("There is no such identity provider any more. Ask your administrator."), "provider_deleted"
        )
    return provider, configuration


async def refuse_native(services: Services, provider: Provider, user: User) -> None:
    """Refuse who signs in here.

    Raises:
        Denied: `native_only`.
    """
    if await type_of(services, user) is AuthenticationType.NATIVE:
        raise Denied(
            Sentence(
                "Your account signs in here with a password and a code, not at {provider}. An administrator can "
                "change its authentication type.",
                provider=provider.name,
            ),
            "native_only",
        )


async def _identity(
    services: Services, provider: Provider, configuration: SsoConfiguration, left: Left | None, answer: Answer
) -> Identity:
    """Who has signed in; request and answer are used then.

    What is refused uses nothing up: else any site could end a sign-in by sending a form in between.

    Raises:
        Denied: The answer lets nobody in.
    """
    is_saml = isinstance(configuration, SamlConfiguration)
    may_begin_there = provider.policies.idp_initiated and is_saml
    if left is None and not may_begin_there:
        if is_saml and not answer.named:  # as tiles send it
            raise Denied(_BEGUN_THERE, _UNSOLICITED)
        raise Denied(_NOT_BEGUN, "not_begun")
    try:
        identity = await _judged(services, provider, configuration, left, answer)
    except AnswerRefused as refusal:
        if refusal.code != _UNSOLICITED or not may_begin_there or left is None or left.tester:
            raise Denied(refusal.detail, refusal.code) from refusal
        return await _identity(services, provider, configuration, None, answer)
    if left is not None and not await sso_pending.use_request(services, left.request):
        raise Denied(_NOT_BEGUN, "not_begun")
    if not await sso_pending.use_answer(services, provider.id, identity):
        raise Denied(Sentence("This answer was used already. Start the sign-in again."), "used_answer")
    return identity


async def _judged(
    services: Services, provider: Provider, configuration: SsoConfiguration, left: Left | None, answer: Answer
) -> Identity:
    secret, request = await _secret(services, provider, configuration), left.request if left else None
    return await services.sso.identity(provider.id, configuration, answer.fields, request, secret)


async def _secret(services: Services, provider: Provider, configuration: SsoConfiguration) -> str:
    if not isinstance(configuration, OidcConfiguration):
        return ""
    secret = await client_secret(services, provider.id, configuration)
    if secret is None:
        raise Denied(
            Sentence(
                "The client secret of {provider} is not in the vault any more. Enter it again.", provider=provider.name
            ),
            "no_client_secret",
        )
    return secret
