"""Sessions of the console: kept on the server, ended by whatever changes who the person is (security, R018).

The cookie holds the account's id and 256 random bits; storage holds the digest of these. A session ends with sign-out,
after half an hour without a request, after twelve hours, when the account is deactivated, deleted or changes its type,
and when its password, authenticator app or authentication type changes. One that began at an identity provider also
ends when single sign-on of that is disabled, the provider is deleted, or the account has become Native with others of
it: with the next request, on every instance.
"""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from scim.admin.codes import check_code
from scim.admin.context import Context, Principal
from scim.admin.people import principal_of
from scim.admin.problems import Missing, SignInRequired
from scim.admin.services import Services
from scim.domain.people import AuthenticationType, Profile, Session, authentication_type_of
from scim.domain.ports import VersionConflict
from scim.domain.sso import SsoState
from scim.domain.users import User
from scim.sentences import Sentence

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_NOTED_EVERY = timedelta(minutes=1)
_MAX_AGENT = 200
_OVER = Sentence("Your session is over. Sign in again.")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the browser keeps of a session.

    Attributes:
        account_id: Whose.
        secret: 256 random bits, hex.
    """

    account_id: str
    secret: str

    @classmethod
    def parse(cls, text: str) -> "Ticket | None":
        """The ticket in a cookie; None for what cannot be one."""
        account_id, _, secret = text.partition(".")
        is_one = len(text) <= 128 and account_id.replace("-", "").isalnum() and secret.isalnum() and text.isascii()  # noqa: PLR2004
        return cls(account_id, secret) if is_one else None

    def __str__(self) -> str:
        return f"{self.account_id}.{self.secret}"

    @property
    def session_id(self) -> str:
        """What storage knows the session by."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @property
    def csrf_token(self) -> str:
        """What the console's own requests show, and other sites cannot know."""
        return hmac.digest(self.secret.encode(), b"csrf", "sha256").hex()

    def is_csrf_token(self, text: str) -> bool:
        """Whether it is this session's, in constant time."""
        return hmac.compare_digest(self.csrf_token.encode(), text.encode())


async def begin(
    services: Services, user: User, agent: str, began: datetime | None = None, provider_id: str = ""
) -> Ticket:
    """A new session; for who has just proven to be this user, with password and code or at an identity provider.

    Args:
        services: The ports.
        user: Whose.
        agent: The browser.
        began: A moment before the proof was looked at, now when not given: the session counts from there, so that a
            password or a standing that changed in between has ended it already.
        provider_id: The identity provider; "" for a native sign-in.
    """
    ticket, now = Ticket(user.id, token_hex(32)), began or services.clock.now()
    await services.sessions.create(
        Session(
            account_id=user.id,
            id=ticket.session_id,
            created_at=now,
            verified_at=now,
            last_seen=now,
            agent=agent[:_MAX_AGENT],
            provider=provider_id,
        )
    )
    return ticket


async def signed_in_by(services: Services, ticket: Ticket) -> Principal:
    """The person whose session it is.

    Raises:
        SignInRequired: There is none, or it is over.
    """
    session, user, profile = await asyncio.gather(
        services.sessions.get(ticket.account_id, ticket.session_id),
        services.accounts.get(ticket.account_id),
        services.profiles.get(ticket.account_id),
    )
    now = services.clock.now()
    if session is None:
        raise SignInRequired(_OVER)
    turns = (profile.sessions_end, user.standing_since if user else None, await _sso_turn(services, session))
    if user is None or not _may_go_on(session, user, profile) or _is_over(session, now, *turns):
        await services.sessions.end(ticket.account_id, ticket.session_id)
        raise SignInRequired(_OVER)
    if now - session.last_seen >= SEEN_NOTED_EVERY:
        seen = services.sessions.note(session.account_id, session.id, seen=now)
        services.background.run(seen, "session_use_not_noted")
    principal = await principal_of(
        services, user, via="session", credential=session.id, verified_at=session.verified_at
    )
    return replace(
        principal,
        provider=session.provider,
        language=profile.language,
        time_zone=profile.time_zone,
        idle_warning_minutes=profile.idle_warning_minutes,
    )


def _may_go_on(session: Session, user: User, profile: Profile) -> bool:
    """Whether its account could still begin such a session."""
    is_native = authentication_type_of(profile, user.provider) is AuthenticationType.NATIVE
    return user.standing.active and not (session.provider and is_native)


def _is_over(session: Session, now: datetime, *turns: datetime | None) -> bool:
    """Whether it is too old, or began before one of the turns of its account."""
    is_stale = now - session.last_seen >= IDLE or now - session.created_at >= LONGEST
    return is_stale or any(turn is not None and session.created_at < turn for turn in turns)


async def _sso_turn(services: Services, session: Session) -> datetime | None:
    """When single sign-on of the session's provider was last switched: now, where it is off or gone.

    One storage call; none for a native session.
    """
    if not session.provider:
        return None
    provider = await services.providers.get(session.provider)
    is_on = provider is not None and provider.sso.state is SsoState.ENABLED
    return provider.sso.since if provider is not None and is_on else datetime.max.replace(tzinfo=UTC)


async def sign_out(context: Context) -> None:
    """End the session that is used."""
    await context.services.sessions.end(context.principal.account_id, context.principal.credential)


async def verify(context: Context, code: str) -> None:
    """Take a code of the person's authenticator app: critical changes need no other proof for a while.

    Raises:
        Denied: `session_required`, or see `check_code`.
        TooManyAttempts: Wrong too often.
    """
    context.require_session()
    await check_code(context.services, context.principal.account_id, code, context.request_id)
    principal, now = context.principal, context.now
    await context.services.sessions.note(principal.account_id, principal.credential, seen=now, verified=now)


async def mine(context: Context) -> list[Session]:
    """The person's own sessions that go on, newest first."""
    now = context.now
    sessions = await context.services.sessions.of(context.principal.account_id)
    live = [each for each in sessions if now - each.last_seen < IDLE and now - each.created_at < LONGEST]
    return sorted(live, key=lambda session: session.created_at, reverse=True)


async def live_of(services: Services, user: User, profile: Profile) -> list[Session]:
    """The sessions of an account that go on. One storage call, and one for each that began at a provider."""
    now = services.clock.now()
    if not user.standing.active:
        return []
    found = [each for each in await services.sessions.of(user.id) if _may_go_on(each, user, profile)]
    turns = await asyncio.gather(*(_sso_turn(services, each) for each in found))
    both = (profile.sessions_end, user.standing_since)
    return [each for each, turn in zip(found, turns, strict=True) if not _is_over(each, now, *both, turn)]


async def end_mine(context: Context, session_id: str) -> None:
    """End one of the person's own sessions.

    Raises:
        Missing: There is none with this id.
    """
    if await context.services.sessions.get(context.principal.account_id, session_id) is None:
        raise Missing(Sentence("You have no session with this id."))
    await context.services.sessions.end(context.principal.account_id, session_id)


async def end_all(services: Services, account_id: str) -> int:
    """End all sessions of an account, also those that begin in this moment; returns how many there were."""
    while True:
        profile = await services.profiles.get(account_id)
        try:
            await services.profiles.save(replace(profile, sessions_end=services.clock.now()))
        except VersionConflict:
            continue
        return await services.sessions.end_all(account_id)
