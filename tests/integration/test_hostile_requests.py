"""Hostile URLs and odd methods against the app as it runs, byte by byte: no client library mends them on the way."""

import asyncio
import json
import random
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

import pytest

from localdev.host.requests import decode_path
from scim.protocol.messages import MEDIA_TYPE
from scim.triggers.scim_api import ROUTES
from tests.chaos.replies import INTERNALS, error_complaints
from tests.chaos.requests import Chaos
from tests.integration.conftest import BASE_PATH

REQUESTS = 500
KNOWN_METHODS = {method for _, _, methods in ROUTES for method in methods}
METHODS = (*("GET",) * 8, *("POST", "PUT", "PATCH", "DELETE") * 2, "HEAD", "OPTIONS", "TRACE", "SEARCH", "get")
PLACES = (
    "",
    "/",
    "/Users",
    "/Users/",
    "/Groups",
    "/Users/.search",
    "/.search",
    "/Bulk",
    "/Me",
    "/Schemas",
    "//Users//",
)
HOSTS = ("[", "[::1", "a]b:1", "%00", "x\u2100y", "..", "other.example")
SEGMENTS = (
    b"%2f", b"%2F..%2f", b"a%2Fb", b"%5c", b"\\", b"%00", b"x%00y", b"..", b".", b"%2e%2e", b"%2E", b"...", b"%ff",
    b"%c3%28", b"%ed%a0%80", b"%f0%9f%98%80", b"%c0%af", b"%25", b"%252f", b"%", b"%zz", b"%u0041",
    b"%0d%0aX-Evil:%201", b"%0a", b"%7f", b";a=b", b"{id}", b"%7Bid%7D", b"{0}", b"*", b"+", b"%20", b"%e2%80%ae",
    b"|", b"<b>", b'"', b"'", b"^", b"`", b"bulkId:a", b"u|entra|x", b"@", b":", b"null", b".search", b"Users",
    b"a" * 9_000, b"%41" * 3_000, b"/" * 300, b"x/" * 200, b"../" * 20, b"\xc3\xa9",
)  # fmt: skip
PARAMETERS = (
    b"count=1", b"count=2", b"count=", b"count", b"COUNT=3", b"count=%c2%b2", b"count=1%00", b"startIndex=%2B1",
    b"startIndex=-1", b"startIndex=" + b"9" * 5_000, b"cursor", b"cursor=", b"cursor=x", b"Cursor=%ff", b"filter=",
    b"filter=%ff", b"filter=%00", b"filter=id%20pr", b"filter=id+pr", b"filter=userName%20eq%20%22%ed%a0%80%22",
    b"filter=" + b"(" * 9_000, b"filter=userName%20eq%20%22a%22", b"filter=userName eq", b"filter=%", b"filter=%zz",
    b"sortBy=userName", b"sortBy=", b"sortBy=%00", b"sortBy=%F0%9F%98%80", b"sortOrder=up", b"attributes=userName",
    b"attributes=", b"attributes=,,,", b"attributes=%2c%00", b"excludedAttributes=id", b"ATTRIBUTES=x", b"=", b"=x",
    b"", b"x=" + b"y" * 20_000, b"?", b"a[]=1", b"#", b"%26", b";", b"\xff=\xff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


async def exchange(netloc, request):
    """One request over a connection of its own."""
    host, _, port = netloc.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    received = await reader.read()
    writer.close()
    await writer.wait_closed()
    start, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = start.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Reply(int(first.split()[1]), headers, rest)


def target_of(source):
    """The path and the query of a request, as bytes."""
    path = BASE_PATH.encode() + source.choice(PLACES).encode()
    path += b"".join(b"/" + source.choice(SEGMENTS) for _ in range(source.choice((0, 0, 0, 1, 1, 2))))
    if source.random() < 0.1:
        path = path.replace(b"Users", b"%55sers").replace(b"scim", source.choice((b"SCIM", b"sc%69m")))
    parameters = b"&".join(source.choice(PARAMETERS) for _ in range(source.choice((0, 1, 1, 2, 4))))
    return path + (b"?" + parameters if parameters else b"")


def is_malformed(method, target):
    """Whether HTTP itself forbids the request, so that the server in front of the app may refuse it."""
    return not method.isupper() or any(byte <= 0x20 or byte >= 0x7F for byte in target)


def reaches_app(method, target):
    """Whether the host has a function for it; it leaves its own empty 404 for all else."""
    path = decode_path(target.partition(b"?")[0].partition(b"#")[0])
    return method in KNOWN_METHODS and f"{path}/".lower().startswith(f"{BASE_PATH}/")


def wrong_with(reply, method, target):
    """What is wrong with a reply; empty when all is right."""
    text = reply.body.decode("utf-8", "backslashreplace")
    sent = unquote_to_bytes(target).decode("utf-8", "backslashreplace")
    told = (each for each in (*INTERNALS, "x-evil") if each in f"{reply.headers} {text}")
    wrong = [f"it tells {each}" for each in told if each not in sent]
    if reply.status >= 500 and reply.status != 501:
        wrong.append(f"status {reply.status}")
    if is_of_the_host(reply, method, target):
        return wrong
    if method == "HEAD" or reply.status in {204, 304}:
        return wrong + (["a body where none may be"] if text else [])
    if not reply.headers.get("content-type", "").startswith(MEDIA_TYPE):
        return [*wrong, f"not SCIM: {reply.headers}"]
    body = json.loads(text)
    return [*wrong, *error_complaints(body, reply.status)] if reply.status >= 400 else wrong


def is_of_the_host(reply, method, target):
    """Whether the host, or its server, may have answered so without the app."""
    if reply.status == 400:
        return is_malformed(method, target) and not reply.headers["content-type"].startswith(MEDIA_TYPE)
    return (reply.status, reply.body) == (404, b"") and not reaches_app(method, target)


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_url_and_no_method_is_answered_with_a_fault(instances, new_token, seed):
    source = random.Random(seed)
    chaos, token, statuses = Chaos(source), await new_token(), set()
    for number in range(REQUESTS // 2):
        method, target = source.choice(METHODS), target_of(source)
        body = chaos.request(token, number).body if method in {"POST", "PUT", "PATCH"} else b""
        netloc = urlsplit(source.choice(instances)).netloc
        start = method.encode() + b" " + target + b" HTTP/1.1\r\n"
        headers = {
            "Host": source.choice((netloc, netloc, *HOSTS)),
            "Authorization": f"Bearer {token}",
            "Connection": "close",
            "Content-Length": len(body),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

        reply = await exchange(netloc, start + lines.encode() + b"\r\n" + body)

        statuses.add(reply.status)
        assert wrong_with(reply, method, target) == [], f"{method} {target}\n{body}\n{reply}"
    assert statuses >= {200, 400, 404, 405}
