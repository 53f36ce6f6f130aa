"""Fetching metadata from an address that somebody typed in."""

import asyncio
import socket

import pytest
from aiohttp import web

from scim.sso.configuration import ConfigurationRefused
from scim.sso.fetching import LIMIT, fetch_metadata

HOPS = 3


async def _document(_request):
    return web.Response(body=b"<metadata/>")


async def _hop(request):
    left = int(request.match_info["left"])
    raise web.HTTPFound(f"/hop/{left - 1}" if left else "/metadata")


async def _away(request):
    raise web.HTTPFound(request.query["to"])


async def _endless(request):
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)


async def _bare(_request):
    return web.Response(status=302)


async def _exact(_request):
    return web.Response(body=b"x" * LIMIT)


@pytest.fixture
async def server():
    app = web.Application()
    app.add_routes(
        [
            web.get("/metadata", _document),
            web.get("/hop/{left}", _hop),
            web.get("/away", _away),
            web.get("/endless", _endless),
            web.get("/bare", _bare),
            web.get("/exact", _exact),
        ]
    )
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    await runner.cleanup()


async def refused(url, **how):
    with pytest.raises(ConfigurationRefused) as refusal:
        await fetch_metadata(url, **how)
    assert refusal.value.detail.startswith("The metadata URL")
    return refusal.value.code


async def test_a_document_is_fetched(server):
    assert await fetch_metadata(f" {server}/metadata\n", local=True) == b"<metadata/>"


async def test_as_much_as_the_limit_is_taken(server):
    assert len(await fetch_metadata(f"{server}/exact", local=True)) == LIMIT


async def test_three_redirects_are_followed_and_no_fourth(server):
    assert await fetch_metadata(f"{server}/hop/{HOPS - 1}", local=True) == b"<metadata/>"
    assert await refused(f"{server}/hop/{HOPS}", local=True) == "redirects"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://idp.example/", "bad_url"),
        ("http://169.254.169.254/metadata/identity", "bad_url"),
        ("https://169.254.169.254/metadata/identity", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("file:///etc/passwd", "bad_url"),
    ],
)
async def test_a_redirect_leads_nowhere_that_may_not_be_opened_itself(server, target, code):
    assert await refused(f"{server}/away?to={target}", local=True) == code


async def test_what_does_not_end_is_not_read_on(server):
    assert await refused(f"{server}/endless", local=True) == "too_large"


async def test_who_does_not_answer_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert await refused(url, local=True, seconds=0.05) == "timeout"


@pytest.mark.parametrize("path", ["/missing", "/bare"])
async def test_another_status_is_told(server, path):
    assert await refused(f"{server}{path}", local=True) == "bad_status"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "10.0.0.1", "0x7f000001"])
async def test_no_connection_is_made_to_this_machine_or_a_private_network(host):
    assert await refused(f"https://{host}/") == "not_public"


async def test_an_address_is_judged_when_it_is_connected_to_whatever_its_name_was(monkeypatch):
    """What resolves to a public address first, and to this machine a moment later, is not connected to."""
    asked = []
    genuine = asyncio.BaseEventLoop.getaddrinfo

    async def resolve(loop, host, port, **how):
        asked.append(host)
        return await genuine(loop, "127.0.0.1", port, **how)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    assert await refused("https://rebound.example/") == "not_public"
    assert asked == ["rebound.example"]


@pytest.mark.parametrize(
    "url", ["", "idp.example/metadata", "http://idp.example/", "http://127.0.0.1/", "https://a@b/"]
)
async def test_only_a_whole_address_with_tls_is_opened(url):
    assert await refused(url) == "bad_url"


async def test_who_speaks_no_tls_is_not_trusted(server):
    assert await refused(server.replace("http:", "https:") + "/metadata", local=True) in {"bad_tls", "unreachable"}


async def test_who_is_not_there_cannot_be_reached():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    assert await refused(f"http://127.0.0.1:{port}/", local=True) == "unreachable"
