"""What the administration of accounts needs from the outside. See `scim.domain.ports`."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from scim.domain.accounts import AccountFilter, AccountPage, AdoptionRequest, Tombstone
from scim.domain.activities import Activity
from scim.domain.people import Profile
from scim.domain.users import User


class Accounts(Protocol):
    """The users of the whole tenant, whoever manages them."""

    async def get(self, account_id: str) -> User | None:
        """The user, or None. A user of a deleted provider becomes native then, if it is not yet.

        Somebody who changes hands in this moment is found all the same.
        """
        ...

    async def page(self, wanted: AccountFilter, after: str, limit: int) -> AccountPage:
        """At most `limit` of the accounts that are asked for, by userName (R129).

        The users of deleted providers are native ones.
        Paging through them loses none that exists throughout, under the same name, and shows none twice, while others
        come and go, and while providers adopt accounts. (One that a provider lets go of in the very moment of a page
        may miss it.)

        Args:
            wanted: Which.
            after: `next` of the page before; "" for the first page.
            limit: How many at most, up to 1,000.
        """
        ...

    async def tombstone(self, account_id: str) -> Tombstone | None:
        """The deleted account, however long ago that was, as long as there is something left of it; or None."""
        ...

    async def restore(self, tombstone: Tombstone, restored: User, activity: Activity) -> User:
        """Bring a deleted account back, in no group (AMB-1).

        Raises:
            VersionConflict: Its deletion is not done with yet: it was in so many groups. Or somebody else restored it.
            NameTaken: Its userName is held.
        """
        ...

    async def edit(self, before: User, after: User, profile: Profile, activity: Activity) -> tuple[User, Profile]:
        """Change a user, its profile, or both: all of it or nothing.

        Args:
            before: As read.
            after: As it is to be; `before` itself leaves the user, and its version, as they are.
            profile: As it is to be, at the version that was read and with the roles that were read.
            activity: The record of the change.

        Returns:
            Both, with their new versions.

        Raises:
            VersionConflict: One of them is no longer as it was read.
            NameTaken: The new userName is held.
            LastAdministrator: See there.
        """
        ...

    async def release(self, before: User, after: User, activity: Activity, *, is_quiet: bool = False) -> User:
        """Replace an account that a provider manages by the native one that it becomes: same id, none of its groups.

        Args:
            before: As read.
            after: The native one.
            activity: The record of it.
            is_quiet: Whether the provider has stopped to provision, so that nobody can put the account into a group
                meanwhile, and none has to look for that later.

        Raises:
            VersionConflict: It is no longer at `before.version`, or its groups have changed.
        """
        ...

    async def adoption_requests(self, provider_id: str) -> Sequence[AdoptionRequest]:
        """The provider's adoption queue; there may be requests in it that somebody settled otherwise."""
        ...

    async def settle_adoption(self, provider_id: str, account_id: str) -> bool:
        """Take a request out of the queue; returns whether it was there."""
        ...

    async def reject_adoption(self, provider_id: str, account_id: str, rejected_at: datetime) -> bool:
        """Note that an administrator said no; asking again does not change that.

        Returns whether there was a request.
        """
        ...

    async def deleted_before(self, moment: datetime, limit: int) -> Sequence[str]:
        """The ids of at most `limit` of the accounts that were deleted before that moment."""
        ...

    async def purge(self, account_id: str) -> bool:
        """Remove what the directory still has of a deleted account: its tombstone, its profile, its places in queues.

        Returns whether there was a tombstone; an account that is there is never touched.
        """
        ...


class AdministratorGuard(Protocol):
    """The system administrators who can sign in natively: one active one of them always remains (AMB-11).

    Changes of users by the `Users` port keep the rule themselves; these are the changes that leave the user alone.
    """

    async def has_any(self) -> bool:
        """Whether there is one, active or not."""
        ...

    async def has_active(self) -> bool:
        """Whether there is an active one."""
        ...

    async def is_last(self, user: User) -> bool:
        """Whether it is the only active one. To say so before more is asked; changes look again for themselves."""
        ...

    async def enrolled(self, user: User, is_able: Callable[[], Awaitable[bool]]) -> None:
        """Note that a system administrator can sign in natively; noting it again changes nothing.

        Args:
            user: The administrator.
            is_able: Looks whether it is so; what it finds counts unless it is taken away in the same moment.
        """
        ...

    async def disenrolling(self, user: User) -> None:
        """Note that what somebody signs in with is about to be taken away: from here on it does not count.

        Raises:
            LastAdministrator: No active one would remain; nothing was written.
        """
        ...

    async def disenrolled(self, user: User) -> None:
        """Note that it is taken away: the person counts again once it is set up anew."""
        ...
