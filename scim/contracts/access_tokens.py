"""Personal access tokens."""

from typing import Annotated

from pydantic import Field

from scim.contracts.base import Contract, Moment, Name


class NewAccessToken(Contract):
    """What a new access token is to be."""

    label: Name
    days: Annotated[int, Field(ge=1, le=90)] = 30
    """Its life."""


class AccessTokenDetails(Contract):
    """A personal access token, without its text."""

    id: str
    label: str
    last_four: str
    created_at: Moment
    expires_at: Moment
    last_used: Moment | None = None


class IssuedAccessToken(AccessTokenDetails):
    """A new access token: the only time that its text is to be had."""

    token: str


class AccessTokens(Contract):
    """The person's own access tokens."""

    items: tuple[AccessTokenDetails, ...]
