"""One request from its first byte to its reply: authenticate, route, run, and turn refusals into SCIM errors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from scim.errors import ScimError, Unavailable
from scim.operations import create, delete, discovery, modify, read, replace, search
from scim.operations.authentication import Authenticator
from scim.operations.context import Call, Services
from scim.protocol.messages import Request, Response, error_response
from scim.protocol.routing import Operation, is_public, route

DEADLINE_SECONDS = 25.0
"""Identity providers give up after 30 to 60 seconds; before that they are told to come again."""

logger = logging.getLogger(__name__)

type Handler = Callable[[Call], Awaitable[Response]]

_HANDLERS: Mapping[tuple[Operation, str], Handler] = {
    (Operation.CREATE, "User"): create.user,
    (Operation.CREATE, "Group"): create.group,
    (Operation.READ, "User"): read.user,
    (Operation.READ, "Group"): read.group,
    (Operation.REPLACE, "User"): replace.user,
    (Operation.REPLACE, "Group"): replace.group,
    (Operation.MODIFY, "User"): modify.user,
    (Operation.MODIFY, "Group"): modify.group,
    (Operation.DELETE, "User"): delete.user,
    (Operation.DELETE, "Group"): delete.group,
    (Operation.SEARCH, "User"): search.users,
    (Operation.SEARCH, "Group"): search.groups,
    (Operation.LIST_RESOURCE_TYPES, ""): discovery.resource_types,
    (Operation.READ_RESOURCE_TYPE, ""): discovery.resource_type,
    (Operation.LIST_SCHEMAS, ""): discovery.schemas,
    (Operation.READ_SCHEMA, ""): discovery.schema,
}


class Dispatcher:
    """Answers SCIM requests."""

    def __init__(self, services: Services, authenticator: Authenticator) -> None:
        self._services = services
        self._authenticator = authenticator

    async def answer(self, request: Request) -> Response:
        """The reply to a request; it never raises."""
        started = perf_counter()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                response = await self._run(request)
        except ScimError as error:
            response = error_response(error)
        except TimeoutError:
            response = error_response(Unavailable("This took too long. Send the request again.", 10))
        except Exception:
            logger.exception("request_failed id=%s", request.id)
            response = _failure(request)
        milliseconds = (perf_counter() - started) * 1000
        logger.info(
            "request_answered id=%s method=%s status=%d ms=%.1f",
            request.id,
            request.method,
            response.status,
            milliseconds,
        )
        return response

    async def _run(self, request: Request) -> Response:
        if is_public(request.method, request.path):
            return discovery.service_provider_config(self._services, request)
        caller = await self._authenticator.authenticate(request.headers.get("authorization"))
        found = route(request.method, request.path)
        handler = _HANDLERS[found.operation, found.resource_type.name if found.resource_type else ""]
        return await handler(Call(self._services, caller, request, found))


class _Failure(ScimError):
    """A fault of this service."""

    status = 500


def _failure(request: Request) -> Response:
    """A fault is told by its reference alone; the log has the rest."""
    return error_response(_Failure(f"Something failed here, not in your identity provider. Reference {request.id}."))
