"""The API of administrators: one HTTP trigger; its own table of endpoints does the routing (ADR 13).

The modules behind it, pydantic first, are imported when the first request comes: provisioning never waits for them.
"""

from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qs

import azure.functions as func
import uuid6

from scim.api.messages import ApiRequest, ApiResponse

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Answering(Protocol):
    """What answers the requests."""

    async def answer(self, request: ApiRequest) -> ApiResponse:
        """The reply; it never raises."""
        ...


def admin_api(api: Callable[[], Answering]) -> func.Blueprint:
    """The blueprint.

    Args:
        api: Gives what answers, when the first request comes.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]

    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        return _http_response(await api().answer(_api_request(req)))

    register = blueprint.route("api/{*path}", methods=_METHODS, auth_level=func.AuthLevel.ANONYMOUS)
    blueprint.function_name("Api")(register(answer))
    return blueprint


def _api_request(request: func.HttpRequest) -> ApiRequest:
    return ApiRequest(
        method=request.method.upper(),
        path=f"/{request.route_params.get('path') or ''}",
        query=_query(request.url),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_body(),
        id=str(uuid6.uuid7()),
    )


def _query(url: str) -> Mapping[str, list[str]]:
    """The parameters; the host hands on only the last of several values of one name."""
    return parse_qs(url.partition("?")[2], keep_blank_values=True)


def _http_response(response: ApiResponse) -> func.HttpResponse:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **response.headers}
    if response.body is None:
        return func.HttpResponse(status_code=response.status, headers=headers)
    return func.HttpResponse(response.body, status_code=response.status, headers=headers, mimetype=response.media_type)
