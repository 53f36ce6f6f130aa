"""Which addresses people may be sent to because an identity provider's metadata names them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

_URL_LIMIT = 2048


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


def _is_loopback(host: str) -> bool:
    """Whether a host of a URL is this machine itself: "localhost", 127.0.0.1, ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
