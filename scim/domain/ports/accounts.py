"""What the administration of accounts needs from the outside. See `scim.domain.ports`."""

from typing import Protocol

from scim.domain.users import User


class Accounts(Protocol):
    """The users of the whole tenant, whoever manages them."""

    async def get(self, account_id: str) -> User | None:
        """The user, or None; the users of providers that were deleted are native."""
        ...
