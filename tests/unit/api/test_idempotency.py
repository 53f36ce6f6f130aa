"""A creation that is sent twice happens once."""

import asyncio
import json

import pytest

from scim.api.endpoints import Endpoint, Reply
from scim.contracts.base import Contract, Parameters
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows


class Thing(Contract):
    name: str


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
def made(admin):
    """What the endpoint `POST /things` has made."""
    made = []

    async def create(call):
        await asyncio.sleep(0)
        if call.body.name == "refused":
            raise ValueError
        made.append(call.body.name)
        return Reply(value=call.body, location=f"/things/{len(made)}", version='"1"')

    api = admin.world.app.administration.api
    for path, secret in (("/things", False), ("/secrets", True)):
        endpoint = Endpoint(
            method="POST", path=path, name=path, tag="Test", summary="", run=create, body=Thing, query=Parameters,
            reply=Thing, status=201, tells_secret=secret,
        )  # fmt: skip
        api.endpoints = (*api.endpoints, endpoint)
    return made


async def test_a_repetition_is_answered_like_the_first(admin, made):
    replies = [await admin.call("POST", "/things", {"name": "a"}, headers={"Idempotency-Key": "1"}) for _ in range(3)]
    assert made == ["a"]
    assert replies[0] == replies[1] == replies[2]
    assert replies[0].headers["Location"] == "/api/things/1"


async def test_without_a_key_each_is_its_own(admin, made):
    for _ in range(2):
        await admin.call("POST", "/things", {"name": "a"})
    assert made == ["a", "a"]


async def test_two_at_once_make_one(admin, made):
    replies = await asyncio.gather(
        *(admin.call("POST", "/things", {"name": "a"}, headers={"Idempotency-Key": "1"}) for _ in range(5))
    )
    assert made == ["a"]
    assert {reply.status for reply in replies} <= {201, 409}
    assert {reply.json.get("code") for reply in replies if reply.status == 409} <= {"under_way"}


@pytest.mark.usefixtures("made")
async def test_another_request_with_the_key_is_refused(admin):
    await admin.call("POST", "/things", {"name": "a"}, headers={"Idempotency-Key": "1"})
    reply = await admin.call("POST", "/things", {"name": "b"}, headers={"Idempotency-Key": "1"})
    assert (reply.status, reply.json["code"]) == (409, "idempotency_key_reused")


async def test_keys_of_two_people_are_apart(admin, made):
    ben = await admin.as_(await admin.account("ben@contoso.com", administrator=True))
    for each in (admin, ben):
        assert (await each.call("POST", "/things", {"name": "a"}, headers={"Idempotency-Key": "1"})).status == 201
    assert made == ["a", "a"]


@pytest.mark.usefixtures("made")
async def test_a_failure_may_be_tried_again(admin):
    body, headers = {"name": "refused"}, {"Idempotency-Key": "1"}
    assert (await admin.call("POST", "/things", body, headers=headers)).status == 500
    assert (await admin.call("POST", "/things", body, headers=headers)).status == 500


@pytest.mark.usefixtures("made")
async def test_a_reply_with_a_secret_is_not_kept(admin):
    body, headers = {"name": "a secret, perhaps"}, {"Idempotency-Key": "1"}
    assert (await admin.call("POST", "/secrets", body, headers=headers)).status == 201
    reply = await admin.call("POST", "/secrets", body, headers=headers)
    assert (reply.status, reply.json["code"]) == (409, "already_done")
    assert "a secret, perhaps" not in json.dumps(str(admin.world.rows.contents("config")))


async def test_keys_are_forgotten_after_a_day(admin, made):
    body, headers = {"name": "a"}, {"Idempotency-Key": "1"}
    await admin.call("POST", "/things", body, headers=headers)
    admin.clock.advance(hours=25)
    assert await admin.services.idempotency_keys.remove_older(admin.clock.now()) == 1
    await admin.call("POST", "/things", body, headers=headers)
    assert made == ["a", "a"]


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_that_is_none_is_refused(admin, made, key):
    assert (await admin.call("POST", "/things", {"name": "a"}, headers={"Idempotency-Key": key})).status == 400
    assert made == []
