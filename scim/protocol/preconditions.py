"""`If-Match` and `If-None-Match` (RFC 7644 §3.14, RFC 9110 §13)."""

import re

from scim.errors import PreconditionFailed

_ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')


def check_if_match(header: str | None, version: str) -> None:
    """Refuse to go on unless the resource is at a version that the client named.

    Weak tags are compared as strong ones would be: a version names one state of the resource.

    Raises:
        PreconditionFailed: It is at another version.
    """
    if header is not None and not _matches(header, version):
        raise PreconditionFailed("The resource has changed since the version in If-Match. Read it again.")


def check_if_none_match(header: str | None, version: str) -> None:
    """Refuse to change a resource that is at a version that the client excluded (RFC 9110 §13.1.2).

    Raises:
        PreconditionFailed: It is at that version; `*` excludes any.
    """
    if header is not None and _matches(header, version):
        raise PreconditionFailed("The resource is at a version that If-None-Match excludes.")


def is_not_modified(header: str | None, version: str) -> bool:
    """Whether the client has the version already, so that 304 is the reply to a GET."""
    return header is not None and _matches(header, version)


def _matches(header: str, version: str) -> bool:
    if header.strip() == "*":
        return True
    wanted = version.removeprefix("W/")
    return any(tag.removeprefix("W/") == wanted for tag in _ENTITY_TAG.findall(header))
