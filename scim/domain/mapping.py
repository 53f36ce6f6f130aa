"""Group mapping: the roles that the members of a provider's group have (R079-R087)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from scim.domain.users import UserType

MAX_MAPPED_ROLES = 50
"""Roles of each type that a group can be mapped to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMapping:
    """The roles of one group. Members have those of their own type: one mapping serves groups of both.

    Attributes:
        provider: The provider that the group is from.
        group: The group's id.
        technician_roles: Ids, for members that are technicians.
        end_user_roles: Ids, for members that are end users.
        changed_by: Who saved it, by name; "" for a group that was never mapped.
        changed_at: When.
        version: Opaque; "" when nothing is stored.
    """

    provider: str
    group: str
    technician_roles: tuple[str, ...] = ()
    end_user_roles: tuple[str, ...] = ()
    changed_by: str = ""
    changed_at: datetime | None = None
    version: str = ""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of both types."""
        return (*self.technician_roles, *self.end_user_roles)

    def roles_for(self, user_type: UserType) -> tuple[str, ...]:
        """The roles of members of a type."""
        return self.technician_roles if user_type is UserType.TECHNICIAN else self.end_user_roles

    def without(self, roles: Collection[str]) -> "GroupMapping":
        """The same without some roles."""
        return replace(
            self,
            technician_roles=tuple(role for role in self.technician_roles if role not in roles),
            end_user_roles=tuple(role for role in self.end_user_roles if role not in roles),
        )
