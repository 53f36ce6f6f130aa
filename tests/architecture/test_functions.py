"""The functions of the app, as the host sees them."""

from functools import cache
from itertools import combinations, zip_longest

import function_app

HTTP_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
OPEN = {"healthz", ".well-known/security.txt"}
"""What anybody may ask: both answer without looking at the request."""


@cache
def http_functions():
    functions = function_app.app.get_functions()  # the library lets an app be asked once
    bindings = [
        (function.get_function_name(), binding) for function in functions for binding in function.get_bindings()
    ]
    return [(name, binding) for name, binding in bindings if binding.type == "httpTrigger"]


def is_catch_all(route):
    return "{*" in route


def overlap(one, other):
    """Whether some request matches both: a common method, as many segments, each equal or a parameter on one side."""
    pairs = list(zip_longest(one.route.lower().split("/"), other.route.lower().split("/"), fillvalue=""))
    alike = all(left == right or ("{" in left + right and left and right) for left, right in pairs)
    return alike and bool(set(one.methods) & set(other.methods))


def test_no_two_routes_overlap_except_the_catch_all():
    bindings = [binding for _, binding in http_functions() if not is_catch_all(binding.route)]
    assert not [(one.route, other.route) for one, other in combinations(bindings, 2) if overlap(one, other)]


def test_the_catch_all_of_scim_has_the_name_that_sorts_last():
    catch_alls = [name for name, binding in http_functions() if is_catch_all(binding.route)]
    assert sorted(catch_alls) == ["Api", "Console", "ZzScimFallback"]
    assert max((name.lower() for name, _ in http_functions())) == "zzscimfallback"


def test_catch_alls_take_every_method():
    """Of the console only browsers ask, which know GET and POST."""
    catch_alls = [(name, each) for name, each in http_functions() if is_catch_all(each.route) and name != "Console"]
    for methods in (binding.methods for _, binding in catch_alls):
        assert {str(getattr(method, "value", method)) for method in methods} >= HTTP_METHODS


def test_no_route_starts_with_a_word_that_the_host_keeps():
    assert not [b.route for _, b in http_functions() if b.route.split("/")[0].lower() in {"admin", "runtime"}]


def test_every_route_is_anonymous_for_the_host_and_below_a_path_whose_guard_is_ours():
    for _, binding in http_functions():
        assert binding.route in OPEN or f"{binding.route}/".startswith(("ws/scim/v2/", "api/", "console/"))
        assert str(getattr(binding.auth_level, "value", binding.auth_level)).lower() == "anonymous"
