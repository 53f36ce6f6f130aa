"""What the checks read of Rollcall's documents; the rest is let go."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

RESOURCE_ID = r"^[A-Za-z0-9_-]+$"
"""As Rollcall makes them. Ids go into paths: one like `../Groups` would have something else deleted."""


class Document(BaseModel):
    """A JSON object."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)


class Listing[R](Document):
    """A list of resources (RFC 7644 §3.4.2)."""

    total_results: int
    resources: list[R] = Field(alias="Resources")


class _Offer(Document):
    supported: bool


class _Meta(Document):
    location: str


class Configuration(Document):
    """RFC 7643 §5."""

    schemas: list[str]
    patch: _Offer
    filter: _Offer
    meta: _Meta


class Schema(Document):
    """RFC 7643 §7."""

    id: str


class _Extension(Document):
    urn: str = Field(alias="schema")


class ResourceType(Document):
    """RFC 7643 §6."""

    id: str
    schema_extensions: list[_Extension] = []


class User(Document):
    """The throw-away user."""

    id: Annotated[str, Field(pattern=RESOURCE_ID)]
    user_name: str
    display_name: str | None = None
    active: bool | None = None


class Error(Document):
    """RFC 7644 §3.12."""

    schemas: list[str]
    status: str
