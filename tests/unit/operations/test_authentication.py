"""Who calls: what is remembered, for how long, and what happens when storage or the vault does not answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from scim.background import Background
from scim.domain.providers import Provider
from scim.domain.tokens import Token, TokenState, _checksum, expiry_of, generate_token
from scim.errors import Forbidden, Unauthorized, Unavailable
from scim.operations import authentication
from scim.operations.authentication import Authenticator
from tests.world import StandingClock

SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


class Door:
    """An authenticator over ports that count how often they are asked, and fail or hang when they are told to."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.text = generate_token()
        now = self.clock.now()
        self.token: Token | None = Token(
            id=self.text.id,
            provider="entra",
            label="",
            created_at=now,
            created_by="",
            expires_at=expiry_of(now),
            last_four=self.text.last_four,
        )
        self.provider: Provider | None = Provider(id="entra", name="Entra")
        self.stored_digest: str | None = self.text.digest
        self.asked = {"token": 0, "digest": 0, "provider": 0}
        self.noted: list[str] = []
        self.failing: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.asking = asyncio.Event()
        self.background = Background()
        self.authenticator = Authenticator(_Tokens(self), _Providers(self), _Vault(self), self.clock, self.background)

    async def knock(self, text: str | None = None):
        caller = await self.authenticator.authenticate(f"Bearer {text or self.text.text}")
        await self.background.drain()
        return caller

    async def ask(self, what: str) -> None:
        self.asked[what] += 1
        self.asking.set()
        await self.gate.wait()
        if what in self.failing:
            raise Unavailable


class _Port:
    def __init__(self, door: Door) -> None:
        self.door = door


class _Tokens(_Port):
    async def get(self, token_id):
        await self.door.ask("token")
        return self.door.token if token_id == self.door.text.id else None

    async def record_use(self, token_id, _used_at):
        self.door.noted.append(token_id)
        if "use" in self.door.failing:
            raise Unavailable


class _Providers(_Port):
    async def get(self, _provider_id):
        await self.door.ask("provider")
        return self.door.provider


class _Vault(_Port):
    async def digest(self, _token_id):
        await self.door.ask("digest")
        return self.door.stored_digest


@pytest.fixture
def door() -> Door:
    return Door()


async def test_the_token_tells_the_provider_and_is_named(door):
    """AMB-19."""
    caller = await door.knock()

    assert (caller.provider, caller.token_id) == (door.provider, door.text.id)


async def test_what_was_found_out_is_remembered_for_less_than_thirty_seconds(door):
    await door.knock()
    door.clock.moment += 30 * SECOND - MICROSECOND
    await door.knock()
    assert door.asked == {"token": 1, "digest": 1, "provider": 1}

    door.clock.moment += MICROSECOND
    await door.knock()
    assert door.asked == {"token": 2, "digest": 2, "provider": 2}


async def test_the_thirty_seconds_count_from_the_question_not_from_the_answer(door):
    door.gate.clear()
    knock = asyncio.create_task(door.knock())
    await door.asking.wait()
    door.clock.advance(seconds=4)
    door.gate.set()
    await knock

    door.clock.advance(seconds=26)
    await door.knock()

    assert door.asked["token"] == 2


async def test_a_revoked_token_is_refused_thirty_seconds_later_at_the_latest(door):
    """R101."""
    await door.knock()
    door.token = replace(door.token, state=TokenState.REVOKED)
    door.clock.advance(seconds=30)

    with pytest.raises(Unauthorized, match="was revoked"):
        await door.knock()


async def test_a_token_is_expired_at_its_expiry_and_not_a_moment_earlier_even_when_remembered(door):
    """R033."""
    door.clock.moment = door.token.expires_at - MICROSECOND
    await door.knock()

    door.clock.moment += MICROSECOND
    with pytest.raises(Unauthorized, match="expired on"):
        await door.knock()
    assert door.asked["token"] == 1


async def test_a_token_that_is_marked_expired_is_refused(door):
    door.token = replace(door.token, state=TokenState.EXPIRED)

    with pytest.raises(Unauthorized, match="expired"):
        await door.knock()


async def test_switching_scim_off_is_seen_thirty_seconds_later_at_the_latest(door):
    """R099."""
    await door.knock()
    door.provider = replace(door.provider, scim_enabled=False)
    door.clock.advance(seconds=30)

    with pytest.raises(Forbidden, match="disabled"):
        await door.knock()


async def test_requests_that_come_together_share_one_look(door):
    door.gate.clear()
    knocks = [asyncio.create_task(door.knock()) for _ in range(50)]
    await door.asking.wait()
    door.gate.set()
    callers = await asyncio.gather(*knocks)

    assert door.asked == {"token": 1, "digest": 1, "provider": 1}
    assert {caller.token_id for caller in callers} == {door.text.id}


async def test_a_request_that_is_given_up_does_not_take_the_shared_look_with_it(door):
    door.gate.clear()
    first, second = (asyncio.create_task(door.knock()) for _ in range(2))
    await door.asking.wait()
    first.cancel()
    await asyncio.sleep(0)
    door.gate.set()

    assert (await second).token_id == door.text.id
    with pytest.raises(asyncio.CancelledError):
        await first
    assert door.asked["token"] == 1


@pytest.mark.parametrize("what", ["token", "digest", "provider"])
async def test_an_outage_is_503_and_not_remembered(door, what):
    door.failing = {what}
    with pytest.raises(Unavailable) as refusal:
        await door.knock()
    assert refusal.value.headers == {"Retry-After": "5"}

    door.failing = set()
    assert (await door.knock()).token_id == door.text.id


@pytest.mark.parametrize("what", ["token", "digest", "provider"])
async def test_an_outage_is_bridged_while_the_verdict_is_fresh_and_no_longer(door, what):
    await door.knock()
    door.failing = {what}
    door.clock.advance(seconds=29)
    await door.knock()

    door.clock.advance(seconds=1)
    with pytest.raises(Unavailable):
        await door.knock()
    with pytest.raises(Unavailable):
        await door.knock()


async def test_an_outage_is_no_excuse_for_a_wrong_secret(door):
    await door.knock()
    door.failing = {"token", "digest", "provider"}

    with pytest.raises(Unauthorized, match="not recognised"):
        await door.knock(_with_another_secret(door.text.text))


async def test_an_answer_that_does_not_come_in_time_is_an_outage(door, monkeypatch):
    monkeypatch.setattr(authentication, "LOOKUP_SECONDS", 0.01)
    door.gate.clear()

    with pytest.raises(Unavailable):
        await door.knock()

    door.gate.set()
    assert (await door.knock()).token_id == door.text.id


async def test_wrong_secrets_for_a_known_token_cost_no_look(door):
    for _ in range(20):
        with pytest.raises(Unauthorized, match="not recognised"):
            await door.knock(_with_another_secret(door.text.text))

    assert door.asked == {"token": 1, "digest": 1, "provider": 1}


async def test_texts_that_are_no_tokens_cost_no_look(door):
    for header in (None, "", "Bearer", "Bearer null", f"Bearer {door.text.text}0", f"Basic {door.text.text}"):
        with pytest.raises(Unauthorized):
            await door.authenticator.authenticate(header)

    assert door.asked["token"] == 0


async def test_a_token_that_nobody_generated_costs_one_look_and_never_the_vault(door):
    with pytest.raises(Unauthorized, match="not recognised"):
        await door.knock(generate_token().text)

    assert door.asked == {"token": 1, "digest": 0, "provider": 0}


@pytest.mark.parametrize("digest", [None, "", "0" * 64])
async def test_a_digest_that_is_missing_empty_or_another_never_matches(door, digest):
    door.stored_digest = digest

    with pytest.raises(Unauthorized, match="not recognised"):
        await door.knock()


async def test_the_token_of_a_provider_that_is_gone_is_not_recognised(door):
    door.provider = None

    with pytest.raises(Unauthorized, match="not recognised"):
        await door.knock()


@pytest.mark.parametrize("state", [TokenState.EXPIRED, TokenState.REVOKED])
async def test_only_who_has_the_secret_learns_that_a_token_ended(door, state):
    door.token = replace(door.token, state=state, last_four="zzzz")

    with pytest.raises(Unauthorized, match="not recognised"):
        await door.knock()


@pytest.mark.parametrize(
    ("state", "told"), [(TokenState.EXPIRED, "expired on 2027-05-23T12:00"), (TokenState.REVOKED, "was revoked")]
)
async def test_why_an_ended_token_is_refused_is_told_without_the_vault(door, state, told):
    """R034: its secret there is switched off, and the vault may be down."""
    door.token = replace(door.token, state=state)
    door.stored_digest, door.failing = None, {"digest"}

    for _ in range(3):
        with pytest.raises(Unauthorized, match=told):
            await door.knock()
    assert door.asked == {"token": 1, "digest": 0, "provider": 1}


async def test_a_token_that_is_being_generated_is_not_recognised(door):
    door.token = replace(door.token, state=TokenState.PENDING)

    with pytest.raises(Unauthorized, match="not recognised"):
        await door.knock()
    assert door.asked["digest"] == 0


async def test_use_is_noted_at_most_every_five_minutes(door):
    for seconds in (0, 1, 298, 1, 1):
        door.clock.advance(seconds=seconds)
        await door.knock()

    assert door.noted == [door.text.id] * 2


async def test_use_that_cannot_be_noted_harms_nobody(door):
    door.failing = {"use"}

    assert (await door.knock()).token_id == door.text.id


async def test_a_refused_token_is_not_noted_as_used(door):
    door.token = replace(door.token, state=TokenState.REVOKED)

    with pytest.raises(Unauthorized):
        await door.knock()
    await door.background.drain()

    assert door.noted == []


async def test_what_is_remembered_has_a_limit(door, monkeypatch):
    monkeypatch.setattr(authentication, "_REMEMBERED", 0)

    await door.knock()
    await door.knock()

    assert door.asked["token"] == 2


def _with_another_secret(text: str) -> str:
    """A well-formed token with the same id."""
    other = generate_token()
    body = "_".join(("rc", text.split("_")[1], other.text.split("_")[2]))
    return f"{body}_{_checksum(body)}"
