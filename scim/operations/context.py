"""What every operation is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from scim.domain.activities import Actor
from scim.domain.ports import Clock, CursorKey, Groups, Identifiers, Organizations, Users
from scim.domain.providers import Provider
from scim.protocol.messages import Request, Response
from scim.protocol.preconditions import check_if_match, check_if_none_match
from scim.protocol.projection import Projection
from scim.protocol.routing import Route
from scim.schema.attributes import ResourceType


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports, and the SCIM base URL (without a slash at its end)."""

    users: Users
    groups: Groups
    organizations: Organizations
    cursor_key: CursorKey
    clock: Clock
    identifiers: Identifiers
    base_url: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a provider, by one of its tokens."""

    provider: Provider
    token_id: str


@dataclass(frozen=True)
class Call:
    """One authenticated request, routed."""

    services: Services
    caller: Caller
    request: Request
    route: Route

    @property
    def provider(self) -> Provider:
        """The provider that calls."""
        return self.caller.provider

    @property
    def actor(self) -> Actor:
        """The caller, as activities name it."""
        return Actor(kind="token", id=self.caller.token_id, request_id=self.request.id)

    @property
    def resource_type(self) -> ResourceType:
        """The type of resource that the call is about."""
        if self.route.resource_type is None:
            raise AssertionError("a route of a resource operation names its resource type")
        return self.route.resource_type

    @cached_property
    def projection(self) -> Projection:
        """What the client wants of the resources in the reply."""
        query = self.request.query
        return Projection.parse(query.get("attributes"), query.get("excludedattributes"), self.resource_type)

    def check_version(self, version: str) -> None:
        """Check that a resource that is to be changed is at a version that the client means.

        Raises:
            PreconditionFailed: It is not.
        """
        check_if_match(self.if_match, version)
        check_if_none_match(self.request.headers.get("if-none-match"), version)

    @property
    def is_conditional(self) -> bool:
        """Whether the client names versions, so that a change depends on the one that is there."""
        return not self.request.headers.keys().isdisjoint({"if-match", "if-none-match"})

    @property
    def if_match(self) -> str | None:
        """The `If-Match` header."""
        return self.request.headers.get("if-match")


type Handler = Callable[[Call], Awaitable[Response]]
"""An operation: it answers, or raises a `ScimError`."""
