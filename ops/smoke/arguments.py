"""What the command is given, looked at before anything is sent. No refusal repeats it: it may hold the token."""

import re

import httpx

from ops.smoke.trial import BASE_PATH

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
"""A token is never sent without TLS, but to this machine."""
_LAST_PORT = 65_535
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750 §2.1. What is no such word, no header can carry."""


def scim_url(text: str) -> str:
    """The SCIM URL, without a slash at its end.

    Raises:
        ValueError: It is none, in a sentence.
    """
    try:
        url = httpx.URL(text.strip().rstrip("/"))
    except httpx.InvalidURL as error:
        raise ValueError(f"That is no URL: {error}.") from None
    if url.userinfo:
        raise ValueError("A SCIM URL holds no user name or password: nothing may stand before its host with an @.")
    is_safe = url.scheme == "https" or (url.scheme == "http" and url.host in _THIS_MACHINE)
    is_whole = url.host and (url.port or 0) <= _LAST_PORT and url.path.endswith(BASE_PATH)
    if not is_safe or not is_whole or url.query or url.fragment:
        raise ValueError(f"That is no SCIM URL: it begins with https:// and a host, and ends with {BASE_PATH}.")
    return str(url)


def bearer_token(text: str) -> str:
    """The token, without blanks around it.

    Raises:
        ValueError: It is none, in a sentence.
    """
    token = text.strip()
    if not token:
        raise ValueError("There is no token: put it into the variable TOKEN, or write it to standard input.")
    if not _BEARER_TOKEN.fullmatch(token):
        raise ValueError(
            "The token is not one word of letters, digits and - . _ ~ + /, so it was not copied rightly. Nothing was "
            "sent. Copy it again, from rc_ to its last character, without line breaks, blanks or quotes."
        )
    return token
