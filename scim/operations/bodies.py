"""Reading request bodies within their limits."""

from scim.errors import PayloadTooLarge
from scim.operations.context import Call
from scim.protocol.json_body import parse_json, require_object
from scim.protocol.patching import Patch, parse_patch
from scim.protocol.resources import Parsed, parse_resource
from scim.schema.attributes import Document

MAX_BODY_BYTES = {"User": 1024 * 1024, "Group": 16 * 1024 * 1024}
"""By resource type; a group may bring many members."""


def read_object(call: Call, limit: int) -> Document:
    """The body, of at most `limit` bytes, as a JSON object.

    Raises:
        UnsupportedMediaType: It is said to be something else.
        PayloadTooLarge: It is over the limit.
        InvalidSyntax: It is no JSON object.
    """
    call.request.check_media_type()
    if len(call.request.body) > limit:
        raise PayloadTooLarge(f"The body has {len(call.request.body):,} bytes; at most {limit:,} are accepted.")
    return require_object(parse_json(call.request.body))


def read_resource(call: Call) -> Parsed:
    """The body of a POST or PUT."""
    return parse_resource(_read(call), call.resource_type, call.provider.policies.unknown_attributes)


def read_patch(call: Call) -> Patch:
    """The body of a PATCH."""
    return parse_patch(_read(call), call.resource_type, call.provider.policies.unknown_attributes)


def _read(call: Call) -> Document:
    return read_object(call, MAX_BODY_BYTES[call.resource_type.name])
