"""What all stored resources have in common."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from scim.schema.attributes import Document

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TWO_DIGITS = tuple(f"{number:02}" for number in range(60))
_THREE_DIGITS = tuple(f"{number:03}" for number in range(1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A stored resource.

    The document is kept as JSON text: most replies need only the text (`scim.protocol.representation`).

    Attributes:
        id: Assigned by this service, never used again.
        provider: The id of the identity provider that owns it, or `NATIVE`.
        text: The document as JSON: `schemas` first, then the attributes that the client manages; no `id`, no `meta`.
        created: When it was created, UTC.
        modified: When it was last changed, UTC.
        version: Opaque; differs between any two states of the resource. Empty before it is stored.
    """

    resource_type: ClassVar[str]

    id: str
    provider: str
    text: str
    created: datetime
    modified: datetime
    version: str = ""

    def document(self) -> Document:
        """The document, parsed anew: the caller may change it."""
        document: Document = json.loads(self.text)
        return document

    def resource(self) -> Document:
        """The resource as it is compared and projected: the document with `id` and `meta`, but no location."""
        return {"id": self.id, **self.document(), "meta": self.meta()}

    def meta(self) -> Document:
        """`meta` without the location (RFC 7643 §3.1)."""
        return {
            "resourceType": self.resource_type,
            "created": timestamp(self.created),
            "lastModified": timestamp(self.modified),
            "version": self.version,
        }


def document_text(document: Document) -> str:
    """A document as the JSON text that is stored and sent."""
    return _ENCODER.encode(document)


def timestamp(moment: datetime) -> str:
    """A moment of UTC as SCIM writes it: RFC 3339, milliseconds (RFC 7643 §2.3.5).

    Each resource on a page has two of them; `isoformat`, which asks for the offset, takes three times as long.
    """
    return (
        f"{moment.year}-{_TWO_DIGITS[moment.month]}-{_TWO_DIGITS[moment.day]}T{_TWO_DIGITS[moment.hour]}:"
        f"{_TWO_DIGITS[moment.minute]}:{_TWO_DIGITS[moment.second]}.{_THREE_DIGITS[moment.microsecond // 1000]}Z"
    )
