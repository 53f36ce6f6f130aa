"""Replies as they came."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from scim.protocol.messages import MEDIA_TYPE

_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply.

    Attributes:
        method: Of the request.
        url: Of the request.
        status: Of the reply.
        headers: Of the reply.
        body: Unpacked; None when it says that it is compressed and cannot be unpacked.
        milliseconds: From sending the request to the last byte.
        tls: The connection's `ssl.SSLObject`; None for one without TLS.
    """

    method: str
    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes | None
    milliseconds: float
    tls: Any = None

    @property
    def media_type(self) -> str:
        """Without its parameters; "" when there is none."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text."""
        return (self.body or b"").decode(errors="replace")

    @property
    def document(self) -> dict[str, Any] | None:
        """The body as a JSON object; None when it is none."""
        try:
            document = json.loads(self.body or b"")
        except ValueError:
            return None
        return document if isinstance(document, dict) else None

    @property
    def is_ours(self) -> bool:
        """Whether it is a reply of SCIM: with a document, or without content."""
        if self.body is None:
            return False
        return self.status == _NO_CONTENT or (self.media_type == MEDIA_TYPE and self.document is not None)
