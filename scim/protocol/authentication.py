"""Who calls, according to the headers: the `Authorization` header (RFC 6750 §2.1), and where the request comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

MAX_AGENT = 100
_BEARER = re.compile(r"bearer +([^\s,]+)", re.IGNORECASE)
_PORT = re.compile(r"\[([^\]]+)\](:\d+)?|([^:]+):\d+")
_UNPRINTABLE = re.compile(r"[^ -~]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: for people to recognise, never to decide by.

    Attributes:
        address: An IP address; "" when it is not known.
        agent: How the client names itself, printable ASCII, cut after `MAX_AGENT`; "" when it does not.
    """

    address: str = ""
    agent: str = ""


UNKNOWN_ORIGIN = Origin()


def bearer_token(header: str | None) -> str | None:
    """The one token that the header presents, or None for anything else: other schemes, several values, nothing."""
    match = _BEARER.fullmatch((header or "").strip())
    return match[1] if match else None


def origin_of(headers: Mapping[str, str]) -> Origin:
    """Where a request comes from, by its headers under lower-case names.

    The platform adds the address that it saw at the end of `X-Forwarded-For`; what stands before is the client's word.
    """
    agent = _UNPRINTABLE.sub(" ", headers.get("user-agent", "")).strip()[:MAX_AGENT]
    seen = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    match = _PORT.fullmatch(seen)
    try:
        return Origin(str(ip_address((match[1] or match[3]) if match else seen)), agent)
    except ValueError:
        return Origin("", agent)
