"""Replies as they came."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic_core import from_json

from scim.protocol.messages import MEDIA_TYPE

_NO_CONTENT = 204
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": gzip.decompress}
"""What is asked for (RFC 9110 §12.5.3), and how it is unpacked. httpx lets a gzip pass that has no end."""


def unpacked(body: bytes, encoding: str) -> bytes | None:
    """A body as it was meant; None when it is broken, or in an encoding that was not asked for."""
    try:
        return ENCODINGS[encoding](body)
    except (KeyError, OSError, EOFError, zlib.error):
        return None


def encoding(headers: httpx.Headers) -> str:
    """How a body is packed."""
    return str(headers.get("content-encoding", "")).strip().lower() or "identity"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply.

    Attributes:
        method: Of the request.
        url: Of the request.
        status: Of the reply.
        headers: Of the reply.
        body: Unpacked; None when it cannot be.
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
        document = self._json
        return document if isinstance(document, dict) else None

    @property
    def is_cut_off(self) -> bool:
        """Whether the body is the beginning of a JSON document."""
        return bool(self.body) and isinstance(self._json, ValueError) and str(self._json).startswith("EOF")

    @property
    def _json(self) -> Any:
        """Unlike `json`, this one refuses what is nested too deeply, too."""
        try:
            return from_json(self.body or b"", allow_inf_nan=False)
        except ValueError as error:
            return error

    @property
    def detail(self) -> str:
        """What an error says in words; "" when it says nothing."""
        detail = (self.document or {}).get("detail")
        return detail if isinstance(detail, str) else ""

    @property
    def is_ours(self) -> bool:
        """Whether it is a reply of SCIM: with a document, or without content."""
        if self.body is None:
            return False
        return self.status == _NO_CONTENT or (self.is_scim and self.document is not None)

    @property
    def is_scim(self) -> bool:
        """Whether it says that it is one of SCIM (RFC 7644 §8.1)."""
        return self.media_type == MEDIA_TYPE
