"""The time zones that people choose from."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

_AREAS = frozenset({"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})


@cache
def time_zones() -> Sequence[str]:
    """Names of the IANA database that name a place, and UTC: no abbreviations, which mean several things."""
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS))
