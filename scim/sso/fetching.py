"""Fetching what identity providers publish, without being sent elsewhere (server-side request forgery).

Administrators enter addresses, and documents name further ones. Whatever they name, nothing inside the deployment's
network is asked: the address that a socket is opened to is looked at, not the one that a name resolved to before.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from socket import AddressFamily, SocketKind, socket
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp

from scim.domain.sso import ConfigurationRefused
from scim.sentences import Sentence

SECONDS = 10.0
"""How long a fetch takes at most, from the look-up of the name to the last byte."""
_REDIRECTS = 3
_REDIRECTING = {301, 302, 303, 307, 308}
_PORTS = {"https": 443, "http": 80}
_SERVER_ERROR = 500
_CHUNK = 16 * 1024
_HOST_SHOWN = 100
_PLATFORM = frozenset({"168.63.129.16"})
"""Public by number, private by use: Azure's own services for the machine that it runs on."""
type _Address = tuple[int | AddressFamily, int | SocketKind, int, str, tuple[Any, ...]]
"""As `getaddrinfo` returns them."""
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class FetchRefused(ConfigurationRefused):
    """What an address should hold was not got."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    body: bytes


class Fetcher:
    """Fetches over HTTPS from public addresses.

    Args:
        allows_loopback: Also plain HTTP to this machine: for local runs, whose identity providers run beside.
        seconds: See `SECONDS`.
    """

    def __init__(self, *, allows_loopback: bool = False, seconds: float = SECONDS) -> None:
        self._allows_loopback = allows_loopback
        self._seconds = seconds

    async def fetch(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        """What an address holds. Redirects within its host are followed.

        Args:
            url: Its address.
            limit: Bytes that it may have.
            headers: To be sent, besides the usual ones.

        Raises:
            FetchRefused: The address may not be asked, did not answer in time, or answered something else.
        """
        for _ in range(_REDIRECTS + 1):
            fetched, location = await self._request("GET", url, limit, headers, None)
            if fetched.status not in _REDIRECTING:
                break
            following = urljoin(url, location)
            if _origin(following) != _origin(url):
                raise FetchRefused(
                    Sentence("{host} redirects to another place. Enter the final address.", host=_shown(url)),
                    "redirected",
                )
            url = following
        if fetched.status != 200:  # noqa: PLR2004
            raise FetchRefused(
                Sentence("{host} answered with status {status}.", host=_shown(url), status=str(fetched.status)),
                "wrong_status" if fetched.status < _SERVER_ERROR else "server_error",
            )
        return fetched.body

    async def post(
        self, url: str, form: Mapping[str, str], *, limit: int, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """Send a form, and take the answer as it is. Nothing of the form leads to another place.

        Raises:
            FetchRefused: As in `fetch`.
        """
        fetched, _ = await self._request("POST", url, limit, headers, form)
        return fetched

    async def _request(
        self, method: str, url: str, limit: int, headers: Mapping[str, str] | None, form: Mapping[str, str] | None
    ) -> tuple[Fetched, str]:
        """The answer, and where it redirects to."""
        self._check(url)
        gate = _Gate(allows_loopback=self._allows_loopback)
        host = _shown(url)
        try:
            async with asyncio.timeout(self._seconds), gate.session() as session:
                asked = session.request(
                    method,
                    url,
                    data=form,
                    headers={"Accept": "application/json, */*;q=0.1", "Accept-Encoding": "identity", **(headers or {})},
                    allow_redirects=False,
                )
                async with asked as reply:
                    body = await _bounded(reply.content, limit, host)
                    return Fetched(reply.status, body), reply.headers.get("Location", "")
        except TimeoutError:
            raise FetchRefused(
                Sentence("{host} did not answer within {seconds} s.", host=host, seconds=f"{self._seconds:g}"),
                "timeout",
            ) from None
        except aiohttp.ClientConnectorCertificateError:
            raise FetchRefused(
                Sentence("{host} has no certificate that is trusted here.", host=host), "untrusted_certificate"
            ) from None
        except (aiohttp.ClientError, OSError, ValueError):
            if gate.has_refused:
                raise _private(host) from None
            raise FetchRefused(Sentence("{host} cannot be reached.", host=host), "unreachable") from None

    def _check(self, url: str) -> None:
        parts = _parts(url)
        is_local = self._allows_loopback and parts is not None and parts.hostname in _LOOPBACK
        if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
            raise FetchRefused(Sentence("Give an address that begins with https://."), "not_https")


class _Gate:
    """Opens sockets to public addresses only, however the address was come by.

    Attributes:
        has_refused: Whether another one was asked for.
    """

    def __init__(self, *, allows_loopback: bool) -> None:
        self._allows_loopback = allows_loopback
        self.has_refused = False

    def session(self) -> aiohttp.ClientSession:
        """A session for one request: it keeps neither connections nor cookies, and takes no proxy."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._socket, use_dns_cache=False, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )

    def _socket(self, address: _Address) -> socket:
        family, kind, protocol, _, place = address
        if not (is_public(str(place[0])) or (self._allows_loopback and place[0] in _LOOPBACK)):
            self.has_refused = True
            raise OSError("not a public address")
        return socket(family, kind, protocol)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet: not to a machine, a link, a private network or the platform."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved and address not in _PLATFORM


async def _bounded(content: aiohttp.StreamReader, limit: int, host: str) -> bytes:
    read = bytearray()
    async for chunk in content.iter_chunked(_CHUNK):
        read += chunk
        if len(read) > limit:
            raise FetchRefused(
                Sentence("{host} answered with more than {limit} KB.", host=host, limit=limit // 1024), "too_large"
            )
    return bytes(read)


def _parts(url: str) -> SplitResult | None:
    """An address with a host, and without a name and password; None for anything else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and "@" not in parts.netloc and url.isprintable() and " " not in url else None


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    parts = _parts(url)
    return (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)) if parts else None


def _shown(url: str) -> str:
    """The host, for a sentence."""
    parts = _parts(url)
    return parts.netloc[:_HOST_SHOWN] if parts else ""


def _private(host: str) -> FetchRefused:
    return FetchRefused(
        Sentence("{host} is not a public address, and is not asked from here.", host=host), "private_address"
    )
