"""What the administration of accounts needs from the outside. See `scim.domain.ports`."""

from typing import Protocol

from scim.domain.users import User


class Accounts(Protocol):
    """The users of the whole tenant, whoever manages them."""

    async def get(self, account_id: str) -> User | None:
        """The user, or None; the users of providers that were deleted are native."""
        ...


class AdministratorGuard(Protocol):
    """The system administrators who can sign in natively: one active one of them always remains (AMB-11).

    Changes of users by the `Users` port keep the rule themselves; these are the changes that leave the user alone.
    """

    async def has_any(self) -> bool:
        """Whether there is one, active or not."""
        ...

    async def enrolled(self, user: User) -> None:
        """Note that a system administrator can sign in natively; noting it again changes nothing."""
        ...

    async def disenrolled(self, user: User) -> None:
        """Note that a system administrator cannot sign in natively, or is none any more.

        Raises:
            LastAdministrator: No active one would remain; nothing was written.
        """
        ...
