"""Metadata from an address that an administrator types in.

It is fetched from inside of the deployment, so it must not become a way to reach what only that can: another service in
the network, or the platform's own addresses (server-side request forgery). What is checked is the address of each
connection when it is made, after names have been resolved and redirects followed; there is no moment between the two.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urljoin

import aiohttp

from scim.sentences import Sentence
from scim.sso.addresses import may_be_connected_to, may_be_opened
from scim.sso.configuration import ConfigurationRefused

LIMIT = 1024 * 1024
"""Bytes of an answer."""
_SECONDS = 10.0
_REDIRECTS = 3
_REFUSALS: Mapping[str, Sentence] = {
    "bad_url": Sentence("The metadata URL must be a whole one that begins with https://."),
    "not_public": Sentence(
        "The metadata URL does not lead to an address on the public Internet. Import the metadata as a file instead."
    ),
    "timeout": Sentence("The metadata URL did not answer within 10 s."),
    "unreachable": Sentence("The metadata URL could not be reached. Check its host name."),
    "bad_tls": Sentence("The metadata URL's own TLS certificate is not to be trusted."),
    "redirects": Sentence("The metadata URL leads on and on: more than 3 redirects."),
    "too_large": Sentence("The metadata URL answered with more than 1 MiB."),
}

type _AddressInfo = tuple[int, int, int, str, tuple[object, ...]]


class _NotPublic(OSError):
    def __init__(self) -> None:
        # The same words each time: from several failures that read alike, aiohttp raises the first.
        super().__init__("not public")


async def fetch_metadata(url: str, *, local: bool = False, seconds: float = _SECONDS) -> bytes:
    """What is at a URL.

    Args:
        url: As it was typed in.
        local: Whether this machine's own addresses may be opened, without TLS too: for local runs only.
        seconds: How long all of it may take.

    Raises:
        ConfigurationRefused: Says why there is nothing.
    """
    connector = aiohttp.TCPConnector(socket_factory=_sockets(local=local), force_close=True)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers={"Accept-Encoding": "identity"},
    )
    try:
        async with asyncio.timeout(seconds), session:
            return await _followed(session, url.strip(), local=local)
    except TimeoutError as error:
        raise _refused("timeout") from error
    except aiohttp.ClientConnectorError as error:
        raise _refused("not_public" if isinstance(error.os_error, _NotPublic) else _kind(error)) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise _refused("unreachable") from error


def _refused(code: str) -> ConfigurationRefused:
    return ConfigurationRefused(_REFUSALS[code], code)


def _kind(error: aiohttp.ClientConnectorError) -> str:
    return "bad_tls" if isinstance(error, aiohttp.ClientSSLError) else "unreachable"


def _sockets(*, local: bool) -> Callable[[_AddressInfo], socket.socket]:
    """Makes the sockets for addresses that may be connected to, and none for others."""

    def make(info: _AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not may_be_connected_to(str(address[0]), local=local):
            raise _NotPublic
        return socket.socket(family, kind, protocol)

    return make


async def _followed(session: aiohttp.ClientSession, url: str, *, local: bool) -> bytes:
    for _ in range(_REDIRECTS + 1):
        if not may_be_opened(url, local=local):
            raise _refused("bad_url")
        async with session.get(url, allow_redirects=False) as response:
            location = response.headers.get("Location")
            if not (HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST and location):
                return await _body(response)
            url = urljoin(url, location)
    raise _refused("redirects")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.status != HTTPStatus.OK:
        raise ConfigurationRefused(
            Sentence("The metadata URL answered with HTTP status {status}.", status=str(response.status)), "bad_status"
        )
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LIMIT:
            raise _refused("too_large")
    return bytes(body)
