"""What people and scripts use: the API of administrators, and the console.

An HTTP trigger each; their own tables of endpoints and pages do the routing (ADR 13, ADR 16).
The modules behind them, pydantic first, are imported when the first request comes: provisioning never waits for them.
"""

from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qs

import azure.functions as func
import uuid6

from scim.web.messages import WebRequest, WebResponse

_API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CONSOLE_METHODS = ("GET", "HEAD", "POST")


class Answering(Protocol):
    """What answers the requests."""

    async def answer(self, request: WebRequest) -> WebResponse:
        """The reply; it never raises."""
        ...


type Answerer = Callable[[], Answering]
"""Gives what answers, when the first request comes."""


def admin_api(api: Answerer) -> func.Blueprint:
    """The blueprint of the API, `/api`."""
    return _blueprint("Api", "api", _API_METHODS, api)


def console(pages: Answerer) -> func.Blueprint:
    """The blueprint of the console, `/console`."""
    return _blueprint("Console", "console", _CONSOLE_METHODS, pages)


def _blueprint(name: str, base: str, methods: tuple[str, ...], answering: Answerer) -> func.Blueprint:
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]

    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        request = _web_request(req)
        return _http_response(await answering().answer(request), request.id)

    register = blueprint.route(f"{base}/{{*path}}", methods=methods, auth_level=func.AuthLevel.ANONYMOUS)
    blueprint.function_name(name)(register(answer))
    return blueprint


def _web_request(request: func.HttpRequest) -> WebRequest:
    return WebRequest(
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


def _http_response(response: WebResponse, request_id: str) -> func.HttpResponse:
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request_id,
        **response.headers,
    }
    if response.body is None:
        return func.HttpResponse(status_code=response.status, headers=headers)
    return func.HttpResponse(response.body, status_code=response.status, headers=headers, mimetype=response.media_type)
