"""What `scim.domain.ports.people` and `.idempotency` promise, on every storage."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from scim.domain.people import AccessToken, AuthenticationType, Credentials, NativeRole, Profile, Session
from scim.domain.ports import VersionConflict
from scim.domain.ports.idempotency import Remembered

ANA, BEN, ROLE = (f"0198c000-0000-7000-8000-00000000000{number}" for number in range(3))
LOCK = timedelta(minutes=15)


@pytest.fixture
def services(world):
    return world.app.administration.services


@pytest.fixture
def now(world):
    return world.clock.now()


def session(now, id_="s1", account_id=ANA):
    return Session(
        account_id=account_id, id=id_, created_at=now, verified_at=now, last_seen=now, agent="Firefox", provider="entra"
    )


async def test_a_profile_is_read_as_it_was_saved(services, now):
    assert await services.profiles.get(ANA) == Profile(account_id=ANA)
    role = NativeRole(role=ROLE, added_by="Ana", added_at=now)
    saved = await services.profiles.save(Profile(account_id=ANA, phone="1", language="de", roles=(role,)))
    assert await services.profiles.get(ANA) == saved
    assert await services.census.holders(ROLE, 2) == ([ANA], False)
    saved = await services.profiles.save(replace(saved, roles=(), authentication_type=AuthenticationType.SSO))
    assert await services.profiles.get(ANA) == saved
    assert await services.census.holders(ROLE, 2) == ([], False)


async def test_of_two_who_save_at_once_one_is_told(services):
    for store, new in ((services.profiles, Profile), (services.credentials, Credentials)):
        for _ in range(2):
            read = await store.get(ANA)
            saved = await asyncio.gather(*(store.save(read) for _ in range(4)), return_exceptions=True)
            assert [type(each) for each in saved].count(VersionConflict) == 3
        with pytest.raises(VersionConflict):
            await store.save(new(account_id=ANA))


async def test_credentials_are_read_as_they_were_saved(services, now):
    given = Credentials(
        account_id=ANA, password_hash="h", password_changed_at=now, totp_secret="s", totp_step=7, locked_until=now
    )
    saved = await services.credentials.save(given)
    assert await services.credentials.get(ANA) == saved == replace(given, version=saved.version)
    assert not (await services.credentials.get(BEN)).is_complete


async def test_a_session_is_seen_until_it_ends(services, now):
    await services.sessions.create(session(now))
    later = now + LOCK
    await services.sessions.note(ANA, "s1", seen=now, verified=later)
    await services.sessions.note(ANA, "s1", seen=later)
    assert await services.sessions.get(ANA, "s1") == replace(session(now), last_seen=later, verified_at=later)
    assert await services.sessions.get(BEN, "s1") is None
    for _ in range(2):
        await services.sessions.end(ANA, "s1")
    await services.sessions.note(ANA, "s1", seen=later)
    assert await services.sessions.get(ANA, "s1") is None


async def test_all_sessions_of_one_account_are_ended(services, now):
    for account_id in (ANA, BEN):
        for number in range(5):
            await services.sessions.create(session(now, f"s{number}", account_id))
    assert await services.sessions.end_all(ANA) == 5
    assert await services.sessions.of(ANA) == []
    assert len(await services.sessions.of(BEN)) == 5


async def test_old_sessions_are_removed(services, now):
    for number in range(5):
        await services.sessions.create(session(now + timedelta(minutes=number), f"s{number}"))
    assert await services.sessions.remove_older(now + timedelta(minutes=3)) == 3
    assert {each.id for each in await services.sessions.of(ANA)} == {"s3", "s4"}


async def test_an_access_token_is_found_until_it_is_removed(services, now):
    token = AccessToken(
        id="t1", account_id=ANA, label="x", digest="d", created_at=now, expires_at=now + LOCK, last_four="abcd"
    )
    await services.access_tokens.create(token)
    await services.access_tokens.record_use("t1", now)
    await services.access_tokens.record_use("t2", now)
    assert await services.access_tokens.get("t1") == replace(token, last_used=now)
    assert [each.id for each in await services.access_tokens.of(ANA)] == ["t1"]
    assert [await services.access_tokens.remove("t1") for _ in range(2)] == [True, False]
    assert await services.access_tokens.get("t1") is None
    assert await services.access_tokens.of(ANA) == []


async def test_a_proof_is_used_once_however_many_try(services, now):
    used = await asyncio.gather(*(services.used_proofs.use("p1", now + LOCK) for _ in range(5)))
    assert sum(used) == 1
    assert await services.used_proofs.remove_expired(now + LOCK) == 0
    assert not await services.used_proofs.use("p1", now + LOCK)
    assert await services.used_proofs.remove_expired(now + LOCK + timedelta(seconds=1)) == 1


async def test_attempts_are_counted_each_for_itself(services, now):
    begun = await asyncio.gather(*(begin(services, now) for _ in range(8)))
    assert sorted(number for number, _ in begun) == [0, 0, 0, 1, 2, 3, 4, 5]
    assert {lock for number, lock in begun if number == 0} == {now + LOCK}
    assert await begin(services, now, "ANA") == (0, now + LOCK)
    assert await begin(services, now, "ben") == (1, None)
    assert await begin(services, now + LOCK) == (1, None)


async def begin(services, now, name="ana"):
    return await services.attempts.begin(name, now, limit=5, locked_until=now + LOCK)


async def test_attempts_are_forgotten(services, now):
    await begin(services, now)
    await services.attempts.clear("ana")
    assert await begin(services, now) == (1, None)
    await begin(services, now + LOCK, "ben")
    assert await services.attempts.remove_older(now + LOCK) == 1
    assert await begin(services, now) == (1, None)
    assert await begin(services, now, "ben") == (2, None)


async def test_a_creation_with_a_key_begins_once(services, now):
    keys, creation = services.idempotency_keys, Remembered(fingerprint="f", began=now)
    earlier = await asyncio.gather(*(keys.begin(ANA, "k", creation) for _ in range(4)))
    assert [each for each in earlier if each is not None] == [creation] * 3
    assert await keys.begin(BEN, "k", creation) is None
    done = replace(creation, reply="r", is_over=True)
    await keys.finish(ANA, "k", done)
    assert await keys.begin(ANA, "k", creation) == done
    await keys.forget(BEN, "k")
    assert await keys.begin(BEN, "k", creation) is None
    assert await keys.remove_older(now + timedelta(seconds=1)) >= 2
    assert await keys.begin(ANA, "k", creation) is None
