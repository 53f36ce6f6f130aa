"""Roles, and what changes of them would do."""

from typing import Annotated

from pydantic import Field

from scim.admin.impacts import Preview
from scim.admin.roles import RoleUse
from scim.contracts import texts
from scim.contracts.base import Contract, Moment, Name, PageOf, Paging, Parameters, Tally, optional
from scim.domain.authority import Permission
from scim.domain.roles import RoleTemplate
from scim.domain.users import UserType

Description = Annotated[str, Field(max_length=1000, pattern=texts.PLAIN_OR_NONE)]
RoleId = Annotated[str, Field(min_length=1, max_length=64)]


class NewRole(Contract):
    """A new role."""

    name: Name
    type: UserType
    """Whose role it is; it stays so."""
    description: Description = ""
    template: RoleTemplate = RoleTemplate.BLANK
    """What it grants to begin with; roles of end users are `blank`."""


class RoleEdit(Contract):
    """What is to change; what is left out stays."""

    name: Name = optional()
    description: Description = optional()
    permissions: Annotated[tuple[Permission, ...], Field(max_length=100)] = optional()


class RoleName(Contract):
    """A role, as others name it."""

    id: str
    name: str


class RoleDetails(RoleName):
    """A role."""

    type: UserType
    description: str
    permissions: tuple[Permission, ...]
    created_at: Moment
    created_by: str
    native_holders: Tally | None = None
    """Accounts that have it natively, deleted ones included that can be restored; absent in replies to changes."""
    mapped_groups: int | None = None
    """Groups that are mapped to it; absent in replies to changes."""

    @classmethod
    def in_use(cls, use: RoleUse) -> "RoleDetails":
        """With how much it is used."""
        return cls.of(
            use.role,
            type=use.role.user_type,
            permissions=sorted(use.role.permissions),
            native_holders=use.native,
            mapped_groups=use.mapped_groups,
        )


class Roles(PageOf[RoleDetails]):
    """Roles, by name."""


class RoleSearch(Paging):
    """Which roles."""

    type: UserType | None = None


class RoleDeletion(Parameters):
    """How a role is deleted."""

    force: bool = False
    """Whether it is taken from all groups and accounts that have it."""


class RoleImpact(Contract):
    """How many people gain a role, lose it, or have it before and afterwards."""

    role: RoleName
    gain: int
    lose: int
    keep: int


class PersonImpact(Contract):
    """What one person gains and loses: ids of roles."""

    account_id: str
    name: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]


class ChangePreview(Contract):
    """What a change would do, worked out by what will apply it."""

    roles: tuple[RoleImpact, ...]
    affected: int
    """How many people gain or lose a role."""
    people: tuple[PersonImpact, ...]
    """The first hundred of them."""
    inactive: int
    """Inactive people whose roles it changes once they are active again; they are in no other number."""
    technicians: int
    """How many technicians were looked at: all in the group, or all who have the role."""
    end_users: int
    """The same of end users."""

    @classmethod
    def of_change(cls, preview: Preview) -> "ChangePreview":
        """As the use cases tell it."""
        people = [PersonImpact.of(person, name=name) for name, person in preview.people]
        return cls.of(preview, people=people)
