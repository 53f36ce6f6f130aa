"""Fetching: nothing inside the network is asked, and nothing that answers is waited for or read without end."""

import ssl

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from localdev import certificates
from scim.sso.fetching import Fetcher, FetchRefused, is_public

LIMIT = 1024


class Places:
    """A server whose paths answer as a test says."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.redirects: dict[str, str] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request.path)
        self.headers.append(dict(request.headers))
        if request.path in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[request.path]})
        if request.path == "/cut":
            request.transport.close()
        return web.Response(body=b"x" * int(request.query.get("bytes", "2")))


@pytest.fixture
def places():
    return Places()


@pytest.fixture
async def server(places):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", places.handle)
    async with TestServer(app) as started:
        yield started


@pytest.fixture
def base(server):
    return f"http://127.0.0.1:{server.port}"


async def refused(url: str, *, fetcher: Fetcher | None = None) -> str:
    with pytest.raises(FetchRefused) as refusal:
        await (fetcher or Fetcher(allows_loopback=True)).fetch(url, limit=LIMIT)
    assert refusal.value.detail.endswith(".")
    return refusal.value.code


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        *(
            (address, False)
            for address in (
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.0.1",
                "169.254.169.254",
                "100.64.0.1",
                "168.63.129.16",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "198.18.0.1",
                "::",
                "::1",
                "fe80::1%eth0",
                "fc00::1",
                "fec0::1",
                "ff0e::1",
                "::ffff:10.0.0.1",
                "::10.0.0.1",
                "64:ff9b::a00:1",
                "2002:a00:1::1",
            )
        ),
    ],
)
def test_addresses_of_the_internet_are_known(address, expected):
    assert is_public(address) is expected


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
    ],
)
async def test_what_is_no_public_address_is_not_asked(server, places, host):
    """Also not by a name that leads there; where nothing listens, nothing is waited for."""
    assert await refused(f"https://{host}:{server.port}/", fetcher=Fetcher()) == "private_address"
    assert not places.seen


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f000001", "0177.0.0.1"])
async def test_an_address_in_disguise_is_not_asked(server, places, host):
    assert await refused(f"https://{host}:{server.port}/", fetcher=Fetcher()) in {"private_address", "unreachable"}
    assert not places.seen


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/",
        "ftp://idp.example/",
        "file:///etc/passwd",
        "https:///path",
        "https://user:secret@idp.example/",
        "https://idp.example:99999/",
        "https://idp.example/\r\nHost: a",
        "https://idp.example/a b",
        "https://[::1",
        "idp.example",
        "",
    ],
)
async def test_what_is_no_https_address_is_refused(url):
    assert await refused(url, fetcher=Fetcher(allows_loopback=True)) == "not_https"


async def test_plain_http_to_this_machine_is_for_local_runs_only(base):
    assert await Fetcher(allows_loopback=True).fetch(f"{base}/", limit=LIMIT) == b"xx"
    assert await refused(f"{base}/", fetcher=Fetcher()) == "not_https"


async def test_redirects_are_followed_within_a_host(base, places):
    places.redirects = {"/a": "/b", "/b": f"{base}/c"}
    assert await Fetcher(allows_loopback=True).fetch(f"{base}/a", limit=LIMIT) == b"xx"
    assert places.seen == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    "target",
    ["https://169.254.169.254/metadata", "http://127.0.0.1:1/", "https://127.0.0.1/", "//evil.example/", "file:///a"],
)
async def test_a_redirect_to_another_place_is_refused(base, places, target):
    places.redirects = {"/a": target}
    assert await refused(f"{base}/a") == "redirected"


async def test_redirects_in_a_circle_end(base, places):
    places.redirects = {"/a": "/a"}
    assert await refused(f"{base}/a") == "wrong_status"
    assert len(places.seen) == 4


async def test_a_form_is_not_carried_elsewhere(base, places):
    places.redirects = {"/a": "/b"}
    fetched = await Fetcher(allows_loopback=True).post(f"{base}/a", {"secret": "s"}, limit=LIMIT)
    assert (fetched.status, places.seen) == (302, ["/a"])


@pytest.mark.parametrize(("size", "is_taken"), [(LIMIT, True), (LIMIT + 1, False), (10 * 1024 * 1024, False)])
async def test_more_than_the_limit_is_not_read(base, size, is_taken):
    url = f"{base}/?bytes={size}"
    if is_taken:
        assert len(await Fetcher(allows_loopback=True).fetch(url, limit=LIMIT)) == size
    else:
        assert await refused(url) == "too_large"


async def test_a_connection_that_is_cut_and_one_that_nobody_takes_are_told(base, server):
    assert await refused(f"{base}/cut") == "unreachable"
    await server.close()
    assert await refused(f"{base}/") == "unreachable"


async def test_nothing_is_sent_that_tells_of_us(base, places, monkeypatch):
    """No cookies, no credentials of a proxy or a .netrc; and answers come as they are, not packed."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    await Fetcher(allows_loopback=True).fetch(f"{base}/", limit=LIMIT, headers={"X-A": "b"})
    (headers,) = places.headers
    assert (headers["Accept-Encoding"], headers["X-A"]) == ("identity", "b")
    assert not {"Cookie", "Authorization"} & set(headers)


async def test_a_certificate_that_nobody_vouches_for_is_refused(places, tmp_path):
    made = certificates.prepare(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server, made.key)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", places.handle)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    try:
        assert await refused(f"https://127.0.0.1:{server.port}/") == "untrusted_certificate"
    finally:
        await server.close()
    assert not places.seen
