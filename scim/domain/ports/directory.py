"""Users and groups, as provisioning works with them. See `scim.domain.ports`."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.groups import Group, Member, MembershipChange
from scim.domain.ports.searching import Query, Results
from scim.domain.providers import Provider
from scim.domain.users import User


class Users(Protocol):
    """The users of the directory. Contract suite: `tests/contract/test_users.py`.

    Promises: a write is applied whole or not at all, together with its activity; userName is unique in the whole
    tenant without regard to case (`comparison_key`); what a write has returned, every later read sees.
    """

    async def get(self, provider_id: str, user_id: str) -> User | None:
        """The user, or None."""
        ...

    async def find_by_name(self, user_name: str, among: Collection[str]) -> User | None:
        """The user of that name, in any letter case, if one of these providers owns it."""
        ...

    async def search(self, provider: Provider, query: Query) -> Results[User]:
        """The provider's users that match, exactly; paging through them loses none that exists throughout.

        By cursor, each that exists throughout is found exactly once, and a search that no index answers reads on from
        page to page, however large the directory is; such a page may be short, or empty, and not be the last.

        Raises:
            TooMany: The filter (by index) or the sorting would read more rows than one request may.
            InvalidFilter: The filter compares what cannot be searched.
        """
        ...

    async def create(self, user: User, activity: Activity) -> User:
        """Store a new user; returns it with its version.

        Raises:
            NameTaken: The userName is held, whatever provider owns the holder.
        """
        ...

    async def update(self, before: User, after: User, activity: Activity) -> User:
        """Replace `before` by `after`, which has the same id; a different provider means adoption.

        Raises:
            VersionConflict: It is no longer at `before.version`.
            NameTaken: The new userName is held.
            LastAdministrator: See there.
        """
        ...

    async def delete(self, user: User, groups: Sequence[str], activity: Activity) -> None:
        """Remove the user with its memberships and free its name; a tombstone remains.

        Args:
            user: As read.
            groups: The groups that it is a member of, as read.
            activity: The record of the deletion.

        Raises:
            VersionConflict: It is no longer at `user.version`, or its groups have changed.
            LastAdministrator: See there.
        """
        ...

    async def groups_of(self, user_id: str) -> Sequence[str]:
        """The ids of the groups that the user is a direct member of."""
        ...

    async def ask_for_adoption(self, provider: Provider, user_id: str, asked_at: datetime) -> None:
        """Put a native account in the provider's adoption queue; asking again changes nothing but the time.

        What an administrator rejected stays rejected.
        """
        ...


class Groups(Protocol):
    """The groups of the directory, and their members. Contract suite: `tests/contract/test_groups.py`.

    Promises: as `Users`; displayName is unique within a provider without regard to case; changes of members without
    an expected version never conflict with each other; a change of one member costs the same in a group of any size;
    a change too large for one transaction is visible in part for a moment and is always completed.
    """

    async def get(self, provider_id: str, group_id: str) -> Group | None:
        """The group, or None."""
        ...

    async def members(self, group_id: str, limit: int | None = None) -> Sequence[Member]:
        """The direct members in the order of their ids, at most `limit`."""
        ...

    async def existing_members(self, provider_id: str, ids: Iterable[str]) -> dict[str, Member]:
        """Those of the ids that are users or groups of the provider."""
        ...

    async def search(self, provider: Provider, query: Query) -> Results[Group]:
        """The provider's groups that match; see `Users.search`."""
        ...

    async def create(self, group: Group, members: Sequence[Member], activity: Activity) -> Group:
        """Store a new group with its members.

        Raises:
            NameTaken: The provider has a group of that displayName.
        """
        ...

    async def update(self, before: Group, after: Group, members: MembershipChange, activity: Activity) -> Group:
        """Replace the document of `before`, and change members.

        Raises:
            VersionConflict: It is no longer at `before.version`.
            NameTaken: The new displayName is held.
        """
        ...

    async def change_members(
        self,
        provider_id: str,
        group_id: str,
        members: MembershipChange,
        activity: Activity,
        *,
        expected_version: str | None = None,
    ) -> str | None:
        """Change members without reading the group.

        Returns:
            The group's new version; None when every member was as wanted, and nothing was written.

        Raises:
            VersionConflict: There is no such group, or it is not at `expected_version`.
        """
        ...

    async def delete(self, group: Group, activity: Activity) -> None:
        """Remove the group and its memberships; its members stay.

        Raises:
            VersionConflict: It is no longer at `group.version`.
        """
        ...
