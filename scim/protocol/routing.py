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
    SEARCH_BY_POST = auto()
    BULK = auto()
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
        resource_type: For operations on resources; None for those on all types.
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
_ROOT: Mapping[str, Mapping[str, Operation]] = {
    "": {"GET": Operation.SEARCH},
    ".search": {"POST": Operation.SEARCH_BY_POST},
    "bulk": {"POST": Operation.BULK},
}
_DISCOVERY: Mapping[str, tuple[Operation, Operation | None]] = {
    "serviceproviderconfig": (Operation.SERVICE_PROVIDER_CONFIG, None),
    "resourcetypes": (Operation.LIST_RESOURCE_TYPES, Operation.READ_RESOURCE_TYPE),
    "schemas": (Operation.LIST_SCHEMAS, Operation.READ_SCHEMA),
}
_NOT_OFFERED = frozenset({"me"})
"""Endpoints that make no sense here: behind the token is an identity provider, no user (RFC 7644 §3.11)."""
_SEARCH = ".search"
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
    has_id = len(parts) == _ELEMENT_PARTS and operation is not Operation.SEARCH_BY_POST
    return Route(operation, resource_type, parts[1] if has_id else "")


def _methods(parts: list[str]) -> tuple[Mapping[str, Operation], ResourceType | None]:
    if len(parts) > _ELEMENT_PARTS:
        return {}, None
    name, is_element = parts[0].lower() if parts else "", len(parts) == _ELEMENT_PARTS
    if not is_element and name in _ROOT:
        return _ROOT[name], None
    for resource_type in resource_types():
        if f"/{name}" == resource_type.endpoint.lower():
            if not is_element:
                return _COLLECTION, resource_type
            return (_ROOT[_SEARCH] if parts[1].lower() == _SEARCH else _ELEMENT), resource_type
    operation = _DISCOVERY.get(name, (None, None))[1 if is_element else 0]
    return ({"GET": operation} if operation else {}), None
