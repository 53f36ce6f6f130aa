"""The OpenAPI 3.1 document, made from the table of endpoints and their contracts."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from scim.api.endpoints import PROOF_HEADER, Endpoint
from scim.api.problems import ProblemDetails
from scim.web.messages import JSON, PROBLEM_JSON

_REF = "#/components/schemas/{model}"
_EVERYWHERE = (400, 503)
"""Refusals of every endpoint: what does not fit its contract, and storage that cannot be reached."""
_SIGNED_IN = (401, 403)
_WITH_BODY = (413, 415)
_DESCRIPTION = """\
The administration of Rollcall: everything that the console does, for scripts.

Sign in with a personal access token (`Authorization: Bearer rcp_…`), or with the console's session cookie and, for
whatever changes something, its `X-CSRF-Token` header. Lists are paged by cursor; edits take `If-Match`; creations take
an `Idempotency-Key`, with which a repeated request is answered like the first. Refusals are
`application/problem+json`, with a `code` that never changes."""


def document(endpoints: Sequence[Endpoint], server: str = "/api") -> dict[str, Any]:
    """The document.

    Args:
        endpoints: All of them.
        server: Where the API is.
    """
    schemas, definitions = models_json_schema(
        [*_contracts(endpoints), (ProblemDetails, "serialization")], ref_template=_REF
    )
    references = {key: value["$ref"] for key, value in schemas.items()}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rollcall administration", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": server}],
        "security": [{"accessToken": []}, {"session": [], "csrf": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(endpoint.tag for endpoint in endpoints)],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "accessToken": {"type": "http", "scheme": "bearer", "description": "A personal access token."},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-rollcall"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


type _Mode = Literal["validation", "serialization"]
type _References = Mapping[tuple[Any, _Mode], str]
"""By contract and direction: where its schema is."""


def _contracts(endpoints: Iterable[Endpoint]) -> list[tuple[type[BaseModel], _Mode]]:
    bodies: list[tuple[type[BaseModel], _Mode]] = [
        (endpoint.body, "validation") for endpoint in endpoints if endpoint.body is not None
    ]
    replies: list[tuple[type[BaseModel], _Mode]] = [
        (endpoint.reply, "serialization") for endpoint in endpoints if endpoint.reply is not None
    ]
    return list(dict.fromkeys([*bodies, *replies]))


def _operation(endpoint: Endpoint, references: _References) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint), *_header_parameters(endpoint)],
        "responses": _responses(endpoint, references),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.is_public:
        operation["security"] = []
    if endpoint.body is not None:
        schema = {"$ref": references[endpoint.body, "validation"]}
        operation["requestBody"] = {"required": not endpoint.has_optional_body, "content": {JSON: {"schema": schema}}}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in endpoint.parameters
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = endpoint.query.model_json_schema(ref_template=_REF)
    definitions = schema.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _inlined(part, definitions),
            **({"explode": True} if part.get("type") == "array" else {}),
        }
        for name, part in schema.get("properties", {}).items()
    ]


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with its own definitions in place: parameters have no components of theirs."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(part, definitions) for name, part in schema.items()}


def _header_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    headers = []
    if 412 in endpoint.refusals:  # noqa: PLR2004
        headers.append(("If-Match", "The `ETag` that was read; without it, whatever is there is changed."))
    if endpoint.is_creation and not endpoint.is_public:  # keys are remembered for each person
        headers.append(("Idempotency-Key", "A random text of your own: a repetition with it makes nothing twice."))
    if endpoint.proof is not None:
        headers.append((PROOF_HEADER, f"A proof of identity for `{endpoint.proof}`, from `/mfa:verify`."))
    return [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in headers
    ]


def _responses(endpoint: Endpoint, references: _References) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(endpoint.status).phrase}
    content: dict[str, Any] = {
        media_type: {"schema": {} if media_type == JSON else {"type": "string"}} for media_type in endpoint.media_types
    }
    if endpoint.reply is not None:
        content[JSON] = {"schema": {"$ref": references[endpoint.reply, "serialization"]}}
    if content:
        success["content"] = content
    refused = {"$ref": references[ProblemDetails, "serialization"]}
    responses = {str(endpoint.status): success}
    for status in refusals_of(endpoint):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_JSON: {"schema": refused}},
        }
    return responses


def refusals_of(endpoint: Endpoint) -> list[int]:
    """Every status with which an endpoint may refuse."""
    statuses = {*_EVERYWHERE, *endpoint.refusals}
    statuses |= set() if endpoint.is_public else set(_SIGNED_IN)
    statuses |= set() if endpoint.body is None else set(_WITH_BODY)
    return sorted(statuses)
