"""Which operation a method and a path mean: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from scim.errors import MethodNotAllowed, NotFound, NotImplementedHere
from scim.schema.attributes import ResourceType
from scim.schema.catalog import resource_types


class Operation(StrEnum):
    """What a client can ask for."""

    CREATE = auto()
    READ = auto()
    REPLACE = auto()
    MODIFY = auto()
    DELETE = auto()
    SEARCH = auto()
    SERVICE_PROVIDER_CONFIG = auto()
    LIST_RESOURCE_TYPES = auto()
    READ_RESOURCE_TYPE = auto()
    LIST_SCHEMAS = auto()
    READ_SCHEMA = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """An operation and what it is about.

    Attributes:
        operation: The operation.
        resource_type: For operations on resources.
        id: Of the one resource, resource type or schema; "" for operations on an endpoint.
    """

    operation: Operation
    resource_type: ResourceType | None = None
    id: str = ""


_COLLECTION = {"GET": Operation.SEARCH, "POST": Operation.CREATE}
_ELEMENT = {
    "GET": Operation.READ,
    "PUT": Operation.REPLACE,
    "PATCH": Operation.MODIFY,
    "DELETE": Operation.DELETE,
}
_DISCOVERY: Mapping[str, tuple[Operation, Operation | None]] = {
    "serviceproviderconfig": (Operation.SERVICE_PROVIDER_CONFIG, None),
    "resourcetypes": (Operation.LIST_RESOURCE_TYPES, Operation.READ_RESOURCE_TYPE),
    "schemas": (Operation.LIST_SCHEMAS, Operation.READ_SCHEMA),
}
_NOT_OFFERED = frozenset({"me", "bulk", ".search", "users/.search", "groups/.search"})
"""Endpoints that RFC 7644 leaves to the service provider (§3.4.3, §3.7, §3.11)."""
_ELEMENT_PARTS = 2


def is_public(method: str, path: str) -> bool:
    """Whether the request needs no token: the service provider's configuration alone (RFC 7643 §5)."""
    return method == "GET" and path.strip("/").lower() == "serviceproviderconfig"


def route(method: str, path: str) -> Route:
    """The operation that a request asks for. Endpoints are found in any letter case, and doubled slashes count once.

    Args:
        method: In capitals.
        path: Below the SCIM base URL.

    Raises:
        NotFound: There is no such endpoint.
        MethodNotAllowed: The endpoint does not take the method.
        NotImplementedHere: SCIM has the endpoint, and this service does not.
    """
    parts = [part for part in path.split("/") if part]
    if "/".join(parts).lower() in _NOT_OFFERED:
        raise NotImplementedHere("This part of SCIM is not offered here; see /ServiceProviderConfig.")
    methods, resource_type = _methods(parts)
    if not methods:
        raise NotFound("There is no such SCIM endpoint.")
    operation = methods.get(method)
    if operation is None:
        raise MethodNotAllowed(f"{method} is not possible here. Use {' or '.join(methods)}.", tuple(methods))
    return Route(operation, resource_type, parts[1] if len(parts) == _ELEMENT_PARTS else "")


def _methods(parts: list[str]) -> tuple[Mapping[str, Operation], ResourceType | None]:
    if not parts or len(parts) > _ELEMENT_PARTS:
        return {}, None
    name, is_element = parts[0].lower(), len(parts) == _ELEMENT_PARTS
    for resource_type in resource_types():
        if f"/{name}" == resource_type.endpoint.lower():
            return (_ELEMENT if is_element else _COLLECTION), resource_type
    operation = _DISCOVERY.get(name, (None, None))[1 if is_element else 0]
    return ({"GET": operation} if operation else {}), None
