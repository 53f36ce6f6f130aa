"""Provisioning tokens, as administrators handle them (R029-R034, R101, AMB-15-AMB-17).

A provider has one live token, or two while one takes the place of the other. Whatever revokes a token takes a proof of
identity that is bound to this token (R013): revoking it, finishing a rotation and cancelling one alike. Repeating any
of them changes nothing, takes no proof, and completes what a failure left undone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scim.admin.calendar import expiry_event
from scim.admin.context import Context
from scim.admin.lists import cursor_of, foreign_cursor, position_of
from scim.admin.problems import Conflicting, Missing
from scim.admin.providers import get as get_provider
from scim.admin.step_up import CriticalAction, require_proof
from scim.admin.token_issuing import IssuedToken, TokenIssuer
from scim.domain.authority import Action
from scim.domain.ports import TooManyTokens, VersionConflict
from scim.domain.providers import Provider
from scim.domain.token_closing import TokenCloser
from scim.domain.tokens import (
    MAX_LIVE_TOKENS,
    Ending,
    EndReason,
    Rotation,
    Token,
    TokenState,
    last_issued,
    live,
    rotation_of,
)
from scim.errors import Unavailable
from scim.sentences import Sentence


@dataclass(frozen=True, slots=True)
class TokenPage:
    """Tokens of a provider.

    Attributes:
        provider: Whose they are.
        tokens: Newest first; without those that are being generated.
        rotation: The one that is running; None without one.
        next: The cursor of the next page; None on the last one.
    """

    provider: Provider
    tokens: Sequence[Token]
    rotation: Rotation | None
    next: str | None = None


async def page(context: Context, provider_id: str, cursor: str = "", limit: int = 50) -> TokenPage:
    """A page of the provider's tokens, and its rotation. Two storage calls.

    Raises:
        Missing: There is no such provider.
        Invalid: The cursor is none of ours.
    """
    context.require(Action.VIEW_PROVIDERS)
    provider = await get_provider(context, provider_id)
    tokens = [token for token in await _all(context, provider_id) if token.state is not TokenState.PENDING]
    last = position_of("tokens", cursor)
    start = next((index + 1 for index, token in enumerate(tokens) if token.id == last), 0)
    if last and not start:
        raise foreign_cursor()
    found = tokens[start : start + limit]
    following = cursor_of("tokens", found[-1].id) if len(tokens) > start + limit else None
    return TokenPage(provider, found, rotation_of(tokens, context.now), following)


async def details(context: Context, provider_id: str, token_id: str) -> Token:
    """A token.

    Raises:
        Missing: The provider has none with this id.
    """
    context.require(Action.VIEW_PROVIDERS)
    return await _get(context, provider_id, token_id)


async def calendar(context: Context, provider_id: str, token_id: str, tell: Callable[[Sentence], str] = str) -> bytes:
    """The token's expiry as an entry for a calendar; `tell` tells its texts in the reader's language.

    Raises:
        Missing: The provider has none with this id that could still expire.
    """
    context.require(Action.VIEW_PROVIDERS)
    provider = await get_provider(context, provider_id)
    token = await _get(context, provider_id, token_id)
    if not token.is_live(context.now):
        raise Missing(Sentence("This token is not live any more."))
    return expiry_event(token, provider, context.services.public_url, tell)


async def generate(context: Context, provider_id: str, label: str, seen: str | None = None) -> IssuedToken:
    """A new token; this is the only time that its text is to be had (R029-R031).

    Args:
        context: A system administrator who signed in recently.
        provider_id: Whose token it is to be.
        label: What administrators call it; "" for nothing.
        seen: The id of the newest token that the administrator knows of, "" for none: a newer one is a conflict, and
            so is the same form, sent twice. None when it does not matter.

    Raises:
        Missing: There is no such provider.
        Conflicting: `scim_disabled`, `too_many_tokens`, `under_way` or `generated_meanwhile`.
        Unavailable: Nothing changed.
    """
    await _allow_generation(context, provider_id, seen)
    return await _issue(context, provider_id, label)


async def rotate(context: Context, provider_id: str, label: str, seen: str | None = None) -> IssuedToken:
    """The token that is to take the place of the live one; both work until the rotation is finished or cancelled.

    Args and errors are those of `generate`; besides, `Conflicting` (`nothing_to_rotate`): there is no live token.
    """
    if not live(await _allow_generation(context, provider_id, seen), context.now):
        raise Conflicting(Sentence("There is no live token to rotate. Generate one."), "nothing_to_rotate")
    return await _issue(context, provider_id, label)


async def revoke(context: Context, provider_id: str, token_id: str, proof: str | None) -> Token:
    """End a token: requests with it fail within thirty seconds on every instance (R013, R101).

    Args:
        context: A system administrator.
        provider_id: Whose token it is.
        token_id: The token. For one that ended, nothing changes, and no proof is needed.
        proof: Of identity, for `revokeToken` and the token's id.

    Raises:
        Missing: The provider has none with this id.
        Denied: `mfa_required`; the token works on.
        Unavailable: The vault or storage did not answer. The token may be revoked; repeating completes it.
    """
    context.require(Action.MANAGE_PROVIDERS)
    return await _end(context, await _get(context, provider_id, token_id), EndReason.REVOKED, proof)


async def finish(context: Context, provider_id: str, proof: str | None) -> TokenPage:
    """Finish a rotation: revoke the old token, once the provider uses the new one.

    Args:
        context: A system administrator.
        provider_id: Whose rotation it is.
        proof: Of identity, for `revokeToken` and the old token's id.

    Raises:
        Missing: There is no such provider.
        Conflicting: `no_rotation`, or `not_switched`: the last request came with the old token.
        Denied: `mfa_required`; both tokens work on.
        Unavailable: As in `revoke`.
    """
    rotation = await _rotation(context, provider_id, EndReason.ROTATED)
    if rotation is not None:
        if not rotation.has_switched:
            raise Conflicting(
                Sentence(
                    "Your identity provider does not use the new token {token} yet. Paste it there first; to stop "
                    "provisioning at once, revoke the old token.",
                    token=rotation.new.name,
                ),
                "not_switched",
            )
        await _end(context, rotation.old, EndReason.ROTATED, proof)
    return await page(context, provider_id)


async def cancel(context: Context, provider_id: str, proof: str | None) -> TokenPage:
    """Cancel a rotation: revoke the new token, unless the provider uses it already.

    Args:
        context: A system administrator.
        provider_id: Whose rotation it is.
        proof: Of identity, for `revokeToken` and the new token's id.

    Raises:
        Missing: There is no such provider.
        Conflicting: `no_rotation`, or `already_switched`: the last request came with the new token.
        Denied: `mfa_required`; both tokens work on.
        Unavailable: As in `revoke`.
    """
    rotation = await _rotation(context, provider_id, EndReason.ROTATION_CANCELLED)
    if rotation is not None:
        if rotation.has_switched:
            raise Conflicting(
                Sentence(
                    "Your identity provider uses the new token {token} already. Finish the rotation; to stop the "
                    "new token nevertheless, revoke it.",
                    token=rotation.new.name,
                ),
                "already_switched",
            )
        await _end(context, rotation.new, EndReason.ROTATION_CANCELLED, proof)
    return await page(context, provider_id)


async def _allow_generation(context: Context, provider_id: str, seen: str | None) -> Sequence[Token]:
    """Check that a token may be generated; returns those that there are."""
    context.require_recent(Action.MANAGE_PROVIDERS)
    provider = await get_provider(context, provider_id)
    if not provider.scim_enabled:
        raise Conflicting(Sentence("SCIM provisioning is off. Enable it first."), "scim_disabled")
    tokens = await _all(context, provider_id)
    newest = last_issued(tokens)
    if seen is not None and newest is not None and newest.id != seen:
        raise _generated_meanwhile(context, newest)
    if len(live(tokens, context.now)) >= MAX_LIVE_TOKENS:
        raise Conflicting(Sentence("Two tokens are live. Revoke one first."), "too_many_tokens")
    return tokens


async def _issue(context: Context, provider_id: str, label: str) -> IssuedToken:
    services = context.services
    issuer = TokenIssuer(
        tokens=services.tokens, vault=services.vault, activities=services.activities, clock=services.clock
    )
    try:
        return await issuer.issue(provider_id, label, context.actor)
    except TooManyTokens as error:  # one of them is being generated at this moment, or that failed a moment ago
        raise Conflicting(
            Sentence("Another token is being generated at this moment. Reload in two minutes."), "under_way"
        ) from error
    except VersionConflict as conflict:
        newest = next(iter(await _all(context, provider_id)), None)
        raise _generated_meanwhile(context, newest) from conflict


def _generated_meanwhile(context: Context, newest: Token | None) -> Conflicting:
    seconds = 0 if newest is None else max(0, int((context.now - newest.created_at).total_seconds()))
    detail = Sentence("Somebody else generated a token {seconds} s ago. Reload.", seconds=seconds)
    if newest is not None and newest.created_by == context.principal.account_id:
        detail = Sentence(
            "You generated the token {token} {seconds} s ago. It was shown once, and is not shown again: "
            "if you have not copied it, rotate or revoke it.",
            token=newest.name,
            seconds=seconds,
        )
    return Conflicting(detail, "generated_meanwhile")


async def _rotation(context: Context, provider_id: str, reason: EndReason) -> Rotation | None:
    """The rotation that is running; None when the last one came to its end for this very reason, as was wanted.

    Raises:
        Conflicting: Neither.
    """
    context.require(Action.MANAGE_PROVIDERS)
    await get_provider(context, provider_id)
    tokens = await _all(context, provider_id)
    rotation = rotation_of(tokens, context.now)
    if rotation is not None:
        return rotation
    ended = [(token.ending.at, token.ending.reason, token) for token in tokens if token.ending is not None]
    _, last_reason, last = max(ended, key=lambda each: each[0], default=(None, None, None))
    if last is None or last_reason is not reason:
        raise Conflicting(Sentence("No rotation is running."), "no_rotation")
    await _completed(context, last)
    return None


async def _end(context: Context, token: Token, reason: EndReason, proof: str | None) -> Token:
    if not token.is_live(context.now):
        return await _completed(context, token)
    await require_proof(context, proof, CriticalAction.REVOKE_TOKEN, token.id)
    ending = Ending(at=context.now, reason=reason, actor=context.actor.verified())
    return await _completed(context, await _closer(context).mark(token, ending))


async def _completed(context: Context, token: Token) -> Token:
    try:
        return await _closer(context).complete(token)
    except Unavailable as error:
        raise Unavailable(
            Sentence(
                "The token is revoked, and requests with it fail. Its secret in Key Vault, or its activity, "
                "could not be written: that is done by itself within minutes, or at once when you repeat "
                "this."
            ),
            error.retry_after_seconds,
        ) from error


def _closer(context: Context) -> TokenCloser:
    services = context.services
    return TokenCloser(services.tokens, services.vault, services.activities)


async def _all(context: Context, provider_id: str) -> Sequence[Token]:
    return await context.services.tokens.of(provider_id)


async def _get(context: Context, provider_id: str, token_id: str) -> Token:
    token = await context.services.tokens.get(token_id)
    if token is None or token.provider != provider_id or token.state is TokenState.PENDING:
        raise Missing(Sentence("This identity provider has no token with this id."))
    return token
