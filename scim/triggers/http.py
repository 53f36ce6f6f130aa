"""Between the Functions host's requests and replies and ours."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import azure.functions as func
import uuid6

from scim.protocol.messages import MEDIA_TYPE, Request, Response

BASE_PATH = "ws/scim/v2"


def scim_request(request: func.HttpRequest, path: str) -> Request:
    """The request as the dispatcher takes it.

    Args:
        request: From the host: query values are decoded, and header names may be in any letter case.
        path: Below the SCIM base URL.
    """
    return Request(
        method=request.method.upper(),
        path=path,
        query=_query(request),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_body(),
        id=str(uuid6.uuid7()),
    )


def _query(request: func.HttpRequest) -> Mapping[str, str]:
    """The parameters by lower-case name. The host leaves empty ones out, and an empty `cursor` asks for page one.

    The URL is not parsed whole: it holds the client's `Host` header, which may be anything.
    """
    named = parse_qsl(request.url.partition("?")[2], keep_blank_values=True)
    empty = {name.lower(): "" for name, value in named if not value}
    return empty | {name.lower(): value for name, value in request.params.items()}


def http_response(response: Response, request_id: str) -> func.HttpResponse:
    """The reply as the host takes it. Nothing of a directory belongs into a cache.

    Args:
        response: From the dispatcher.
        request_id: Of the request: what the log and the activities call it.
    """
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request_id,
        **response.headers,
    }
    if response.body is None:
        return func.HttpResponse(status_code=response.status, headers=headers)
    return func.HttpResponse(response.body, status_code=response.status, headers=headers, mimetype=MEDIA_TYPE)
