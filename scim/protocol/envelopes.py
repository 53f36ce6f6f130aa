"""What the messages that carry something else have in common: PatchOp, SearchRequest, BulkRequest (RFC 7644 §3.1)."""

from typing import Any

from scim.errors import InvalidSyntax
from scim.schema.attributes import Document


def lower_names(members: Document) -> Document:
    """An object of a message, with its names in lower case.

    Raises:
        InvalidSyntax: Two of them differ in nothing else.
    """
    lowered = {name.lower(): value for name, value in members.items()}
    if len(lowered) != len(members):
        raise InvalidSyntax("An object in the body has the same name twice.")
    return lowered


def check_schemas(schemas: Any, urn: str, message: str) -> None:
    """A message may leave `schemas` out, but not be another message.

    Raises:
        InvalidSyntax: It is no list of strings, or does not hold `urn`; `message` says of what.
    """
    if schemas is None:
        return
    if type(schemas) is not list or not all(type(uri) is str for uri in schemas):
        raise InvalidSyntax('"schemas" must be a list of strings.')
    if urn.lower() not in (uri.lower() for uri in schemas):
        raise InvalidSyntax(f'"schemas" of {message} must hold {urn}.')
