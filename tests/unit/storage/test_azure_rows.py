"""What `AzureRows` makes of a table service that fails: Azurite behind a peer that loses and cuts off its answers."""

import asyncio
import logging
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web
from azure.core.credentials import AccessToken, AzureNamedKeyCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ManagedIdentityCredential
from yarl import URL

from localdev.azurite import ACCOUNT, KEY
from localdev.ports import free_port
from localdev.stack import Stack
from scim.storage.tables import azure_rows
from scim.storage.tables.azure_rows import RETRIES, AzureRows
from scim.storage.tables.rows import (
    Comparison,
    Delete,
    Insert,
    KeyRange,
    Merge,
    Replace,
    RowConflict,
    StorageUnavailable,
    Upsert,
)

TABLE = "directory"
HERE = "scope|00"
ALL = KeyRange("", "\uffff")

type Answer = web.StreamResponse
type Fault = Callable[[web.Request, "Forward"], Awaitable[Answer]]
type Forward = Callable[[web.Request], Awaitable[web.Response]]

VERBS: dict[str, Callable[[AzureRows], Awaitable[object]]] = {
    "get": lambda rows: rows.get(TABLE, HERE, "k"),
    "query": lambda rows: rows.query(TABLE, HERE, ALL),
    "batch": lambda rows: rows.batch(TABLE, HERE, [Upsert("k", {"n": 2}), Upsert("l", {})]),
    "insert": lambda rows: rows.insert(TABLE, HERE, Insert("new", {"n": 2})),
}
each_verb = pytest.mark.parametrize("verb", list(VERBS))


async def passed_on(request: web.Request, forward: Forward) -> Answer:
    return await forward(request)


def refused(status: int, body: str = "", **headers: str) -> Fault:
    """Answers with an error and does nothing."""

    async def fault(_request: web.Request, _forward: Forward) -> Answer:
        return web.Response(status=status, text=body, content_type="application/json", headers=headers)

    return fault


async def applied_and_500(request: web.Request, forward: Forward) -> Answer:
    """Does what was asked and answers with an error."""
    await forward(request)
    return web.Response(status=500)


async def hung(_request: web.Request, _forward: Forward) -> Answer:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError


async def closed(request: web.Request, forward: Forward) -> Answer:
    """Does what was asked and closes the connection."""
    await forward(request)
    request.transport.abort()
    return web.Response()


async def lost(request: web.Request, _forward: Forward) -> Answer:
    """Closes the connection and does nothing, like a service that has just given up an idle connection."""
    request.transport.abort()
    return web.Response()


async def half_sent(request: web.Request, forward: Forward) -> Answer:
    """Closes the connection within the answer's body."""
    answer = await forward(request)
    stream = web.StreamResponse(status=answer.status, headers=answer.headers)
    stream.content_length = len(answer.body) + 1
    await stream.prepare(request)
    await stream.write(answer.body[: len(answer.body) // 2])
    request.transport.abort()
    return stream


def rewritten(change: Callable[[bytes], bytes], **headers: str) -> Fault:
    """Does what was asked and answers in good form with another body."""

    async def fault(request: web.Request, forward: Forward) -> Answer:
        answer = await forward(request)
        return web.Response(status=answer.status, headers={**answer.headers, **headers}, body=change(answer.body))

    return fault


class Peer:
    """Stands between a client and Azurite; `faults` are used up one per request, then requests are passed on."""

    def __init__(self, emulators: Stack) -> None:
        self._target = emulators.tables_url.removesuffix(f"/{ACCOUNT}")
        self._trust = ssl.create_default_context(cafile=emulators.authority)
        self._identity = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._identity.load_cert_chain(emulators._certificates.server, emulators._certificates.key)
        self.arrived = asyncio.Event()
        self.faults: deque[Fault] = deque()
        self.always: Fault = passed_on
        self.requests: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Peer"]:
        application = web.Application(client_max_size=2**23)
        application.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._identity).start()
        self.url = f"https://127.0.0.1:{runner.addresses[0][1]}/{ACCOUNT}"
        async with ClientSession(auto_decompress=False) as self._session:
            yield self
            await runner.cleanup()

    async def _serve(self, request: web.Request) -> Answer:
        self.requests.append(request.method)
        self.arrived.set()
        fault = self.faults.popleft() if self.faults else self.always
        return await fault(request, self._forward)

    async def _forward(self, request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        body = await request.read()
        url = URL(self._target + request.raw_path, encoded=True)
        async with self._session.request(request.method, url, headers=headers, data=body, ssl=self._trust) as answer:
            dropped = ("transfer-encoding", "connection", "content-length", "date")
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in dropped}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())


@pytest.fixture
async def peer(emulators: Stack) -> AsyncIterator[Peer]:
    async with Peer(emulators).serving() as peer:
        yield peer


@pytest.fixture
async def rows(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AzureRows]:
    monkeypatch.setattr(azure_rows, "RETRY_BACKOFF_SECONDS", 0.01)
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(peer.url, credential, table_prefix=f"t{uuid4().hex}")
        await rows.ensure_tables([TABLE])
        await rows.insert(TABLE, HERE, Insert("k", {"n": 1}))
        peer.requests.clear()
        yield rows
        await rows.close()


@pytest.fixture
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(azure_rows, "VERB_SECONDS", 0.3)
    return


# One request per verb


@each_verb
async def test_a_verb_is_one_request(rows: AzureRows, peer: Peer, verb: str) -> None:
    await VERBS[verb](rows)

    assert len(peer.requests) == 1


async def test_answers_that_refuse_are_one_request_too(rows: AzureRows, peer: Peer) -> None:
    assert await rows.get(TABLE, HERE, "none") is None
    for write in (
        rows.insert(TABLE, HERE, Insert("k", {})),
        rows.batch(TABLE, HERE, [Upsert("a", {}), Delete("none")]),
    ):
        with pytest.raises(RowConflict):
            await write

    assert len(peer.requests) == 3


async def test_each_page_is_one_request(rows: AzureRows, peer: Peer) -> None:
    await rows.batch(TABLE, HERE, [Insert(f"{number:02}", {"n": number}) for number in range(50)])
    peer.requests.clear()

    where = [Comparison("n", "ge", 0), Comparison("n", "lt", 50)]
    first = await rows.query(TABLE, HERE, ALL, where=where, columns=["n"], limit=30)
    second = await rows.query(TABLE, HERE, ALL, where=where, columns=["n"], limit=30, continuation=first.continuation)

    assert (len(first.rows), len(second.rows), second.continuation) == (30, 21, None)
    assert peer.requests == ["GET", "GET"]


async def test_a_hundred_operations_are_one_request(rows: AzureRows, peer: Peer) -> None:
    await rows.batch(TABLE, HERE, [Insert(f"{number}", {}) for number in range(100)])

    assert peer.requests == ["POST"]


async def test_a_refused_argument_is_no_request(rows: AzureRows, peer: Peer) -> None:
    with pytest.raises(ValueError, match="key"):
        await rows.insert(TABLE, HERE, Insert("a/b", {}))

    assert peer.requests == []


# Second tries


@each_verb
async def test_a_verb_is_tried_again_when_the_service_is_busy(rows: AzureRows, peer: Peer, verb: str) -> None:
    peer.faults.extend([refused(503), refused(500)])

    await VERBS[verb](rows)

    assert len(peer.requests) == 3


@each_verb
async def test_a_verb_is_tried_again_when_its_connection_was_closed(rows: AzureRows, peer: Peer, verb: str) -> None:
    peer.faults.append(lost)

    await VERBS[verb](rows)


@each_verb
async def test_a_service_that_stays_busy_is_unavailable(rows: AzureRows, peer: Peer, verb: str) -> None:
    peer.always = refused(503)

    with pytest.raises(StorageUnavailable):
        await VERBS[verb](rows)

    assert len(peer.requests) == 1 + RETRIES


async def test_an_insert_that_was_applied_and_then_failed_conflicts_with_itself(rows: AzureRows, peer: Peer) -> None:
    peer.faults.append(applied_and_500)

    with pytest.raises(RowConflict) as caught:
        await rows.insert(TABLE, HERE, Insert("new", {"n": 7}))

    assert caught.value.kind == "exists"
    row = await rows.get(TABLE, HERE, "new")
    assert row is not None
    assert row.columns == {"n": 7}


async def test_a_batch_that_was_applied_and_then_failed_conflicts_with_itself(rows: AzureRows, peer: Peer) -> None:
    row = await rows.get(TABLE, HERE, "k")
    assert row is not None
    for operation, kind in [
        (Replace("k", {"n": 7}, row.etag), "changed"),
        (Insert("new", {}), "exists"),
        (Delete("new"), "missing"),
    ]:
        peer.faults.append(applied_and_500)
        with pytest.raises(RowConflict) as caught:
            await rows.batch(TABLE, HERE, [operation])
        assert caught.value.kind == kind

    row = await rows.get(TABLE, HERE, "k")
    assert row is not None
    assert row.columns == {"n": 7}


# Answers that are none


@pytest.mark.parametrize("verb", ["get", "query", "batch"])
@pytest.mark.parametrize(
    "fault",
    [
        half_sent,
        rewritten(lambda body: body[: len(body) // 2]),
        rewritten(lambda _body: b""),
        rewritten(lambda _body: b"<html>busy</html>", **{"Content-Type": "text/html"}),
        rewritten(lambda _body: b"null"),
        rewritten(lambda _body: b"[]"),
        rewritten(lambda _body: b"{}"),
        rewritten(lambda _body: b"\xff\xfe"),
    ],
    ids=["half sent", "half", "empty", "html", "null", "list", "object", "binary"],
)
async def test_an_answer_that_is_not_whole_is_unavailable(rows: AzureRows, peer: Peer, verb: str, fault: Fault) -> None:
    peer.always = fault

    with pytest.raises(StorageUnavailable) as caught:
        await VERBS[verb](rows)

    assert caught.value.__cause__ is not None


@each_verb
@pytest.mark.parametrize("fault", [closed, refused(200, "<html>busy</html>")], ids=["closed", "html"])
async def test_no_answer_of_the_service_is_unavailable(rows: AzureRows, peer: Peer, verb: str, fault: Fault) -> None:
    peer.always = fault

    with pytest.raises(StorageUnavailable) as caught:
        await VERBS[verb](rows)

    assert caught.value.__cause__ is not None


@each_verb
async def test_an_answer_without_an_etag_is_unavailable(rows: AzureRows, peer: Peer, verb: str) -> None:
    async def fault(request: web.Request, forward: Forward) -> Answer:
        answer = await forward(request)
        body = re.sub(rb'(?i)"odata.etag":"[^,]*",|"Timestamp":"[^"]*",?|ETag: .*\r\n', b"", answer.body)
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "etag"}
        return web.Response(status=answer.status, headers=headers, body=body)

    peer.always = fault

    with pytest.raises(StorageUnavailable):
        await VERBS[verb](rows)


async def test_a_batch_with_too_few_answers_is_unavailable(rows: AzureRows, peer: Peer) -> None:
    def without_last_part(body: bytes) -> bytes:
        parts = body.split(b"--changeset")
        return b"--changeset".join([*parts[:-2], parts[-1]])

    peer.faults.append(rewritten(without_last_part))

    with pytest.raises(StorageUnavailable):
        await rows.batch(TABLE, HERE, [Upsert("a", {}), Upsert("b", {})])


async def test_a_failed_operation_without_a_number_has_no_index(rows: AzureRows, peer: Peer) -> None:
    peer.faults.append(rewritten(lambda body: body.replace(b'"value":"1:', b'"value":"')))

    with pytest.raises(RowConflict) as caught:
        await rows.batch(TABLE, HERE, [Upsert("a", {}), Insert("k", {})])

    assert (caught.value.kind, caught.value.index) == ("exists", None)


def table_error(code: str) -> str:
    return f'{{"odata.error": {{"code": "{code}", "message": {{"lang": "en-US", "value": "Not now."}}}}}}'


@each_verb
@pytest.mark.parametrize(
    "fault",
    [
        refused(404, table_error("TableNotFound")),
        refused(409, table_error("TableBeingDeleted")),
        refused(403, table_error("AuthorizationFailure")),
        refused(401),
        refused(404, "<h1>Not found</h1>"),
        refused(409),
        refused(412),
        refused(400, table_error("InvalidInput")),
        refused(302),
    ],
    ids=["no table", "table being deleted", "forbidden", "unauthorized", "404", "409", "412", "400", "302"],
)
async def test_a_refusal_that_says_nothing_of_the_row_is_unavailable(
    rows: AzureRows, peer: Peer, verb: str, fault: Fault
) -> None:
    peer.always = fault

    with pytest.raises(StorageUnavailable):
        await VERBS[verb](rows)


async def test_a_query_never_conflicts(rows: AzureRows, peer: Peer) -> None:
    peer.always = refused(404, table_error("ResourceNotFound"))

    with pytest.raises(StorageUnavailable):
        await rows.query(TABLE, HERE, ALL)


# Time


@pytest.mark.usefixtures("short_deadline")
@each_verb
@pytest.mark.parametrize("fault", [hung, refused(503, **{"Retry-After": "60"})], ids=["hung", "told to wait"])
async def test_a_verb_ends_at_its_deadline(rows: AzureRows, peer: Peer, verb: str, fault: Fault) -> None:
    peer.always = fault

    async with asyncio.timeout(3):
        with pytest.raises(StorageUnavailable):
            await VERBS[verb](rows)


@each_verb
async def test_a_cancelled_verb_is_cancelled_and_the_next_one_works(rows: AzureRows, peer: Peer, verb: str) -> None:
    peer.faults.append(hung)
    peer.arrived.clear()
    task = asyncio.ensure_future(VERBS[verb](rows))
    await peer.arrived.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await rows.get(TABLE, HERE, "k") is not None


# Around the service


async def test_a_service_that_nobody_serves_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure_rows, "RETRY_BACKOFF_SECONDS", 0.01)
    rows = AzureRows(f"http://127.0.0.1:{free_port()}/{ACCOUNT}", AzureNamedKeyCredential(ACCOUNT, KEY))

    for call in VERBS.values():
        with pytest.raises(StorageUnavailable):
            await call(rows)
    with pytest.raises(StorageUnavailable):
        await rows.ensure_tables([TABLE])
    await rows.close()


async def test_an_identity_that_cannot_be_had_is_unavailable(emulators: Stack) -> None:
    class NoIdentity:
        async def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
            raise ClientAuthenticationError("no identity")

        async def close(self) -> None: ...

        async def __aenter__(self): ...

        async def __aexit__(self, *_error: object) -> None: ...

    rows = AzureRows(emulators.tables_url, NoIdentity())

    for call in VERBS.values():
        with pytest.raises(StorageUnavailable):
            await call(rows)
    await rows.close()


async def test_nothing_of_a_request_is_logged(rows: AzureRows, peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer.faults.append(refused(503))
    secret = "alex@example.com"

    await rows.insert(TABLE, secret, Insert(secret, {"secret": secret}))
    await rows.get(TABLE, secret, secret)
    await rows.query(TABLE, secret, ALL, where=[Comparison("secret", "eq", secret)])
    await rows.batch(TABLE, secret, [Merge(secret, {"since": datetime(2026, 1, 1, tzinfo=UTC)})])

    logged = [record for record in caplog.records if record.name not in ("aiohttp.access", "asyncio")]
    assert not [record.getMessage() for record in logged if "example.com" in record.getMessage()]
    assert not [record for record in logged if record.name.startswith("azure")]
