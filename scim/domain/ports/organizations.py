"""Organizations. See `scim.domain.ports`."""

from collections.abc import Sequence
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.organizations import Organization


class Organizations(Protocol):
    """The organizations of the tenant.

    Promises: a write is applied whole or not at all, together with its activity; names are unique without regard to
    case; the id of an organization that was deleted is never given out again, since an identity provider may still
    send it.
    """

    async def exists(self, organization_id: str) -> bool:
        """Whether end users may be put there. A new organization is seen at once, a deleted one after 30 s at most."""
        ...

    async def get(self, organization_id: str) -> Organization | None:
        """The organization, also while it is being deleted; None when there is none."""
        ...

    async def create(self, organization: Organization, activity: Activity | None = None) -> None:
        """Store a new organization.

        Raises:
            NameTaken: Its name is held.
            IdUsed: There is, or was, one with its id.
        """
        ...

    async def update(self, before: Organization, after: Organization, activity: Activity) -> Organization:
        """Replace `before` by `after`, which has the same id; returns it with its new version.

        Raises:
            VersionConflict: It is no longer at `before.version`.
            NameTaken: The new name is held.
        """
        ...

    async def delete(self, organization: Organization, activity: Activity) -> None:
        """Remove it and free its name, but not its id.

        Raises:
            VersionConflict: It is no longer at `organization.version`.
        """
        ...

    async def all(self) -> Sequence[Organization]:
        """All of them, by id."""
        ...

    async def deleting(self) -> Sequence[Organization]:
        """Those whose deletion has begun."""
        ...

    async def page(self, name_prefix: str, position: str, limit: int) -> tuple[Sequence[Organization], str | None]:
        """At most `limit` of those whose name starts so in any letter case, by name, without their versions.

        Args:
            name_prefix: "" for all.
            position: From the page before; "" for the first page.
            limit: How many are wanted at most.

        Returns:
            The organizations, and the position of the next page; None on the last one.
        """
        ...

    async def ids(self) -> frozenset[str]:
        """The ids of all that there are, and of all that there were."""
        ...

    async def end_users(self, organization_id: str, limit: int) -> tuple[int, bool]:
        """How many end users belong there, counted up to `limit`, and whether there may be more."""
        ...
