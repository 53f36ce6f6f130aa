"""Accounts as the console sees them: whoever manages them, in one list, with what an administrator may ask of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from scim.domain.providers import NATIVE, Provider
from scim.domain.users import User, UserType, display_name, spelled_out
from scim.schema.attributes import Document
from scim.schema.comparison import comparison_key

RETENTION = timedelta(days=30)
"""How long a deleted account can be restored (AMB-1)."""
MAX_NAME_WORDS = 6
"""Words of a person's names by which the account is found."""
NATIVE_POLICIES = Provider(id=NATIVE, name="Native")
"""What stands in a provider's place when a native account is judged: its policies are the strict ones."""

_SEPARATORS = re.compile(r"[^\w]+|_+")


class AccountType(StrEnum):
    """What the list can be narrowed to; system administrators are technicians, too."""

    TECHNICIAN = "technician"
    END_USER = "endUser"
    ADMINISTRATOR = "administrator"


class AccountState(StrEnum):
    """Whether an account may sign in, or is gone (R018, R019, AMB-1)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class Management(StrEnum):
    """Who manages an account."""

    SCIM = "scim"
    NATIVE = "native"


LISTED_STATES = frozenset({AccountState.ACTIVE, AccountState.INACTIVE})
"""What the list shows unless it is asked for something else: inactive people stay in it (R019)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """An account in the list.

    Attributes:
        id: See `User`.
        provider: The id of the provider that manages it, or `NATIVE`.
        user_name: The userName as it was sent.
        name: What the person is called.
        contact: The address for mail.
        user_type, organization, active: See `Standing`.
        administrator: Whether a system administrator.
        deleted_at: When it was deleted; None for accounts that are there.
    """

    id: str
    provider: str
    user_name: str
    name: str
    contact: str | None
    user_type: UserType
    organization: str | None
    active: bool
    administrator: bool
    deleted_at: datetime | None = None

    @property
    def state(self) -> AccountState:
        """See `AccountState`."""
        if self.deleted_at is not None:
            return AccountState.DELETED
        return AccountState.ACTIVE if self.active else AccountState.INACTIVE


def summary_of(user: User, deleted_at: datetime | None = None) -> AccountSummary:
    """A user as the list shows it."""
    return AccountSummary(
        id=user.id,
        provider=user.provider,
        user_name=user.user_name,
        name=display_name(user),
        contact=user.standing.contact,
        user_type=user.standing.user_type,
        organization=user.standing.organization,
        active=user.standing.active,
        administrator=user.administrator,
        deleted_at=deleted_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which accounts are asked for; what is not given does not matter (R129).

    Attributes:
        managed_by: See there.
        provider: The id of the provider that manages them.
        type: See there.
        states: Active, inactive or both; or deleted alone.
        organization: Its id.
        search: The beginning of a userName, a whole e-mail address, or beginnings of words of the person's names.
        deleted_after: Deleted accounts that were deleted earlier cannot be restored any more, and are not shown.
    """

    managed_by: Management | None = None
    provider: str | None = None
    type: AccountType | None = None
    states: frozenset[AccountState] = LISTED_STATES
    organization: str | None = None
    search: str = ""
    deleted_after: datetime | None = None

    def admits(self, account: AccountSummary) -> bool:
        """Whether an account is asked for, whoever manages it and whatever is searched."""
        return (
            account.state in self.states
            and self.organization in {None, account.organization}
            and _is_of(self.type, account)
            and (account.deleted_at is None or self.deleted_after is None or account.deleted_at > self.deleted_after)
        )


def _is_of(kind: AccountType | None, account: AccountSummary) -> bool:
    if kind is AccountType.ADMINISTRATOR:
        return account.administrator
    return kind is None or account.user_type.value == kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """A page of the list.

    Attributes:
        accounts: By userName; deleted ones by their ids.
        next: The place behind which the next page starts; None on the last one. A page may be short, or empty, and not
            be the last.
        is_cut: Whether more may match a search than it looked at.
    """

    accounts: Sequence[AccountSummary]
    next: str | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A deleted account.

    Attributes:
        user: As it was, with the version of the tombstone.
        deleted_at: When it was deleted.
    """

    user: User
    deleted_at: datetime

    def is_restorable(self, now: datetime) -> bool:
        """Whether its time is not over."""
        return now < self.deleted_at + RETENTION

    def restored(self, owner: str, now: datetime) -> User:
        """The account that comes back, of the kind and in the organization that it had.

        A system administrator comes back without that (R017: given by hand).
        """
        user = spelled_out(self.user) if owner == NATIVE else self.user
        return replace(user, provider=owner, modified=now, version="", administrator=False, standing_since=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionRequest:
    """A native account that a provider would manage, if an administrator lets it (AMB-22).

    Attributes:
        provider: Its id.
        account_id: The account.
        asked_at: When the provider last tried.
        rejected_at: When an administrator said no; None while nobody decided.
    """

    provider: str
    account_id: str
    asked_at: datetime
    rejected_at: datetime | None = None


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in comparison form, each once."""
    return tuple(dict.fromkeys(word for word in _SEPARATORS.split(comparison_key(text)) if word))


def name_words(document: Document) -> tuple[str, ...]:
    """The words by which a person is found: the first `MAX_NAME_WORDS` of all names."""
    name = document.get("name", {})
    names = (name.get("familyName"), name.get("givenName"), document.get("displayName"), name.get("formatted"))
    return tuple(islice(words_of(" ".join(filter(None, names))), MAX_NAME_WORDS))


def is_searched(user: User, search: str) -> bool:
    """Whether a search means somebody: by userName, by an address, or by beginnings of words of the names."""
    document = user.document()
    addresses = {comparison_key(email.get("value", "")) for email in document.get("emails", ())}
    return (
        is_named(user.user_name, search)
        or comparison_key(search) in addresses
        or _all_begin(words_of(search), name_words(document))
    )


def is_named(user_name: str, search: str) -> bool:
    """Whether a userName begins as the search does."""
    return comparison_key(user_name).startswith(comparison_key(search))


def _all_begin(beginnings: Sequence[str], words: Sequence[str]) -> bool:
    return bool(beginnings) and all(any(word.startswith(beginning) for word in words) for beginning in beginnings)
