"""One request from its first byte to its reply: authenticate, route, run, and turn refusals into SCIM errors."""

import logging
from collections.abc import Mapping
from time import perf_counter

from scim import deadline
from scim.operations import bulk, discovery, read, search, search_all
from scim.operations.authentication import Authenticator
from scim.operations.changes import CHANGES
from scim.operations.context import Call, Handler, Services
from scim.operations.outcomes import outcome
from scim.protocol.authentication import origin_of
from scim.protocol.messages import Request, Response
from scim.protocol.routing import Operation, is_public, route

DEADLINE_SECONDS = 25.0
"""Identity providers give up after 30 to 60 seconds; before that they are told to come again."""

logger = logging.getLogger(__name__)

_HANDLERS: Mapping[tuple[Operation, str], Handler] = {
    **CHANGES,
    (Operation.READ, "User"): read.user,
    (Operation.READ, "Group"): read.group,
    (Operation.SEARCH, "User"): search.users,
    (Operation.SEARCH, "Group"): search.groups,
    (Operation.SEARCH, ""): search_all.everything,
    (Operation.SEARCH_BY_POST, "User"): search.by_post(search.users),
    (Operation.SEARCH_BY_POST, "Group"): search.by_post(search.groups),
    (Operation.SEARCH_BY_POST, ""): search.by_post(search_all.everything),
    (Operation.BULK, ""): bulk.bulk,
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
        response = await outcome(deadline.within(DEADLINE_SECONDS, self._run(request)), request.id)
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
        caller = await self._authenticator.authenticate(
            request.headers.get("authorization"), origin_of(request.headers)
        )
        found = route(request.method, request.path)
        handler = _HANDLERS[found.operation, found.resource_type.name if found.resource_type else ""]
        return await handler(Call(self._services, caller, request, found))
