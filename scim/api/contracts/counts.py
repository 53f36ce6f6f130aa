"""Numbers of things."""

from scim.api.contracts.base import Contract


class Tally(Contract):
    """How many there are, counted up to a bound."""

    number: int
    is_more: bool
    """Whether there may be more, because counting stopped there."""
