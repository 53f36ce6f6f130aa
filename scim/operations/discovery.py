"""What this service can do and serves (RFC 7644 §4)."""

import hashlib
from collections.abc import Iterable

from scim.domain.providers import OrganizationPolicy
from scim.domain.resources import document_text
from scim.errors import Forbidden, NotFound
from scim.operations.context import Call, Services
from scim.operations.cursors import LIFETIME_SECONDS
from scim.protocol.bulk import MAX_OPERATIONS, MAX_PAYLOAD_BYTES
from scim.protocol.messages import Request, Response, list_response
from scim.protocol.paging import DEFAULT_COUNT, MAX_COUNT
from scim.protocol.preconditions import is_not_modified
from scim.schema.attributes import Document, ResourceType, Schema
from scim.schema.catalog import resource_types as all_resource_types
from scim.schema.catalog import schemas as all_schemas
from scim.schema.urns import NINJAONE_USER, RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG


def service_provider_config(services: Services, request: Request) -> Response:
    """The features of SCIM that are served; public, so that clients can find out how to authenticate."""
    _refuse_filter(request)
    unsupported = {"supported": False}
    document: Document = {
        "schemas": [SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": True, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": MAX_PAYLOAD_BYTES},
        "filter": {"supported": True, "maxResults": MAX_COUNT},
        "changePassword": unsupported,
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
            "cursorTimeout": LIFETIME_SECONDS,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token that an administrator generates in the console, in the Authorization header.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{services.base_url}/ServiceProviderConfig",
        },
    }
    return _reply(request, document)


async def resource_types(call: Call) -> Response:
    """All resource types."""
    return _listed(call, (_resource_type_document(call, kind) for kind in all_resource_types()))


async def resource_type(call: Call) -> Response:
    """One resource type."""
    _refuse_filter(call.request)
    for kind in all_resource_types():
        if kind.name.lower() == call.route.id.lower():
            return _reply(call.request, _resource_type_document(call, kind))
    raise NotFound("There is no such resource type.")


async def schemas(call: Call) -> Response:
    """All schemas."""
    return _listed(call, (_schema_document(call, schema) for schema in all_schemas()))


async def schema(call: Call) -> Response:
    """One schema."""
    _refuse_filter(call.request)
    for candidate in all_schemas():
        if candidate.id.lower() == call.route.id.lower():
            return _reply(call.request, _schema_document(call, candidate))
    raise NotFound("There is no such schema.")


def _listed(call: Call, documents: Iterable[Document]) -> Response:
    _refuse_filter(call.request)
    texts = [document_text(_versioned(document)) for document in documents]
    return list_response(texts, total=len(texts), start_index=1)


def _reply(request: Request, document: Document) -> Response:
    versioned = _versioned(document)
    version = versioned["meta"]["version"]
    if is_not_modified(request.headers.get("if-none-match"), version):
        return Response(status=304, headers={"ETag": version})
    return Response(status=200, body=document_text(versioned), headers={"ETag": version})


def _versioned(document: Document) -> Document:
    """The document with `meta.version`: the digest of its content (RFC 7644 §3.14)."""
    digest = hashlib.sha256(document_text(document).encode()).hexdigest()[:16]
    return {**document, "meta": {**document["meta"], "version": f'W/"{digest}"'}}


def _refuse_filter(request: Request) -> None:
    """A filter here must be refused, not ignored (RFC 7644 §4)."""
    if request.query.get("filter"):
        raise Forbidden("Discovery endpoints cannot be filtered.")


def _resource_type_document(call: Call, kind: ResourceType) -> Document:
    return {
        "schemas": [RESOURCE_TYPE],
        "id": kind.name,
        "name": kind.name,
        "endpoint": kind.endpoint,
        "description": kind.description,
        "schema": kind.schema.id,
        "schemaExtensions": [
            {"schema": extension.id, "required": _is_required(call, extension)} for extension in kind.extensions
        ],
        "meta": {"resourceType": "ResourceType", "location": f"{call.services.base_url}/ResourceTypes/{kind.name}"},
    }


def _is_required(call: Call, extension: Schema) -> bool:
    """Whether the provider's policy refuses users without the extension: it says where they belong."""
    return extension.id == NINJAONE_USER and call.provider.policies.organization is OrganizationPolicy.REJECT


def _schema_document(call: Call, schema: Schema) -> Document:
    location = f"{call.services.base_url}/Schemas/{schema.id}"
    return {"schemas": [SCHEMA], **schema.definition, "meta": {"resourceType": "Schema", "location": location}}
