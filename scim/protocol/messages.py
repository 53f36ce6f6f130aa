"""Requests and replies, without the framework that carries them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scim.domain.resources import document_text
from scim.errors import ScimError, UnsupportedMediaType
from scim.schema.attributes import Document
from scim.schema.urns import ERROR, LIST_RESPONSE

MEDIA_TYPE = "application/scim+json"
_ACCEPTED_MEDIA_TYPES = frozenset({"", MEDIA_TYPE, "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        method: In capitals.
        path: Below the SCIM base URL, decoded: `/Users/7c41…`.
        query: Decoded parameters by lower-case name; unknown ones are ignored.
        headers: By lower-case name.
        body: As it came.
        id: Ties together what is logged and recorded about the request.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = ""

    def check_media_type(self) -> None:
        """Refuse a body that says it is neither SCIM nor JSON, or that is compressed.

        Raises:
            UnsupportedMediaType: RFC 7644 §3.8; a missing type is taken for SCIM.
        """
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in _ACCEPTED_MEDIA_TYPES:
            raise UnsupportedMediaType(f"Send the body as {MEDIA_TYPE} or application/json.")
        if self.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise UnsupportedMediaType("Send the body without compression.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A reply; `body` is JSON text, None for none."""

    status: int
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def error_response(error: ScimError) -> Response:
    """The reply to a refused request (RFC 7644 §3.12)."""
    body: Document = {"schemas": [ERROR], "status": str(error.status), "detail": error.detail}
    if error.scim_type is not None:
        body["scimType"] = error.scim_type
    return Response(status=error.status, body=document_text(body), headers=error.headers)


def list_response(
    resources: list[str], *, total: int | None, start_index: int | None = None, next_cursor: str | None = None
) -> Response:
    """A page of results, each already JSON text (RFC 7644 §3.4.2, RFC 9865 §2).

    Args:
        resources: The results on the page.
        total: How many there are on all pages; None when it is not known, which only pages by cursor may say.
        start_index: For pages by index.
        next_cursor: For pages by cursor; None on the last one.
    """
    facts: Document = {"schemas": [LIST_RESPONSE]}
    numbers = {"totalResults": total, "startIndex": start_index, "itemsPerPage": len(resources)}
    facts |= {name: number for name, number in numbers.items() if number is not None}
    if next_cursor is not None:
        facts["nextCursor"] = next_cursor
    return Response(status=200, body=f'{document_text(facts)[:-1]},"Resources":[{",".join(resources)}]}}')
