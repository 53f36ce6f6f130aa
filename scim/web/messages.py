"""Requests and replies of the API, without the framework that carries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """A request.

    Attributes:
        method: In capitals.
        path: Below the API's base, decoded: `/organizations/17`.
        query: Decoded parameters, each with all its values, in the order given.
        headers: By lower-case name.
        body: As it came.
        id: Ties together what is logged and recorded about the request.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebResponse:
    """A reply."""

    status: int
    body: bytes | None = None
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
