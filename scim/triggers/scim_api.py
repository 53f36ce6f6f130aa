"""The SCIM endpoints: an HTTP trigger for each route, all of them thin.

Requests are anonymous for the host: the bearer token is checked by the dispatcher, before anything else. The host
answers a path or method that it has no function for with an empty 404, and chooses between functions by their names;
`ZzScimFallback` therefore takes everything under the base path, and sorts last.
"""

from collections.abc import Awaitable, Callable

import azure.functions as func

from scim.operations.dispatch import Dispatcher
from scim.triggers.http import BASE_PATH, http_response, scim_request

_COLLECTION = ("GET", "POST")
_ELEMENT = ("GET", "PUT", "PATCH", "DELETE")
_READ_ONLY = ("GET",)
_ANYTHING = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

_WRITE_ONLY = ("POST",)

ROUTES = (
    ("Root", "", _READ_ONLY),
    ("Search", ".search", _WRITE_ONLY),
    ("Bulk", "Bulk", _WRITE_ONLY),
    ("Me", "Me", ("GET", "POST", "PUT", "PATCH", "DELETE")),
    ("Users", "Users", _COLLECTION),
    ("UsersSearch", "Users/.search", _WRITE_ONLY),
    ("UsersById", "Users/{id}", _ELEMENT),
    ("Groups", "Groups", _COLLECTION),
    ("GroupsSearch", "Groups/.search", _WRITE_ONLY),
    ("GroupsById", "Groups/{id}", _ELEMENT),
    ("ServiceProviderConfig", "ServiceProviderConfig", _READ_ONLY),
    ("ResourceTypes", "ResourceTypes", _READ_ONLY),
    ("ResourceTypesById", "ResourceTypes/{id}", _READ_ONLY),
    ("Schemas", "Schemas", _READ_ONLY),
    ("SchemasById", "Schemas/{id}", _READ_ONLY),
    ("ZzScimFallback", "{*path}", _ANYTHING),
)
"""Function name, route below the base path, methods."""

type Trigger = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]


def scim_api(dispatcher: Callable[[], Dispatcher]) -> func.Blueprint:
    """The blueprint with a function for each of `ROUTES`.

    Args:
        dispatcher: Gives the dispatcher when the first request comes.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]
    for name, template, methods in ROUTES:
        register = blueprint.route(
            f"{BASE_PATH}/{template}".rstrip("/"),
            methods=methods,
            auth_level=func.AuthLevel.ANONYMOUS,
        )
        blueprint.function_name(name)(register(_trigger(template, dispatcher)))
    return blueprint


def _trigger(template: str, dispatcher: Callable[[], Dispatcher]) -> Trigger:
    pattern = "/" + template.replace("{*path}", "{path}")

    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        path = pattern.format_map({"path": "", **req.route_params})
        request = scim_request(req, path)
        return http_response(await dispatcher().answer(request), request.id)

    return answer
