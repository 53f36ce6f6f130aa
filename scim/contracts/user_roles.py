"""The roles of one account."""

from typing import Annotated, Literal

from pydantic import Field

from scim.admin.user_roles import ROLE_FROM_GROUP, HeldRole, Origin
from scim.contracts.base import Contract, LockDetails, Moment
from scim.contracts.roles import RoleId, RoleName

_Ids = Annotated[tuple[RoleId, ...], Field(max_length=50)]


class WantedRoles(Contract):
    """Native roles to give and to take."""

    add: _Ids = ()
    remove: _Ids = ()


class GroupName(Contract):
    """A group, as others name it."""

    id: str
    name: str


class RoleSource(Contract):
    """Where a role comes from."""

    source: Literal["Native", "SCIM"]
    by: str
    """Who gave the role, or saved the mapping."""
    at: Moment | None = None
    """When."""
    group: GroupName | None = None
    """The group that is mapped to the role, if it comes from one."""
    provider: str | None = None
    """The name of the group's identity provider."""
    remains: bool
    """Whether the role would stay in force without this source."""
    lost: tuple[RoleName, ...]
    """The roles that would stop without it: without the assignment, or without the membership."""
    lock: LockDetails | None = None
    """Why it cannot be taken away here; absent where it can."""

    @classmethod
    def of_origin(cls, origin: Origin) -> "RoleSource":
        """As the use cases tell it."""
        group, mapping, native = origin.group, origin.mapping, origin.native
        return cls.of(
            origin,
            source="Native" if native else "SCIM",
            by=native.added_by if native else mapping.changed_by if mapping else "",
            at=native.added_at if native else mapping.changed_at if mapping else None,
            group=GroupName(id=group.id, name=group.display_name) if group else None,
            provider=origin.provider or None,
            lock=LockDetails(code=ROLE_FROM_GROUP, text=origin.lock) if origin.lock else None,
        )


class AccountRole(Contract):
    """A role of an account, with everything that it comes from."""

    role: RoleName
    is_in_force: bool
    """Whether it counts now: not while the account is inactive, nor after it became the other type of user."""
    sources: tuple[RoleSource, ...]

    @classmethod
    def of_held(cls, held: HeldRole) -> "AccountRole":
        """As the use cases tell it."""
        return cls.of(held, sources=[RoleSource.of_origin(origin) for origin in held.origins])


class AccountRoles(Contract):
    """The roles of an account, by name."""

    items: tuple[AccountRole, ...]
