"""What roles and group mapping need from the outside. See `scim.domain.ports`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.mapping import GroupMapping
from scim.domain.people import AuthenticationType
from scim.domain.roles import Role
from scim.domain.users import UserType


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn:
    """How the active users of a provider sign in once single sign-on is enabled for it (AMB-30).

    Attributes:
        sso: The ids of those who sign in at the provider, sorted.
        native: The ids of those who were set to sign in natively, sorted.
        able: The ids of those who could sign in natively today, with a password and an authenticator app.
        administrators: The ids of the system administrators.
        is_more: Whether there may be more, because no more were looked at.
    """

    sso: tuple[str, ...]
    native: tuple[str, ...]
    able: frozenset[str]
    administrators: frozenset[str]
    is_more: bool

    @property
    def dependent(self) -> tuple[str, ...]:
        """The ids of those whose only way in is single sign-on, sorted."""
        return tuple(id_ for id_ in self.sso if id_ not in self.able)


@dataclass(frozen=True, slots=True)
class DeletedRole:
    """A role that is gone, and may still be named by mappings and profiles, where it does not count."""

    id: str
    deleted_at: datetime


class Roles(Protocol):
    """The roles of the tenant. A role is never found again once it is deleted, and its id is never used again.

    Promises: a write is applied whole or not at all, together with its activity.
    """

    async def get(self, role_id: str) -> Role | None:
        """The role, or None."""
        ...

    async def all(self) -> Sequence[Role]:
        """All of them, by id."""
        ...

    async def create(self, role: Role, activity: Activity | None = None) -> Role:
        """Store a new role; returns it with its version.

        Raises:
            NameTaken: A role of its type has its name.
        """
        ...

    async def update(self, before: Role, after: Role, activity: Activity) -> Role:
        """Replace `before` by `after`, which has the same id and type; returns it with its new version.

        Raises:
            VersionConflict: It is no longer at `before.version`.
            NameTaken: A role of its type has the new name.
        """
        ...

    async def delete(self, role: Role, activity: Activity) -> None:
        """Remove the role and free its name; its id is kept among the deleted ones, with the time of the activity.

        Raises:
            VersionConflict: It is no longer at `role.version`.
        """
        ...

    async def deleted(self) -> Sequence[DeletedRole]:
        """Those that may still be named somewhere."""
        ...

    async def forget(self, role_id: str) -> None:
        """Note that a deleted role is named nowhere any more."""
        ...


class GroupMappings(Protocol):
    """The roles of groups. A mapping of a group that is gone may be found, and means nothing.

    Promises: a write is applied whole or not at all, together with its activity.
    """

    async def get(self, provider_id: str, group_id: str) -> GroupMapping:
        """The group's mapping; one without roles when nothing is stored."""
        ...

    async def of(self, provider_id: str) -> Sequence[GroupMapping]:
        """The mappings of a provider's groups, by the groups' ids."""
        ...

    async def all(self) -> Sequence[GroupMapping]:
        """The mappings of all providers' groups."""
        ...

    async def save(self, mapping: GroupMapping, activity: Activity | None = None) -> GroupMapping:
        """Store it, if what is stored is at `mapping.version`; returns it with its new version.

        Raises:
            VersionConflict: It is not.
        """
        ...

    async def remove(self, mapping: GroupMapping) -> None:
        """Remove it.

        Raises:
            VersionConflict: It is no longer at `mapping.version`.
        """
        ...


class Census(Protocol):
    """Facts about many accounts at once, read in bulk."""

    async def holders(self, role_id: str, limit: int) -> tuple[Sequence[str], bool]:
        """The ids of at most `limit` accounts that have a role natively, sorted, and whether there may be more."""
        ...

    async def standings(self, owners: Sequence[str], ids: Collection[str]) -> Mapping[str, tuple[UserType, bool]]:
        """Type and activity of the accounts among the ids that one of these providers owns."""
        ...

    async def set_to(self, owner: str, how: AuthenticationType) -> Mapping[str, str | None]:
        """The accounts of an owner whose authentication type an administrator has set to this one.

        Returns:
            Their addresses for mail by id; None for who has none.
        """
        ...

    async def ways_in(self, provider_id: str, limit: int) -> WaysIn:
        """How the active users of a provider sign in, of the first `limit` of its users."""
        ...
