"""Which function takes a request: the rules of Azure's host, which are not what one would guess.

Functions are tried in the order of their names, without regard to case, `_` after the letters; the first whose
template and methods fit wins, however specific another may be. When none fits, there is no 405, only 404.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from localdev.host.worker import Function

RESERVED = ("admin", "runtime")
"""First segments that the host keeps for itself."""
DEFAULT_PREFIX = "api"
_PARAMETER = re.compile(r"\{(?P<stars>\*{0,2})(?P<name>[A-Za-z_]\w*)(?P<optional>\??)\}")


class RouteError(Exception):
    """A route that the real host refuses, or that this one does not know."""


@dataclass(frozen=True, slots=True)
class _Segment:
    literal: str | None = None
    parameter: str = ""
    is_optional: bool = False
    is_catch_all: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a function.

    Attributes:
        function: Who takes it.
        methods: The methods that it takes, upper case; none given means all.
        segments: Its template.
    """

    function: Function
    methods: frozenset[str]
    segments: tuple[_Segment, ...]

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The parameters of the path, or None when this route does not fit.

        Args:
            method: Upper case.
            path: Decoded, except for slashes within segments.
        """
        if self.methods and method not in self.methods:
            return None
        return _match(self.segments, path)


class Routes:
    """The routes of an app, in the order in which the host tries them.

    Args:
        functions: The app's functions; those without an HTTP trigger have no route.
        prefix: What `host.json` puts before every route.

    Raises:
        RouteError: A route is reserved, or its template is not understood.
    """

    def __init__(self, functions: Iterable[Function], prefix: str) -> None:
        with_route = [function for function in functions if function.trigger["type"] == "httpTrigger"]
        self._routes = [_route(function, prefix) for function in sorted(with_route, key=_order)]

    def find(self, method: str, path: str) -> tuple[Function, dict[str, str]] | None:
        """The function that takes the request, and the parameters of its route."""
        for route in self._routes:
            parameters = route.match(method, path)
            if parameters is not None:
                return route.function, parameters
        return None


def read_prefix(directory: Path) -> str:
    """The route prefix that the `host.json` of a folder sets."""
    host = json.loads((directory / "host.json").read_text("utf-8"))
    prefix = host.get("extensions", {}).get("http", {}).get("routePrefix", DEFAULT_PREFIX)
    return str(prefix).strip("/")


def _order(function: Function) -> str:
    return function.name.upper()


def _route(function: Function, prefix: str) -> Route:
    template = function.trigger.get("route")
    template = function.name if template is None else template
    full = "/".join(part for part in (prefix, template) if part)
    first = full.partition("/")[0].lower()
    if first in RESERVED:
        raise RouteError(f"The route {full} of {function.name} starts with {first}, which the host keeps for itself.")
    methods = frozenset(method.upper() for method in function.trigger.get("methods") or ())
    return Route(function, methods, _parse(full, function.name))


def _parse(template: str, name: str) -> tuple[_Segment, ...]:
    if template.startswith(("/", "~")) or template.endswith("/"):
        raise RouteError(f"The route {template} of {name} must neither begin nor end with a slash.")
    segments = tuple(_parse_segment(part, template, name) for part in template.split("/")) if template else ()
    if any(segment.is_catch_all for segment in segments[:-1]):
        raise RouteError(f"The route {template} of {name} goes on after its catch-all parameter.")
    return segments


def _parse_segment(part: str, template: str, name: str) -> _Segment:
    if "{" not in part and "}" not in part and part:
        return _Segment(literal=part.lower())
    parameter = _PARAMETER.fullmatch(part)
    if parameter is None:
        raise RouteError(f"The local host does not understand {part!r} in the route {template} of {name}.")
    return _Segment(
        parameter=parameter["name"],
        is_optional=bool(parameter["optional"]),
        is_catch_all=bool(parameter["stars"]),
    )


def _match(segments: Sequence[_Segment], path: str) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    rest: str | None = path.removeprefix("/") or None
    for segment in segments:
        if segment.is_catch_all:
            return parameters if rest is None else {**parameters, segment.parameter: rest}
        if rest is None:
            if not segment.is_optional:
                return None
            continue
        value, slash, rest_text = rest.partition("/")
        rest = rest_text if slash and rest_text else None
        if segment.literal is not None:
            if value.lower() != segment.literal:
                return None
        elif not value:
            return None
        else:
            parameters[segment.parameter] = value
    return parameters if rest is None else None
