"""What an endpoint is: one row of a table from which requests are answered and the OpenAPI document is made."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from scim.admin.context import Context, Principal
from scim.admin.problems import SignInRequired
from scim.admin.services import Services
from scim.admin.step_up import CriticalAction
from scim.contracts.base import Parameters
from scim.web.messages import WebRequest

PROOF_HEADER = "X-Step-Up-Proof"


class NoBody(BaseModel):
    """For endpoints that take no body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call[B: BaseModel, Q: Parameters]:
    """One request, routed, authenticated and validated.

    Attributes:
        services: The ports.
        caller: Who is signed in; None at public endpoints.
        path: The parameters in the path, by name.
        query: The parameters behind it.
        body: The body.
        request: As it came.
    """

    services: Services
    caller: Principal | None
    path: Mapping[str, str]
    query: Q
    body: B
    request: WebRequest

    @property
    def context(self) -> Context:
        """For the use case.

        Raises:
            SignInRequired: Nobody is signed in.
        """
        if self.caller is None:
            raise SignInRequired("Sign in first.")
        return Context(services=self.services, principal=self.caller, request_id=self.request.id)

    @property
    def if_match(self) -> str | None:
        """The version that the client read, from `If-Match`; None when it names none, or any."""
        value = self.request.headers.get("if-match", "").strip()
        return None if value in {"", "*"} else value

    @property
    def proof(self) -> str | None:
        """The proof of identity that came along; None when none did."""
        return self.request.headers.get(PROOF_HEADER.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler returns.

    Attributes:
        value: The body, as the endpoint's `reply` says; None for none.
        version: Goes into `ETag`.
        location: Path below the API of what was created.
        headers: Further ones.
        content: A body that is no JSON, instead of `value`: bytes, and their media type.
    """

    value: BaseModel | None = None
    version: str | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: tuple[bytes, str] | None = None

    @classmethod
    def file(cls, name: str, content: bytes, media_type: str) -> "Reply":
        """A file that browsers save under a name."""
        return cls(content=(content, media_type), headers={"Content-Disposition": f'attachment; filename="{name}"'})


type Handler = Callable[[Call[Any, Any]], Awaitable[Reply]]

_PARAMETER = re.compile(r"\{(\w+)\}")
_NO_ID = r"/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff"
_MAX_ID = 200
"""Nothing has an id with such characters, or a longer one: storage takes none of them as a key."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint.

    Attributes:
        method: In capitals.
        path: Template below the API's base: `/identity-providers/{providerId}/scim/tokens/{tokenId}:revoke`.
        name: `operationId`: a verb and what it is done to. Lists are listed; things are read, created, updated and
            deleted, unless administrators have a word of their own for it.
        tag: The area that it is listed under.
        summary: One line.
        description: More, when there is more to say: what it costs, what it records.
        run: The handler.
        body: The contract of the body; None when it takes none.
        has_optional_body: Whether none is as good as an empty one.
        query: The contract of the parameters.
        reply: The contract of a successful reply's body; None when it has none.
        status: Of a successful reply.
        media_types: Of a reply that is no JSON.
        refusals: Statuses that it may answer besides those that every endpoint may: 404, 409, 412, ...
        is_public: Whether it works without being signed in.
        tells_secret: Whether its reply holds what must not be kept, so that no repetition is answered from memory.
        proof: The critical change that it makes, which takes a proof of identity in `X-Step-Up-Proof`; None for none.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    description: str = ""
    run: Handler
    body: type[BaseModel] | None = None
    has_optional_body: bool = False
    query: type[Parameters] = Parameters
    reply: type[BaseModel] | None = None
    status: int = 200
    media_types: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()
    is_public: bool = False
    tells_secret: bool = False
    proof: CriticalAction | None = None

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters in the path."""
        return _PARAMETER.findall(self.path)

    @property
    def is_creation(self) -> bool:
        """Whether a repetition would make a second one, unless an idempotency key tells them apart."""
        return self.method == "POST" and self.status == 201  # noqa: PLR2004

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of the template. No value has what no id has; before a `:verb`, none has a colon either."""
        parts = _PARAMETER.split(self.path)
        texts, names = parts[::2], parts[1::2]
        pieces = [re.escape(texts[0])]
        for name, text in zip(names, texts[1:], strict=True):
            kept_out = f"{_NO_ID}:" if text.startswith(":") else _NO_ID
            pieces.append(f"(?P<{name}>[^{kept_out}]{{1,{_MAX_ID}}}){re.escape(text)}")
        return re.compile("".join(pieces))
