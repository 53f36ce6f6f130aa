"""Group Mapping."""

from typing import Annotated

from pydantic import Field

from scim.admin.mapping import MappedGroup
from scim.contracts.base import Contract, Moment, PageOf, Parameters, Tally
from scim.contracts.roles import ChangePreview, RoleId, RoleName
from scim.domain.mapping import MAX_MAPPED_ROLES

_Roles = Annotated[tuple[RoleId, ...], Field(max_length=MAX_MAPPED_ROLES)]


class WantedMapping(Contract):
    """The roles that the members of a group are to have: all of them, not only the new ones."""

    technician_roles: _Roles = ()
    """Ids of technician roles, for members that are technicians."""
    end_user_roles: _Roles = ()
    """Ids of end user roles, for members that are end users."""


class MappingOptions(Parameters):
    """How to save a mapping."""

    preview: bool = False
    """Only tell what it would change."""


class GroupDetails(Contract):
    """An identity group with its user roles."""

    id: str
    name: str
    """Its `displayName`."""
    members: Tally
    """Direct members; groups among them have no roles to pass on."""
    technicians: int | None = None
    """How many of the members are; absent where the groups on a page have more than 500 members in all, where a group
    alone has a thousand, and in the reply to a change."""
    end_users: int | None = None
    """As `technicians`."""
    technician_roles: tuple[RoleName, ...]
    end_user_roles: tuple[RoleName, ...]
    changed_by: str | None = None
    """Who saved the mapping; absent for a group that was never mapped."""
    changed_at: Moment | None = None
    preview: ChangePreview | None = None
    """What a mapping that is not saved would change; only where it was asked for."""

    @classmethod
    def of_group(cls, mapped: MappedGroup, preview: ChangePreview | None = None) -> "GroupDetails":
        """As the use cases tell it."""
        return cls.of(
            mapped,
            id=mapped.group.id,
            name=mapped.group.display_name,
            members=mapped.members.count,
            technicians=mapped.members.technicians,
            end_users=mapped.members.end_users,
            changed_by=mapped.mapping.changed_by or None,
            changed_at=mapped.mapping.changed_at,
            preview=preview,
        )


class Groups(PageOf[GroupDetails]):
    """The groups that a provider sent."""
