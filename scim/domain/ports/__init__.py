"""What the use cases need from the outside, as protocols. Each docstring is the specification; adapters add nothing.

Every method may raise `scim.errors.Unavailable` when its service cannot be reached: the outcome of a write is then
unknown to the caller, and repeating it is safe. Methods take the provider that calls: what another provider owns is
as if it did not exist.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.filtering.nodes import Node, to_text
from scim.domain.filtering.resolution import Resolved
from scim.domain.groups import Group, Member, MembershipChange
from scim.domain.organizations import Organization
from scim.domain.providers import Provider
from scim.domain.tokens import Token, TokenUse
from scim.domain.users import User


class VersionConflict(Exception):
    """The resource changed or vanished since it was read; nothing was written. Read again and decide again."""


class NameTaken(Exception):
    """Another resource holds the name; nothing was written.

    Args:
        holder: The provider that owns the holder.
        holder_id: The holder's id.
    """

    def __init__(self, holder: str, holder_id: str) -> None:
        super().__init__(holder, holder_id)
        self.holder = holder
        self.holder_id = holder_id


class IdUsed(Exception):
    """There is, or was, something with this id; nothing was written."""


class TooManyTokens(Exception):
    """The provider has as many live tokens as it may; nothing was written."""


class LastAdministrator(Exception):
    """The write would leave no active system administrator who can sign in natively; nothing was written."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page starts that is reached by a cursor.

    Attributes:
        after: The place behind which it starts, as in `Results.next`; "" for the first page.
        total: How many results there were when the first page was read; None when that was not counted.
    """

    after: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search over one resource type.

    Attributes:
        filter: What resources must match; None for all.
        sort_by: The attribute to sort by; None for the order of creation.
        descending: Whether the largest comes first.
        start_index: 1-based position of the first result wanted, when pages are reached by index.
        position: Where the page starts, when pages are reached by cursor; None otherwise.
        count: How many are wanted at most; 0 for the total alone.
    """

    filter: Node | None = None
    sort_by: Resolved | None = None
    descending: bool = False
    start_index: int = 1
    position: Position | None = None
    count: int = 100

    def text(self) -> str:
        """What is searched and in which order, whatever the page."""
        condition = to_text(self.filter) if self.filter else ""
        return f"{condition}|{self.sort_by.name if self.sort_by else ''}|{self.descending}"


@dataclass(frozen=True, slots=True)
class Results[R]:
    """A page of results.

    Attributes:
        total: How many results there are on all pages. None when pages are reached by cursor and counting would take
            more than a call.
        resources: Those on the page.
        places: By cursor: the place of each, for a page that ends before this one does.
        next: By cursor: the place behind which the next page starts; None on the last page. There may be a next page
            behind an empty one.
    """

    total: int | None
    resources: Sequence[R]
    places: Sequence[str] = ()
    next: str | None = None


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


class Jobs(Protocol):
    """Work that one transaction could not hold, and that a crash may have left unfinished."""

    async def run_due(self, now: datetime) -> int:
        """Finish every job that is due; returns how many were finished. Running it twice at once is harmless."""
        ...


class Expiring(Protocol):
    """Notes that are of no use after a while."""

    async def remove_expired(self, now: datetime) -> int:
        """Remove those that are; returns how many were. Running it twice at once is harmless."""
        ...


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


class Providers(Protocol):
    """The identity providers of the tenant."""

    async def get(self, provider_id: str) -> Provider | None:
        """The provider, or None."""
        ...

    async def create(self, provider: Provider) -> None:
        """Store a new provider."""
        ...

    async def all(self) -> Sequence[Provider]:
        """All of them, by id."""
        ...


class CursorKey(Protocol):
    """The key with which cursors are sealed, the same on every instance."""

    async def get(self) -> bytes:
        """32 random bytes, made when they are first asked for."""
        ...


class Tokens(Protocol):
    """Records of provisioning tokens; their digests are in the vault. Contract suite: `tests/contract/test_tokens.py`.

    Promises: a provider never has more than two tokens that are live or under way, whoever generates at once; a change
    is applied only to what was read. Lists leave out a record that cannot be read, and log it.
    """

    async def get(self, token_id: str) -> Token | None:
        """The record, or None."""
        ...

    async def of(self, provider_id: str) -> Sequence[Token]:
        """The provider's tokens, newest first, those that ended and those under way included."""
        ...

    async def unsettled(self) -> Sequence[Token]:
        """Those of all providers for which anything is left to be done: `Token.is_settled` is false."""
        ...

    async def create(self, token: Token) -> Token:
        """Store the record of a new token; returns it with its version.

        Raises:
            TooManyTokens: The provider has two that are live or under way.
            VersionConflict: Another one of this provider was generated at the same moment.
        """
        ...

    async def update(self, before: Token, after: Token) -> Token:
        """Replace `before` by `after`, which has the same id; returns it with its new version.

        Raises:
            VersionConflict: It is no longer at `before.version`.
        """
        ...

    async def record_use(self, token_id: str, use: TokenUse) -> None:
        """Note that the token was last used; a missing record is ignored."""
        ...


class TokenVault(Protocol):
    """Digests of provisioning tokens, in Key Vault. Contract suite: `tests/contract/test_token_vault.py`."""

    async def digest(self, token_id: str) -> str | None:
        """The hex SHA-256 digest of the token, or None when there is no enabled secret for it."""
        ...

    async def put(self, token_id: str, digest: str, expires: datetime, *, enabled: bool) -> None:
        """Write the digest, which says itself when it expires."""
        ...

    async def set_enabled(self, token_id: str, *, enabled: bool) -> None:
        """Switch the secret on or off; a missing one is ignored."""
        ...


class Activities(Protocol):
    """The log of accepted changes. A change of the directory brings its activity along in its own transaction."""

    async def record(self, activity: Activity) -> None:
        """Store the activity of a change that was made elsewhere; twice is once."""
        ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        ...


class Identifiers(Protocol):
    """Where ids come from."""

    def new(self) -> str:
        """A UUIDv7: unique, and in the order of creation."""
        ...
