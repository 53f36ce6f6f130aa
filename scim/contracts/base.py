"""What all contracts have in common."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from scim.contracts import texts
from scim.domain.resources import timestamp

Moment = Annotated[datetime, PlainSerializer(timestamp, when_used="json")]
"""A moment of UTC, RFC 3339 with milliseconds."""


class Contract(BaseModel):
    """A body or a part of one: unknown fields are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        from_attributes=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,  # it may be a secret, and errors are logged
    )

    @classmethod
    def of(cls, thing: object, **more: object) -> Self:
        """The contract with the values that a domain object has under the same names, and more."""
        names = [name for name in cls.model_fields if name not in more and hasattr(thing, name)]
        values = {name: getattr(thing, name) for name in names}
        return cls.model_validate({**values, **more}, by_name=True, by_alias=False)


def optional() -> Any:
    """The default of a field of an edit that may be absent, and not null: null would mean nothing."""
    return Field(default_factory=lambda: None)


class Parameters(Contract):
    """The parameters of a query. A field of a tuple type takes a parameter that is given several times."""


class Paging(Parameters):
    """Pages by cursor."""

    cursor: Annotated[str, Field(max_length=2048)] = ""
    """From `next` of the page before; none for the first page."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Items wanted at most. A page may have fewer and still not be the last: that one has no `next`."""


class PageOf[T](Contract):
    """A page of a list."""

    items: tuple[T, ...]
    next: str | None = None
    """The cursor of the next page; absent on the last one."""


Name = Annotated[str, Field(min_length=1, max_length=150, pattern=texts.NAME)]
"""A name for people: no control characters, and not blank."""
OrganizationId = Annotated[str, Field(min_length=1, max_length=64, pattern=texts.PLAIN)]
"""An organization's ID, or "All" for a global end user."""


class Tally(Contract):
    """How many there are, counted up to a bound."""

    number: int
    is_more: bool
    """Whether there may be more, because counting stopped there."""


class LockDetails(Contract):
    """Why something cannot be changed here: what an attempt would be refused with."""

    code: str
    text: str
