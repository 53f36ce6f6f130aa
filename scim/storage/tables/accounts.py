"""The `Accounts` port over the directory table."""

import asyncio

from scim.domain.ports import Providers, Users
from scim.domain.providers import NATIVE
from scim.domain.users import User


class TableAccounts:
    """See `scim.domain.ports.accounts.Accounts`."""

    def __init__(self, users: Users, providers: Providers) -> None:
        self._users = users
        self._providers = providers

    async def get(self, account_id: str) -> User | None:
        """One call for the providers, and one for each of them and for native accounts, at once."""
        owners = [NATIVE, *(provider.id for provider in await self._providers.all())]
        found = await asyncio.gather(*(self._users.get(owner, account_id) for owner in owners))
        return next((user for user in found if user is not None), None)
