"""The `Authorization` header (RFC 6750 §2.1)."""

import re

_BEARER = re.compile(r"bearer +([^\s,]+)", re.IGNORECASE)


def bearer_token(header: str | None) -> str | None:
    """The one token that the header presents, or None for anything else: other schemes, several values, nothing."""
    match = _BEARER.fullmatch((header or "").strip())
    return match[1] if match else None
