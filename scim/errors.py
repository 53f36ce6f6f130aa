"""The errors that a SCIM client can be told about (RFC 7644 §3.12).

Every layer below the triggers raises these; one place (`scim.operations.dispatch`) turns them into replies.
`detail` is public: identity providers show it to administrators word for word, so it says what is wrong and,
where it can, what to do. Causes that must stay private travel as `__cause__`.
"""

from typing import ClassVar

from scim.sentences import Sentence

_UNREACHABLE = Sentence("A part of this service is not reachable.")


class ScimError(Exception):
    """An expected refusal: an HTTP status, a SCIM error type and a sentence for the administrator."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """Reply headers that belong to this error."""
        return {}


class InvalidSyntax(ScimError):
    """The body is not what the operation takes."""

    scim_type = "invalidSyntax"


class InvalidFilter(ScimError):
    """A filter that cannot be parsed, or compares an attribute in a way it does not support."""

    scim_type = "invalidFilter"


class InvalidPath(ScimError):
    """A PATCH path that is malformed or names no attribute."""

    scim_type = "invalidPath"


class NoTarget(ScimError):
    """A PATCH path that selects nothing to act on."""

    scim_type = "noTarget"


class InvalidValue(ScimError):
    """A missing required value, or one that the attribute does not take."""

    scim_type = "invalidValue"


class Mutability(ScimError):
    """An attempt to change what the client may not change."""

    scim_type = "mutability"


class TooMany(ScimError):
    """The filter would look at more resources than one request may."""

    scim_type = "tooMany"


class InvalidCursor(ScimError):
    """A cursor that was not given out here, or not to this provider for this search (RFC 9865 §2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(ScimError):
    """A cursor that was given out too long ago (RFC 9865 §2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(ScimError):
    """A page size that pages by cursor cannot have (RFC 9865 §2.1)."""

    scim_type = "invalidCount"


class Unauthorized(ScimError):
    """No token that is known and alive (RFC 6750 §3)."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        """The challenge that a 401 must carry."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(ScimError):
    """Authenticated, and still not allowed."""

    status = 403


class NotFound(ScimError):
    """No such resource, or none that this provider may see."""

    status = 404


class MethodNotAllowed(ScimError):
    """The endpoint exists and does not take this method.

    Args:
        allowed: The methods that the endpoint takes.
    """

    status = 405

    def __init__(self, detail: str, allowed: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """The methods that would work (RFC 9110 §15.5.6)."""
        return {"Allow": ", ".join(self.allowed)}


class Uniqueness(ScimError):
    """Another resource already holds a value that must be unique."""

    status = 409
    scim_type = "uniqueness"


class PreconditionFailed(ScimError):
    """The resource is not at the version that the client named (RFC 7644 §3.14)."""

    status = 412


class PayloadTooLarge(ScimError):
    """More bytes, members or operations than one request may carry."""

    status = 413


class UnsupportedMediaType(ScimError):
    """A body that is neither SCIM nor JSON."""

    status = 415


class NotImplementedHere(ScimError):
    """Part of SCIM that this service does not offer."""

    status = 501


class Unavailable(ScimError):
    """Storage or the vault cannot be reached, or is throttling; the same request works later.

    Args:
        retry_after_seconds: When to try again.
    """

    status = 503

    def __init__(self, detail: str = _UNREACHABLE, retry_after_seconds: int = 5) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        """When to try again (RFC 9110 §10.2.3)."""
        return {"Retry-After": str(self.retry_after_seconds)}
