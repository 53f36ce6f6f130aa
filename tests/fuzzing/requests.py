"""Requests that the OpenAPI document describes, and such as it forbids; half of their ids are those of things."""

from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from requests import Request
from schemathesis import Case, GenerationMode, checks
from schemathesis.schemas import APIOperation

from scim.api.endpoints import Endpoint
from scim.api.openapi import document
from scim.api.routes import ENDPOINTS
from tests.fuzzing.tenant import BASE, Sent, Tenant

SERVER = f"http://rollcall.example{BASE}"
SEED = 20_261_123
"""Change it to try other requests; the same seed makes the same ones."""
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""What every reply is held against."""
_OWN_HEADERS = {"authorization", "cookie", "x-csrf-token", "x-step-up-proof"}
"""Set by whoever sends the request."""


def examples(number: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Runs a property with that many requests, the same ones each time."""
    chosen = settings(
        max_examples=number,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda check: seed(SEED)(chosen(check))


def operations() -> list[tuple[Endpoint, APIOperation]]:
    """Every endpoint with its part of the document."""
    schema = schemathesis.openapi.from_dict(document(ENDPOINTS, SERVER))
    found = {result.ok().definition.raw["operationId"]: result.ok() for result in schema.get_all_operations()}
    return [(endpoint, found[endpoint.name]) for endpoint in ENDPOINTS]


@st.composite
def cases(draw: st.DrawFn, operation: APIOperation, tenant: Tenant) -> Case:
    """A request of an operation."""
    mode = draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = draw(operation.as_strategy(generation_mode=mode))
    for name in case.path_parameters or {}:
        case.path_parameters[name] = _known(draw, name, case.path_parameters[name], tenant)
    if isinstance(case.body, dict | list):
        case.body = _with_known(draw, "", case.body, tenant)
    return case


def sent(case: Case, server: str = SERVER) -> Sent:
    """The request as it goes over the wire."""
    parts = case.as_transport_kwargs(base_url=server)
    headers = {name: text for name, text in parts.pop("headers").items() if name.lower() not in _OWN_HEADERS}
    prepared = Request(**parts | {"headers": headers, "cookies": None}).prepare()
    body = prepared.body or b""
    return Sent(
        str(prepared.method),
        str(prepared.url),
        dict(prepared.headers),
        body if isinstance(body, bytes) else body.encode(),
    )


def _with_known(draw: st.DrawFn, name: str, value: Any, tenant: Tenant) -> Any:
    if isinstance(value, dict):
        return {each: _with_known(draw, each, part, tenant) for each, part in value.items()}
    if isinstance(value, list):
        return [_with_known(draw, name, part, tenant) for part in value]
    return _known(draw, name, value, tenant) if isinstance(value, str) else value


def _known(draw: st.DrawFn, name: str, value: Any, tenant: Tenant) -> Any:
    ids = tenant.ids(name)
    return draw(st.sampled_from(ids)) if ids and draw(st.booleans()) else value
