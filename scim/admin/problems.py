"""What an administrator is refused, and why: the same code and text in the API and in the console (R009, R092).

`code` is for programs and never changes; `detail` is a sentence for the person, and says what to do.
"""

from collections.abc import Mapping
from typing import ClassVar

from scim.sentences import Sentence


class Problem(Exception):
    """An expected refusal.

    Args:
        detail: What is wrong and, where it can, what to do about it.
        code: Machine-readable; the class's own when not given.
        facts: What a program may want to know besides (numbers, names), by camelCase name.
    """

    status: ClassVar[int]
    default_code: ClassVar[str]

    def __init__(self, detail: str, code: str = "", facts: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.facts = facts or {}

    @property
    def headers(self) -> dict[str, str]:
        """Reply headers that belong to this refusal."""
        return {}


class Invalid(Problem):
    """A value that cannot be taken.

    Args:
        detail: What is wrong.
        field: The field of the body or the query, camelCase; "" when it is none in particular.
    """

    status = 400
    default_code = "invalid"

    def __init__(self, detail: str, field: str = "", code: str = "") -> None:
        super().__init__(detail, code, {"field": field} if field else None)


class SignInRequired(Problem):
    """Nobody is signed in, or not any more."""

    status = 401
    default_code = "sign_in_required"

    @property
    def headers(self) -> dict[str, str]:
        """How scripts sign in (RFC 9110 §11.6.1)."""
        return {"WWW-Authenticate": "Bearer"}


class Denied(Problem):
    """Signed in, and not allowed to."""

    status = 403
    default_code = "denied"


class Missing(Problem):
    """There is no such thing, or none that this person may see."""

    status = 404
    default_code = "not_found"


class Conflicting(Problem):
    """The present state does not allow it."""

    status = 409
    default_code = "conflict"


CHANGED = Sentence("This was changed meanwhile. Read it again.")


class Changed(Problem):
    """Somebody else changed it since it was read (`If-Match`)."""

    status = 412
    default_code = "changed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or CHANGED)


class TooManyAttempts(Problem):
    """Wrong too often.

    Args:
        detail: What is wrong.
        retry_after_seconds: When to try again.
    """

    status = 429
    default_code = "locked_out"

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        """When to try again (RFC 9110 §10.2.3)."""
        return {"Retry-After": str(self.retry_after_seconds)}
