"""Reading request bodies within their limits."""

from scim.errors import PayloadTooLarge
from scim.operations.context import Call
from scim.protocol.json_body import parse_json, require_object
from scim.protocol.patching import Patch, parse_patch
from scim.protocol.resources import Parsed, parse_resource
from scim.schema.attributes import Document

MAX_BODY_BYTES = {"User": 1024 * 1024, "Group": 16 * 1024 * 1024}


def read_object(call: Call) -> Document:
    """The body as a JSON object.

    Raises:
        UnsupportedMediaType: It is said to be something else.
        PayloadTooLarge: It is over the limit for its resource type.
        InvalidSyntax: It is no JSON object.
    """
    call.request.check_media_type()
    limit = MAX_BODY_BYTES[call.resource_type.name]
    if len(call.request.body) > limit:
        raise PayloadTooLarge(f"The body has {len(call.request.body):,} bytes; at most {limit:,} are accepted.")
    return require_object(parse_json(call.request.body))


def read_resource(call: Call) -> Parsed:
    """The body of a POST or PUT."""
    return parse_resource(read_object(call), call.resource_type, call.provider.policies.unknown_attributes)


def read_patch(call: Call) -> Patch:
    """The body of a PATCH."""
    return parse_patch(read_object(call), call.resource_type, call.provider.policies.unknown_attributes)
