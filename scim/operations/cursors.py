"""Cursors: where the next page starts, sealed (RFC 9865 §2).

A cursor is encrypted and authenticated by Fernet (AES and HMAC-SHA-256): it tells nothing of the directory, cannot be
made up, and holds for the provider, the endpoint and the search that it was given for, and nothing else. The service
remembers none, so that reading by cursor costs nothing to begin and nothing to give up.
"""

import hashlib
import json
from base64 import urlsafe_b64encode

from scim.domain.ports import Position, Query
from scim.errors import ExpiredCursor, InvalidCursor
from scim.operations.context import Call

LIFETIME_SECONDS = 3600
_PADDING = "="


async def sealed(call: Call, query: Query, position: Position) -> str:
    """The cursor for a position, in characters that need no escaping in a URL."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - who reads by index, as most do, need not wait for it

    content = json.dumps([_purpose(call, query), position.after, position.total]).encode()
    token = Fernet(await _key(call)).encrypt_at_time(content, _now(call))
    return token.decode().rstrip(_PADDING)


async def opened(call: Call, query: Query, cursor: str) -> Position:
    """The position in a cursor; an empty one stands for the first page.

    Raises:
        InvalidCursor: It was not given out here, or not for this search.
        ExpiredCursor: It was given out more than `LIFETIME_SECONDS` ago.
    """
    if not cursor:
        return Position()
    from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - as above

    fernet, token = Fernet(await _key(call)), cursor + _PADDING * (-len(cursor) % 4)
    try:
        content = fernet.decrypt(token.encode())
        given_out = fernet.extract_timestamp(token.encode())
    except (InvalidToken, ValueError) as error:
        raise InvalidCursor("The cursor was not given out here. Start again with an empty one.") from error
    purpose, after, total = json.loads(content)
    if purpose != _purpose(call, query):
        raise InvalidCursor("The cursor belongs to another search. Change nothing but the cursor from page to page.")
    if _now(call) - given_out > LIFETIME_SECONDS:
        raise ExpiredCursor(f"The cursor is more than {LIFETIME_SECONDS:,} seconds old. Start again with an empty one.")
    return Position(after, total)


async def _key(call: Call) -> bytes:
    return urlsafe_b64encode(await call.services.cursor_key.get())


def _now(call: Call) -> int:
    return int(call.services.clock.now().timestamp())


def _purpose(call: Call, query: Query) -> str:
    """What a cursor is for: the provider, what is searched, and how."""
    kind = call.route.resource_type.name if call.route.resource_type else ""
    return hashlib.sha256(f"{call.provider.id}|{kind}|{query.text()}".encode()).hexdigest()[:32]
