"""Several accounts at once: those that SCIM manages are left out, and one that is refused stops none of the others."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scim.admin import account_edits, accounts
from scim.admin.context import Context
from scim.admin.problems import Denied, Missing, Problem
from scim.domain.authority import Action
from scim.domain.locks import deletion_lock
from scim.domain.users import User
from scim.sentences import Sentence

_ONE_BY_ONE = Sentence("A system administrator takes a code: use the account's own page.")
_AT_ONCE = 8
"""Accounts that are changed at the same time: as many as the storage of one partition takes without haste."""


class BulkAction(StrEnum):
    """What can be done to several accounts."""

    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Accounts that were selected.

    Attributes:
        able: Those that can be changed here.
        locked: How many SCIM manages.
        gone: How many are not there any more.
    """

    able: Sequence[User]
    locked: int
    gone: int

    @property
    def total(self) -> int:
        """How many were selected."""
        return len(self.able) + self.locked + self.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of them.

    Attributes:
        selection: See there.
        done: How many were changed.
        refused: Those that were not, with the reasons.
    """

    selection: Selection
    done: int
    refused: Sequence[tuple[User, Problem]]


async def selection(context: Context, ids: Collection[str]) -> Selection:
    """What can be done with accounts. One storage call, and two for each account, eight accounts at a time.

    Raises:
        Denied: Not an administrator.
    """
    context.require(Action.MANAGE_ACCOUNTS)
    providers = await accounts.providers_by_id(context)

    async def found(account_id: str) -> User | None:
        try:
            return await accounts.get(context, account_id)
        except Missing:
            return None

    users = await _each(dict.fromkeys(ids), found)
    there = [user for user in users if user is not None]
    able = [user for user in there if deletion_lock(providers.get(user.provider)) is None]
    return Selection(able=able, locked=len(there) - len(able), gone=len(users) - len(there))


async def run(context: Context, action: BulkAction, ids: Collection[str]) -> BulkResult:
    """Do it to all that can be changed here.

    Raises:
        Denied: Not an administrator, not recently signed in.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    chosen = await selection(context, ids)

    async def attempt(user: User) -> Problem | None:
        if user.administrator:
            return Denied(_ONE_BY_ONE, "mfa_required")
        try:
            await _RUN[action](context, user.id)
        except Problem as problem:
            return problem
        return None

    problems = await _each(chosen.able, attempt)
    refused = [(user, problem) for user, problem in zip(chosen.able, problems, strict=True) if problem]
    return BulkResult(selection=chosen, done=len(chosen.able) - len(refused), refused=refused)


async def _deactivate(context: Context, account_id: str) -> None:
    await account_edits.set_active(context, account_id, None, active=False)


async def _delete(context: Context, account_id: str) -> None:
    await account_edits.delete(context, account_id, None)


_RUN: Mapping[BulkAction, Callable[[Context, str], Awaitable[None]]] = {
    BulkAction.DEACTIVATE: _deactivate,
    BulkAction.DELETE: _delete,
}


async def _each[T, R](things: Collection[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
    """The work done for each, some at a time, in their order."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: T) -> R:
        async with gate:
            return await work(thing)

    return await asyncio.gather(*map(one, things))
