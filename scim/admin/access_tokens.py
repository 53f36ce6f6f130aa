"""Personal access tokens: what scripts of administrators sign in with.

A token acts in the name of its owner, with the authority that the owner has at that moment: it stops with the account.
Only its digest is kept. It lives at most 90 days.
"""

from datetime import timedelta

from scim.admin.context import Context, Principal
from scim.admin.people import principal_of
from scim.admin.problems import Conflicting, Invalid, Missing, SignInRequired
from scim.admin.services import Services
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain.activities import Status
from scim.domain.authority import Action
from scim.domain.people import ACCESS_TOKEN_PREFIX, MAX_ACCESS_TOKEN_LIFE, MAX_ACCESS_TOKENS, AccessToken
from scim.domain.tokens import TokenText, generate_token, parse_token
from scim.sentences import Sentence

USE_NOTED_EVERY = timedelta(minutes=5)
_REFUSED = "The access token is missing, not recognised or expired."


async def signed_in_by(services: Services, text: str) -> Principal:
    """The person in whose name a script calls.

    Raises:
        SignInRequired: The token is not known or not alive, or its owner is no active system administrator, or was
            none since.
    """
    presented = parse_token(text, ACCESS_TOKEN_PREFIX)
    token = await services.access_tokens.get(presented.id) if presented else None
    now = services.clock.now()
    if presented is None or token is None or not presented.matches(token.digest) or now >= token.expires_at:
        raise SignInRequired(_REFUSED)
    owner = await services.accounts.get(token.account_id)
    if owner is None or not owner.standing.active or not owner.administrator:
        raise SignInRequired(_REFUSED)
    if owner.standing_since is not None and token.created_at < owner.standing_since:
        raise SignInRequired(_REFUSED)  # it ended when its owner was deactivated, and does not come back
    if token.last_used is None or now - token.last_used >= USE_NOTED_EVERY:
        services.background.run(services.access_tokens.record_use(token.id, now), "access_token_use_not_noted")
    return await principal_of(services, owner, via="accessToken", credential=token.id, verified_at=token.created_at)


async def issue(context: Context, label: str, days: int, proof: str | None = None) -> tuple[AccessToken, TokenText]:
    """A new token of the person's own; the only time that its text is to be had.

    Who signed in at a provider has shown no code here, and a token outlives single sign-on. So that takes one: else
    whoever took the provider over would stay in after it was disabled.

    Args:
        context: A system administrator in a session of the console: a token makes no tokens.
        label: What its owner calls it.
        days: Its life.
        proof: For `createAccessToken` and the own account's id.

    Raises:
        Denied: `session_required`, not an administrator, not recently signed in, or `mfa_required`.
        Conflicting: As many as there may be.
        Invalid: The life is too long.
    """
    context.require_session()
    context.require_recent(Action.MANAGE_SETTINGS)
    life = timedelta(days=days)
    if life > MAX_ACCESS_TOKEN_LIFE:
        raise Invalid(Sentence("An access token lives {days} days at most.", days=MAX_ACCESS_TOKEN_LIFE.days), "days")
    services, now = context.services, context.now
    present = await services.access_tokens.of(context.principal.account_id)
    if sum(now < token.expires_at for token in present) >= MAX_ACCESS_TOKENS:
        raise Conflicting(
            Sentence("You have {most} access tokens. Remove one first.", most=MAX_ACCESS_TOKENS),
            "too_many_access_tokens",
        )
    if context.principal.provider:
        await require_proof(context, proof, CriticalAction.CREATE_ACCESS_TOKEN, context.principal.account_id)
    text = generate_token(ACCESS_TOKEN_PREFIX)
    token = AccessToken(
        id=text.id,
        account_id=context.principal.account_id,
        label=label,
        digest=text.digest,
        created_at=now,
        expires_at=now + life,
        last_four=text.last_four,
    )
    await services.access_tokens.create(token)
    await services.activities.record(
        context.activity(Status.ACCESS_TOKEN_CREATED, "accessToken", token.id, f"{label} ••••{token.last_four}")
    )
    return token, text


async def mine(context: Context) -> list[AccessToken]:
    """The person's own tokens, newest first."""
    tokens = await context.services.access_tokens.of(context.principal.account_id)
    return sorted(tokens, key=lambda token: token.created_at, reverse=True)


async def remove(context: Context, token_id: str) -> None:
    """End a token of the person's own.

    Raises:
        Missing: There is none with this id.
    """
    services = context.services
    token = await services.access_tokens.get(token_id)
    if token is None or token.account_id != context.principal.account_id:
        raise Missing(Sentence("You have no access token with this id."))
    if await services.access_tokens.remove(token_id):
        await services.activities.record(
            context.activity(
                Status.ACCESS_TOKEN_REMOVED, "accessToken", token.id, f"{token.label} ••••{token.last_four}"
            )
        )
