"""What timers do for tokens: once for each token, whenever and however often they run."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scim.domain.activities import Actor
from scim.domain.token_closing import TokenCloser
from scim.domain.tokens import Ending, EndReason, TokenState
from scim.errors import Unavailable
from scim.maintenance.expire_tokens import expire_tokens
from scim.maintenance.warn_of_expiry import warn_of_expiry
from scim.storage.tables.rows import Merge
from tests.fakes.rows import FakeRows, FaultyRows, Killed, fail_after, fail_before, kill_after, kill_before, on_writes
from tests.invariants import activities, directory
from tests.world import OKTA, World

DAY = timedelta(days=1)
ANA = Actor(kind="account", id="ana", name="Ana", request_id="1")


@pytest.fixture
async def world():
    return await World.on(FakeRows())


async def expire(world):
    app = world.app
    await expire_tokens(app.tokens, app.vault, app.activities, app.clock)


async def warn(world):
    await warn_of_expiry(world.app.tokens, world.app.activities, world.app.clock)


async def recorded(world, status):
    """The activities of a label, oldest first."""
    found = activities(await directory(world.rows))
    return [each for each in reversed(found) if each["status"] == status]


async def token_of(world):
    return await world.app.tokens.get(world.token.split("_")[1])


async def test_a_token_that_expired_is_closed_and_recorded_once(world):
    """R114, AMB-16."""
    token = await token_of(world)
    world.clock.moment = token.expires_at - timedelta(seconds=1)
    await expire(world)
    assert (await token_of(world)).state is TokenState.ACTIVE

    world.clock.moment = token.expires_at
    for _ in range(3):
        await expire(world)
        world.clock.advance(minutes=5)

    (removal,) = await recorded(world, "Token Removed")
    assert (removal["subject_id"], removal["detail"]) == (token.id, "expired")
    assert removal["actor"]["name"] == "Rollcall"
    assert (await token_of(world)).state is TokenState.EXPIRED
    assert token.id not in world.app.vault.enabled


async def test_runs_at_once_on_two_instances_leave_one_activity(world):
    """R114."""
    other = await world.instance()
    world.clock.advance(days=200)
    await asyncio.gather(expire(world), expire(other))
    assert len(await recorded(world, "Token Removed")) == 1
    await warn(world)
    assert await recorded(world, "Token Expiring") == []


async def test_runs_that_were_missed_are_made_up_for(world):
    world.clock.advance(days=1000)
    await expire(world)
    (removal,) = await recorded(world, "Token Removed")
    assert removal["time"] == world.clock.now()


async def test_a_token_that_fails_does_not_stop_the_others(world, caplog):
    other = await world.provided(OKTA)
    vault, failing = world.app.vault, world.token.split("_")[1]
    real = vault.set_enabled

    async def set_enabled(token_id, *, enabled):
        if token_id == failing:
            raise Unavailable
        await real(token_id, enabled=enabled)

    vault.set_enabled = set_enabled
    world.clock.advance(days=200)
    await expire(world)
    assert (await token_of(other)).is_settled
    assert not (await token_of(world)).is_settled
    assert "token_not_settled" in caplog.text

    vault.set_enabled = real
    await expire(world)
    assert (await token_of(world)).is_settled
    assert len(await recorded(world, "Token Removed")) == 2


async def test_a_record_that_cannot_be_read_does_not_stop_the_others(world, caplog):
    other = await world.provided(OKTA)
    await world.rows.batch("config", "tok", [Merge(world.token.split("_")[1], {"state": "nonsense"})])
    world.clock.advance(days=200)
    await expire(other)
    await warn(other)
    assert (await token_of(other)).is_settled
    assert "token_record_unreadable" in caplog.text


@pytest.mark.parametrize("fault", [fail_before, fail_after, kill_before, kill_after])
@pytest.mark.parametrize("write", [1, 2, 3])
@pytest.mark.parametrize("reason", [EndReason.EXPIRED, EndReason.REVOKED])
async def test_wherever_an_end_is_interrupted_the_token_is_dead_or_untouched_and_the_next_run_completes_it(
    world, fault, write, reason
):
    """R101, R114: the record, the activity, the end."""
    token = await token_of(world)
    instance = await world.instance(FaultyRows(world.rows, on_writes({write: fault})))
    app = instance.app
    if reason is EndReason.EXPIRED:
        world.clock.moment = token.expires_at
    closer = TokenCloser(app.tokens, app.vault, app.activities)
    with suppress(Unavailable, Killed):
        await closer.close(token, Ending(at=world.clock.now(), reason=reason, actor=ANA))
    is_untouched = (await token_of(world)).ending is None
    assert is_untouched is (write == 1 and fault in (fail_before, kill_before))
    caller = await world.instance()
    status = (await caller.call("GET", "/Users", count=0)).status
    await caller.app.background.drain()
    assert status == (200 if is_untouched and reason is EndReason.REVOKED else 401)

    await expire(world)

    removals = await recorded(world, "Token Removed")
    if is_untouched and reason is EndReason.REVOKED:
        assert removals == []
        return
    assert [removal["detail"] for removal in removals] == [reason.value]
    assert (await token_of(world)).is_settled
    assert token.id not in world.app.vault.enabled


@pytest.mark.parametrize("fault", [fail_before, fail_after, kill_before, kill_after])
@pytest.mark.parametrize("write", [1, 2, 3])
async def test_wherever_a_generation_is_interrupted_it_blocks_no_other_for_long(world, fault, write):
    """R029, R034: record and slot, the activity, the last word."""
    instance = await world.instance(FaultyRows(world.rows, on_writes({write: fault})))
    issued = False
    with suppress(Unavailable, Killed):
        issued = bool(await instance.app.token_issuer.issue("entra", "", ANA))
    assert issued is (write == 2 and fault is fail_after), "an activity whose answer was lost is looked for"

    world.clock.advance(minutes=2)
    await expire(world)
    tokens = [token for token in await world.app.tokens.of("entra") if token.label != "test"]
    is_live = issued or (write == 3 and fault is kill_after)  # the process died before it could tell the text
    assert [token.is_live(world.clock.now()) for token in tokens] in ([[True]] if is_live else [[False], []])
    if not is_live:
        assert world.app.vault.enabled == {world.token.split("_")[1]}
        await world.app.token_issuer.issue("entra", "", ANA)
    created = {each["subject_id"] for each in await recorded(world, "Token Created")}
    removed = {each["subject_id"] for each in await recorded(world, "Token Removed")}
    alive = {token.id for token in await world.app.tokens.of("entra") if token.ending is None}
    assert created - removed <= alive
    assert not removed & alive


async def test_a_generation_under_way_is_left_alone(world):
    token = await token_of(world)
    pending = replace(token, id="0" * 16, state=TokenState.PENDING, created_at=world.clock.now(), version="")
    await world.app.tokens.create(pending)
    world.clock.advance(seconds=119)
    await expire(world)
    assert (await world.app.tokens.get(pending.id)).state is TokenState.PENDING
    world.clock.advance(seconds=1)
    await expire(world)
    (removal,) = await recorded(world, "Token Removed")
    assert removal["detail"] == "revoked: its generation was not completed"


async def test_each_rung_of_the_ladder_is_told_once(world):
    """R033: 60, 30, 14, 7 days and one day before."""
    token = await token_of(world)
    while world.clock.now() < token.expires_at:
        await warn(world)
        world.clock.advance(hours=6)
    told = await recorded(world, "Token Expiring")
    assert [each["time"] for each in told] == [token.expires_at - days * DAY for days in (60, 30, 14, 7, 1)]
    assert [each["detail"] for each in told] == [
        "expires in 60 days, on 2027-05-23 at 12:00 UTC",
        "expires in 30 days, on 2027-05-23 at 12:00 UTC",
        "expires in 14 days, on 2027-05-23 at 12:00 UTC",
        "expires in 7 days, on 2027-05-23 at 12:00 UTC",
        "expires in 1 day, on 2027-05-23 at 12:00 UTC",
    ]


async def test_of_rungs_that_were_missed_only_the_lowest_is_told(world):
    token = await token_of(world)
    world.clock.moment = token.expires_at - timedelta(days=10)
    for _ in range(2):
        await warn(world)
    (told,) = await recorded(world, "Token Expiring")
    assert told["detail"].startswith("expires in 14 days")


async def test_a_rung_is_told_once_by_runs_at_once_and_after_a_crash(world):
    token = await token_of(world)
    world.clock.moment = token.expires_at - timedelta(days=6)
    crashing = await world.instance(FaultyRows(world.rows, on_writes({2: kill_before})))
    with pytest.raises(Killed):
        await warn(crashing)
    assert (await token_of(world)).warned is None
    await asyncio.gather(warn(world), warn(await world.instance()))
    assert len(await recorded(world, "Token Expiring")) == 1
    assert (await token_of(world)).warned == 7


async def test_nobody_is_told_of_tokens_that_ended(world):
    token = await token_of(world)
    world.clock.moment = token.expires_at - timedelta(days=6)
    app = world.app
    closer = TokenCloser(app.tokens, app.vault, app.activities)
    await closer.close(token, Ending(at=datetime(2027, 5, 1, tzinfo=UTC), reason=EndReason.REVOKED, actor=ANA))
    await warn(world)
    assert await recorded(world, "Token Expiring") == []


async def test_the_tokens_of_a_provider_end_together(world):
    """R114: when the provider is deleted; those that ended before keep their reason."""
    app, now = world.app, world.clock.now()
    closer = TokenCloser(app.tokens, app.vault, app.activities)
    first = await token_of(world)
    await closer.close(first, Ending(at=now, reason=EndReason.REVOKED, actor=ANA))
    second = (await app.token_issuer.issue("entra", "", ANA)).token
    other = await world.provided(OKTA)

    for _ in range(2):
        await closer.close_all("entra", Ending(at=now, reason=EndReason.PROVIDER_DELETED, actor=ANA))

    details = {each["subject_id"]: each["detail"] for each in await recorded(world, "Token Removed")}
    assert details == {first.id: "revoked", second.id: "revoked: the identity provider was deleted"}
    assert len(await recorded(world, "Token Removed")) == 2
    assert app.vault.enabled == {other.token.split("_")[1]}
