"""Which operation a method and a path mean."""

import pytest

from scim.errors import MethodNotAllowed, NotFound, NotImplementedHere
from scim.protocol.routing import Operation, Route, is_public, route
from scim.schema.catalog import group_type, user_type
from scim.triggers.scim_api import ROUTES

ID = "01999999-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/Users", Route(Operation.SEARCH, user_type())),
        ("POST", "/Users", Route(Operation.CREATE, user_type())),
        ("GET", f"/Users/{ID}", Route(Operation.READ, user_type(), ID)),
        ("PUT", f"/Users/{ID}", Route(Operation.REPLACE, user_type(), ID)),
        ("PATCH", f"/Users/{ID}", Route(Operation.MODIFY, user_type(), ID)),
        ("DELETE", f"/Users/{ID}", Route(Operation.DELETE, user_type(), ID)),
        ("GET", "/Groups", Route(Operation.SEARCH, group_type())),
        ("PATCH", f"/Groups/{ID}", Route(Operation.MODIFY, group_type(), ID)),
        ("GET", "/users/", Route(Operation.SEARCH, user_type())),
        ("GET", "//USERS//AbC/", Route(Operation.READ, user_type(), "AbC")),
        ("GET", "Users", Route(Operation.SEARCH, user_type())),
        ("GET", "", Route(Operation.SEARCH)),
        ("GET", "/", Route(Operation.SEARCH)),
        ("POST", "/.search", Route(Operation.SEARCH_BY_POST)),
        ("POST", "/Users/.search", Route(Operation.SEARCH_BY_POST, user_type())),
        ("POST", "/groups/.Search/", Route(Operation.SEARCH_BY_POST, group_type())),
        ("POST", "/Bulk", Route(Operation.BULK)),
        ("GET", "/ServiceProviderConfig", Route(Operation.SERVICE_PROVIDER_CONFIG)),
        ("GET", "/ResourceTypes", Route(Operation.LIST_RESOURCE_TYPES)),
        ("GET", "/ResourceTypes/User", Route(Operation.READ_RESOURCE_TYPE, None, "User")),
        ("GET", "/Schemas", Route(Operation.LIST_SCHEMAS)),
        ("GET", "/Schemas/urn:x", Route(Operation.READ_SCHEMA, None, "urn:x")),
    ],
)
def test_routes(method, path, expected):
    assert route(method, path) == expected


@pytest.mark.parametrize(
    "path",
    ["/User", "/Usersx", "/Users/a/b", "/Users/.search/x", "/ServiceProviderConfig/x", "/..", "/Meow", "/Bulk/x"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_paths_that_are_none(method, path):
    with pytest.raises(NotFound):
        route(method, path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/Users", "GET, POST"),
        ("HEAD", "/Users", "GET, POST"),
        ("POST", "/Groups/x", "GET, PUT, PATCH, DELETE"),
        ("OPTIONS", "/Groups/x", "GET, PUT, PATCH, DELETE"),
        ("POST", "/Schemas", "GET"),
        ("DELETE", "/ServiceProviderConfig", "GET"),
        ("get", "/Users", "GET, POST"),
        ("POST", "/", "GET"),
        ("GET", "/.search", "POST"),
        ("GET", "/Users/.search", "POST"),
        ("GET", "/Bulk", "POST"),
    ],
)
def test_methods_that_an_endpoint_does_not_take(method, path, allowed):
    with pytest.raises(MethodNotAllowed) as refusal:
        route(method, path)

    assert refusal.value.headers == {"Allow": allowed}


@pytest.mark.parametrize("path", ["/Me", "/me/"])
def test_parts_of_scim_that_are_not_offered(path):
    with pytest.raises(NotImplementedHere):
        route("POST", path)


@pytest.mark.parametrize("path", ["/Users/me", "/Groups/Bulk"])
def test_their_names_are_ids_like_any_other_elsewhere(path):
    assert route("GET", path).operation is Operation.READ


@pytest.mark.parametrize(
    ("method", "path", "public"),
    [
        ("GET", "/ServiceProviderConfig", True),
        ("GET", "/serviceproviderconfig/", True),
        ("POST", "/ServiceProviderConfig", False),
        ("GET", "/ServiceProviderConfig/x", False),
        ("GET", "/Schemas", False),
        ("GET", "/Users", False),
        ("GET", "/", False),
        ("GET", "/Users/ServiceProviderConfig", False),
        ("GET", "/ServiceProviderConfig/../Users", False),
    ],
)
def test_only_the_configuration_is_public(method, path, public):
    assert is_public(method, path) is public


def test_every_trigger_of_what_is_offered_leads_to_an_operation():
    for name, template, methods in ROUTES:
        if name not in {"Me", "ZzScimFallback"}:
            for method in methods:
                assert route(method, "/" + template.replace("{id}", ID)).operation in Operation
