"""What `scim.domain.ports.Tokens` promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from scim.domain.activities import Actor
from scim.domain.ports import TooManyTokens, VersionConflict
from scim.domain.tokens import (
    PENDING_AT_MOST,
    Ending,
    EndReason,
    Token,
    TokenState,
    TokenUse,
    expiry_of,
    generate_token,
)
from scim.storage.tables.tokens import TableTokens
from tests.fakes.rows import FaultyRows, fail_after, on_writes, repeat
from tests.world import StandingClock

CLOCK = StandingClock()
NOW = CLOCK.now()
ANA = Actor(kind="account", id="ana", name="Ana Ünal", request_id="r", mfa=True)


@pytest.fixture
def tokens(storage):
    return TableTokens(storage)


def a_token(provider="entra", **changes):
    created = changes.pop("created_at", NOW)
    token = Token(
        id=generate_token().id,
        provider=provider,
        label="Entra prod",
        created_at=created,
        created_by="ana",
        created_by_name="Ana Ünal",
        expires_at=expiry_of(created),
        last_four="k9Qz",
    )
    return replace(token, **changes)


def ended(token, *, at=NOW, reason=EndReason.REVOKED, is_complete=False):
    return token.ended(Ending(at=at, reason=reason, actor=ANA, is_complete=is_complete))


async def test_a_token_is_read_as_it_was_written(tokens):
    whole = a_token(warned=14, last_use=TokenUse(NOW, "203.0.113.9", "Okta SCIM Client 1.0.0"))
    for token in (a_token("plain"), whole, ended(a_token("other"), is_complete=True)):
        stored = await tokens.create(token)
        assert stored.version
        assert await tokens.get(token.id) == stored
        assert replace(stored, version="") == token


@pytest.mark.parametrize("token_id", ["0" * 16, "slots|entra", "a/b", "", "\x00", "x" * 2000])
async def test_there_is_no_other_token(tokens, token_id):
    await tokens.create(a_token())
    assert await tokens.get(token_id) is None


async def test_the_tokens_of_a_provider_come_newest_first(tokens):
    made = [
        await tokens.create(ended(a_token(created_at=NOW + timedelta(days=day)), is_complete=True)) for day in range(5)
    ]
    await tokens.create(a_token("okta"))
    assert await tokens.of("entra") == list(reversed(made))
    assert await tokens.of("nobody") == []


async def test_unsettled_are_those_for_which_something_is_left_to_be_done(tokens):
    live, under_way = a_token(), a_token(state=TokenState.PENDING)
    half, whole = ended(a_token("okta")), ended(a_token("okta"), is_complete=True)
    for token in (live, under_way, half, whole):
        await tokens.create(token)
    assert {token.id for token in await tokens.unsettled()} == {live.id, under_way.id, half.id}


async def test_a_provider_has_two_tokens_that_are_live_or_under_way(tokens):
    """AMB-16."""
    await tokens.create(a_token())
    await tokens.create(a_token(state=TokenState.PENDING))
    with pytest.raises(TooManyTokens):
        await tokens.create(a_token())
    await tokens.create(a_token("okta"))
    assert len(await tokens.of("entra")) == 2


@pytest.mark.parametrize("way", ["expired", "ended", "given up"])
async def test_what_is_over_holds_no_slot(tokens, way):
    first = await tokens.create(a_token())
    second = await tokens.create(a_token(state=TokenState.PENDING if way == "given up" else TokenState.ACTIVE))
    later = {"expired": first.expires_at, "ended": NOW, "given up": NOW + PENDING_AT_MOST}[way]
    if way == "ended":
        await tokens.update(second, ended(second))
    await tokens.create(a_token(created_at=later))


async def test_of_many_who_generate_at_once_two_succeed_at_most(storage):
    """AMB-16: on as many instances."""
    outcomes = await asyncio.gather(*(TableTokens(storage).create(a_token()) for _ in range(8)), return_exceptions=True)
    made = [outcome for outcome in outcomes if isinstance(outcome, Token)]
    assert 1 <= len(made) <= 2
    assert {type(outcome) for outcome in outcomes} <= {Token, TooManyTokens, VersionConflict}
    assert {token.id for token in await TableTokens(storage).of("entra")} == {token.id for token in made}


async def test_a_change_applies_to_what_was_read_alone(tokens):
    token = await tokens.create(a_token())
    changed = await tokens.update(token, replace(token, warned=60))
    for stale in (token, replace(token, version="W/\"datetime'0'\"")):
        with pytest.raises(VersionConflict):
            await tokens.update(stale, ended(stale))
    assert await tokens.get(token.id) == changed
    with pytest.raises(VersionConflict):
        await tokens.update(replace(token, id="0" * 16), token)


async def test_of_two_changes_at_once_one_applies(tokens):
    token = await tokens.create(a_token())
    outcomes = await asyncio.gather(
        *(tokens.update(token, ended(token, at=NOW + timedelta(seconds=second))) for second in range(5)),
        return_exceptions=True,
    )
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Token)]
    assert await tokens.get(token.id) == winner


async def test_a_use_is_noted_beside_everything_else(tokens):
    token = await tokens.create(a_token())
    use = TokenUse(NOW, "2001:db8::1", "")
    await tokens.record_use(token.id, use)
    stored = await tokens.get(token.id)
    assert replace(stored, version=token.version) == replace(token, last_use=use)
    with pytest.raises(VersionConflict):
        await tokens.update(token, ended(token))
    ending = await tokens.update(stored, ended(stored))
    assert (ending.last_use, (await tokens.get(token.id)).last_use) == (use, use)


async def test_the_use_of_a_token_that_is_not_there_is_ignored(tokens):
    await tokens.record_use("0" * 16, TokenUse(NOW))
    assert await tokens.get("0" * 16) is None


async def test_a_write_that_is_sent_twice_finds_itself(storage):
    """The SDK repeats a write whose answer was lost."""
    tokens = TableTokens(FaultyRows(storage, on_writes({1: repeat, 2: repeat})))
    token = await tokens.create(a_token())
    assert await tokens.update(token, ended(token)) == await tokens.get(token.id)


async def test_a_slot_is_never_taken_without_its_token(storage):
    """The two are one transaction, whose answer may be lost."""
    with pytest.raises(Exception, match="not reachable"):
        await TableTokens(FaultyRows(storage, on_writes({1: fail_after}))).create(a_token())
    tokens = TableTokens(storage)
    assert len(await tokens.of("entra")) == 1
    await tokens.create(a_token())
    with pytest.raises(TooManyTokens):
        await tokens.create(a_token())
