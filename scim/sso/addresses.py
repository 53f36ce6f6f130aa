"""Which addresses the product may open because somebody typed them in, or a provider's metadata names them."""

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_URL_LIMIT = 2048
_AZURE_PLATFORM = ip_address("168.63.129.16")
"""Looks public, but is Azure's own host, which talks to its virtual machines there."""
_TRANSLATED = tuple(ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses that a gateway turns into IPv4 ones: NAT64, 6to4, Teredo."""


def may_be_opened(url: str, *, local: bool = False) -> bool:
    """Whether a URL is whole, plain, and begins with https://.

    Args:
        url: As it was given.
        local: Whether http:// will do for this machine: for local runs only.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _URL_LIMIT
    is_safe = parts.scheme == "https" or (local and parts.scheme == "http" and _is_loopback(host))
    return is_plain and is_safe and bool(host) and "@" not in parts.netloc


def may_be_connected_to(address: str, *, local: bool = False) -> bool:
    """Whether a numeric address is on the public Internet; see `may_be_opened` for `local`."""
    if local and _is_loopback(address):
        return True
    numeric = ip_address(address.partition("%")[0])
    if isinstance(numeric, IPv6Address):
        if any(numeric in network for network in _TRANSLATED):
            return False
        numeric = numeric.ipv4_mapped or numeric
    return numeric.is_global and not numeric.is_multicast and numeric != _AZURE_PLATFORM


def _is_loopback(host: str) -> bool:
    """Whether a host of a URL is this machine itself: "localhost", 127.0.0.1, ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
