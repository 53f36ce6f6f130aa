"""The one place where refusals, faults and delays become replies."""

import asyncio
import json
import logging
import re

import pytest

from scim.operations import dispatch
from scim.protocol.messages import Request
from scim.protocol.routing import Operation
from scim.schema.catalog import resource_types
from scim.storage.tables.rows import StorageUnavailable
from tests.fakes.rows import FakeRows, FaultyRows
from tests.world import World, user


@pytest.fixture
async def world() -> World:
    return await World.on(FakeRows())


def test_every_operation_has_a_handler_for_every_resource_type():
    discovery = {each for each in Operation if each.value.startswith(("list_", "read_")) and each is not Operation.READ}
    on_resources = set(Operation) - discovery - {Operation.SERVICE_PROVIDER_CONFIG, Operation.BULK}
    on_all = {Operation.SEARCH, Operation.SEARCH_BY_POST, Operation.BULK}

    assert set(dispatch._HANDLERS) == {(each, "") for each in discovery | on_all} | {
        (each, kind.name) for each in on_resources for kind in resource_types()
    }


async def test_an_unexpected_exception_is_told_by_its_reference_alone(world, monkeypatch, caplog):
    async def broken(_call):
        raise RuntimeError("row u|entra|7c41 in table directory, secret 12345")

    monkeypatch.setitem(dispatch._HANDLERS, (Operation.SEARCH, "User"), broken)

    response = await world.app.dispatcher.answer(_get(world, "/Users"))

    assert response.status == 500
    assert json.loads(response.body) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "500",
        "detail": "Something failed here, not in your identity provider. Reference request-7.",
    }
    [record] = [each for each in caplog.records if each.message == "request_failed id=request-7"]
    assert record.levelno == logging.ERROR
    assert "secret 12345" in caplog.text


async def test_a_request_that_takes_too_long_is_asked_to_come_again(world, monkeypatch):
    async def hanging(_call):
        await asyncio.Event().wait()

    monkeypatch.setattr(dispatch, "DEADLINE_SECONDS", 0.01)
    monkeypatch.setitem(dispatch._HANDLERS, (Operation.SEARCH, "User"), hanging)

    response = await world.app.dispatcher.answer(_get(world, "/Users"))

    assert (response.status, response.headers) == (503, {"Retry-After": "10"})


@pytest.mark.parametrize("method_and_path", ["GET /Users", "GET /Users/{id}", "PATCH /Users/{id}", "POST /Users"])
async def test_storage_that_cannot_be_reached_is_503_with_retry_after_and_never_404(world, method_and_path):
    method, path = method_and_path.replace("{id}", await world.created("/Users", user("anna"))).split(" ")
    body = {"Operations": [{"op": "replace", "path": "title", "value": "Dr"}]} if method == "PATCH" else user("bob")

    async def down(_call):
        raise StorageUnavailable("fault")

    other = await world.instance(FaultyRows(world.rows, lambda call: down if call.table == "directory" else None))
    status, headers, reply = await other.call(method, path, None if method == "GET" else body)

    assert (status, headers["Retry-After"]) == (503, "5")
    assert reply["detail"] == "A part of this service is not reachable."


@pytest.mark.parametrize("partition", ["idp", "tok"])
async def test_configuration_that_cannot_be_reached_is_503_and_never_401(world, partition):
    async def down(_call):
        raise StorageUnavailable("fault")

    key = {"idp": world.provider.id, "tok": world.token.split("_")[1]}[partition]
    other = await world.instance(FaultyRows(world.rows, lambda call: down if call.detail == key else None))
    status, headers, _ = await other.call("GET", "/Users")

    assert (status, headers) == (503, {"Retry-After": "5"})


async def test_a_request_leaves_one_line_that_names_neither_path_nor_query_nor_body(world, caplog):
    caplog.set_level(logging.INFO)

    request = Request(
        method="POST",
        path="/Users/very-secret",
        query={"filter": 'userName eq "very-secret"'},
        headers={"authorization": f"Bearer {world.token}"},
        body=b'{"userName": "very-secret"}',
        id="request-7",
    )
    await world.app.dispatcher.answer(request)

    [record] = [each for each in caplog.records if each.message.startswith("request_answered")]
    assert re.fullmatch(r"request_answered id=request-7 method=POST status=405 ms=\d+\.\d", record.message)
    told = " ".join(str(vars(each)) for each in caplog.records)
    assert "very-secret" not in told
    assert world.token not in told


async def test_cancelling_a_request_is_not_answered():
    world = await World.on(FakeRows())
    task = asyncio.create_task(world.app.dispatcher.answer(_get(world, "/Users")))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


def _get(world: World, path: str) -> Request:
    return Request(method="GET", path=path, headers={"authorization": f"Bearer {world.token}"}, id="request-7")
