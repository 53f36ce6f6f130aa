"""One request from its first byte to its reply: route, authenticate, validate, run, and turn refusals into problems."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from scim import deadline
from scim.admin.context import Principal
from scim.admin.problems import Invalid, Missing, Problem
from scim.admin.services import Services
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.api.idempotency import once
from scim.api.problems import invalid_response, problem_response, refusal
from scim.contracts.base import Parameters
from scim.errors import ScimError
from scim.protocol.json_body import parse_json
from scim.web.messages import JSON, WebRequest, WebResponse

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 25.0
MAX_BODY_BYTES = 256 * 1024
_MEDIA_TYPES = frozenset({"", JSON, "application/merge-patch+json"})


class Authenticator(Protocol):
    """Tells who sends a request."""

    async def authenticate(self, request: WebRequest) -> Principal:
        """The person.

        Raises:
            SignInRequired: No session and no access token that is alive.
            Denied: A session without the header that shows the request to be the console's own.
        """
        ...

    def admit(self, request: WebRequest) -> None:
        """Let a request pass that needs nobody to be signed in.

        Raises:
            Denied: A browser sends it for the page of another site, which would sign its user in as somebody else.
        """
        ...


class _Refused(Exception):
    """A reply that is ready."""

    def __init__(self, response: WebResponse) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(slots=True)
class Api:
    """Answers requests.

    Attributes:
        services: The ports.
        authenticator: See there.
        endpoints: All of them.
        base_path: Where the API is, for `Location`.
    """

    services: Services
    authenticator: Authenticator
    endpoints: Sequence[Endpoint]
    base_path: str = "/api"

    async def answer(self, request: WebRequest) -> WebResponse:
        """The reply to a request; it never raises."""
        started = perf_counter()
        response = await self._outcome(request)
        logger.info(
            "api_request_answered id=%s method=%s status=%d ms=%.1f",
            request.id,
            request.method,
            response.status,
            (perf_counter() - started) * 1000,
        )
        return response

    async def _outcome(self, request: WebRequest) -> WebResponse:
        try:
            return await deadline.within(DEADLINE_SECONDS, self._run(request))
        except _Refused as refused:
            return refused.response
        except Problem as problem:
            return problem_response(problem, request.id)
        except ScimError as error:
            code = error.scim_type or {503: "unavailable"}.get(error.status, "refused")
            return refusal(error.status, code, error.detail, request.id, error.headers)
        except TimeoutError:
            return refusal(503, "unavailable", "This took too long. Try again.", request.id, {"Retry-After": "10"})
        except Exception:
            logger.exception("api_request_failed id=%s", request.id)
            return refusal(500, "failed", f"Something failed here. Reference {request.id}.", request.id)

    async def _run(self, request: WebRequest) -> WebResponse:
        matches = [(each, match) for each in self.endpoints if (match := each.pattern.fullmatch(request.path))]
        of_method = [(each, match) for each, match in matches if each.method == request.method]
        found = min(of_method, key=lambda pair: len(pair[0].parameters), default=None)  # a name before any parameter
        caller = None
        if found is not None and found[0].is_public:
            self.authenticator.admit(request)
        else:
            caller = await self.authenticator.authenticate(request)  # before anything is told about paths
        if found is None:
            raise _Refused(_not_found(request, sorted({each.method for each, _ in matches})))
        endpoint, match = found
        call = Call[Any, Any](
            services=self.services,
            caller=caller,
            path=match.groupdict(),
            query=_query(endpoint.query, request),
            body=_body(endpoint, request),
            request=request,
        )
        return await once(self.services, endpoint, caller, request, lambda: self._ran(endpoint, call))

    async def _ran(self, endpoint: Endpoint, call: Call[Any, Any]) -> WebResponse:
        return self._response(endpoint, await endpoint.run(call))

    def _response(self, endpoint: Endpoint, reply: Reply) -> WebResponse:
        headers = dict(reply.headers)
        if reply.version is not None:
            headers["ETag"] = reply.version
        if reply.location is not None:
            headers["Location"] = f"{self.base_path}{reply.location}"
        if reply.content is not None:
            body, media_type = reply.content
            return WebResponse(status=endpoint.status, body=body, media_type=media_type, headers=headers)
        content = None if reply.value is None else reply.value.model_dump_json(exclude_none=True).encode()
        return WebResponse(status=endpoint.status, body=content, headers=headers)


def _not_found(request: WebRequest, allowed: list[str]) -> WebResponse:
    if not allowed:
        return problem_response(Missing("There is nothing at this address."), request.id)
    detail = f"This address takes {', '.join(allowed)}."
    return refusal(405, "method_not_allowed", detail, request.id, {"Allow": ", ".join(allowed)})


def _query(contract: type[Parameters], request: WebRequest) -> Parameters:
    """The parameters, validated. Unknown ones are refused: a misspelt filter must not show everything."""
    several = {
        field.alias or name
        for name, field in contract.model_fields.items()
        if getattr(field.annotation, "__origin__", None) is tuple
    }
    values: dict[str, object] = {}
    for name, given in request.query.items():
        if name not in several and len(given) > 1:
            raise Invalid(f'The parameter "{name[:64]}" is given more than once.', name[:64])
        values[name] = tuple(given) if name in several else given[0]
    with _refusing(request, "query"):  # lax: everything in a query is text
        return contract.model_validate(values, by_alias=True, by_name=False)


def _body(endpoint: Endpoint, request: WebRequest) -> BaseModel:
    if endpoint.body is None:
        return NoBody()
    if endpoint.has_optional_body and not request.body:
        return endpoint.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES or request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _Refused(refusal(415, "unsupported_media_type", f"Send the body as {JSON}, uncompressed.", request.id))
    if len(request.body) > MAX_BODY_BYTES:
        raise _Refused(refusal(413, "too_large", f"The body has more than {MAX_BODY_BYTES:,} bytes.", request.id))
    body, contract = parse_json(request.body), endpoint.body
    with _refusing(request, "body"):  # strict: a number is no text, and a text no number
        return contract.model_validate_json(json.dumps(body), strict=True, by_alias=True, by_name=False)


@contextmanager
def _refusing(request: WebRequest, where: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise _Refused(invalid_response(error, request.id, where=where)) from None
