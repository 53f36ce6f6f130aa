"""Organizations, which end users belong to."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from scim.domain.users import ALL_ORGANIZATIONS
from scim.schema.comparison import comparison_key

DELETION_WAIT = timedelta(minutes=2)
"""From the mark to the deletion: longer than an organization or a provider is believed from memory (30 s), and a
request that still believes it may last (25 s)."""

_ID = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,64}")


class OrganizationState(StrEnum):
    """Whether end users may be put there."""

    ACTIVE = "active"
    DELETING = "deleting"
    """Nobody can be put there any more, and it waits for those who still believe that it is active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization.

    Attributes:
        id: What SCIM clients send as `organizationId`; never "All", and never given out a second time.
        name: Unique without regard to case.
        state: See there.
        deleting_since: When its deletion began.
        version: Opaque; "" before it is stored.
    """

    id: str
    name: str
    state: OrganizationState = OrganizationState.ACTIVE
    deleting_since: datetime | None = None
    version: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether the wait before its deletion is over."""
        return self.deleting_since is not None and now - self.deleting_since >= DELETION_WAIT


def is_organization_id(text: str) -> bool:
    """Whether an organization may have this id: it is short, safe everywhere, and not "All" in any case (R065)."""
    return _ID.fullmatch(text) is not None and comparison_key(text) != comparison_key(ALL_ORGANIZATIONS)


_SHORT = 9
"""Digits of numbers that are counted on from: one longer, which somebody chose, does not make all that follow long."""


def next_number(ids: Collection[str]) -> str:
    """The id of a new organization: the number after the highest that there ever was."""
    numbers = (int(id_) for id_ in ids if id_.isascii() and id_.isdecimal() and len(id_) <= _SHORT)
    return next(id_ for id_ in map(str, count(max(numbers, default=0) + 1)) if id_ not in ids)
