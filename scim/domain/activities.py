"""Activities: the record that every accepted change leaves, in the same transaction as the change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from scim.domain.details import NATIVE_MANAGER, NO_DETAIL, NONE, change
from scim.domain.providers import NATIVE
from scim.domain.users import User, UserType
from scim.sentences import Code, Sentence


class Status(StrEnum):
    """The labels that administrators filter by: the fifteen of R107-R121, then those that are ours (`FAMILIES`)."""

    END_USER_CREATED = "End User Created"
    END_USER_UPDATED = "End User Updated"
    END_USER_DISABLED = "End User Disabled"
    TECHNICIAN_CREATED = "Technician Created"
    TECHNICIAN_DELETED = "Technician Deleted"
    TECHNICIAN_UPDATED = "Technician Updated"
    TOKEN_CREATED = "Token Created"  # noqa: S105
    TOKEN_REMOVED = "Token Removed"  # noqa: S105
    USER_GROUP_CREATED = "User group Created"
    USER_GROUP_DELETED = "User group Deleted"
    USER_GROUP_UPDATED = "User group Updated"
    SSO_CREATED = "Created"
    SSO_DELETED = "Deleted"
    SSO_DISABLED = "Disabled"
    SSO_ENABLED = "Enabled"

    SSO_UPDATED = "SSO Updated"
    SCIM_ENABLED = "SCIM Enabled"
    SCIM_DISABLED = "SCIM Disabled"
    TOKEN_EXPIRING = "Token Expiring"  # noqa: S105
    ACCOUNT_CREATED = "Account Created"
    ACCOUNT_UPDATED = "Account Updated"
    ACCOUNT_DEACTIVATED = "Account Deactivated"
    ACCOUNT_REACTIVATED = "Account Reactivated"
    ACCOUNT_DELETED = "Account Deleted"
    ACCOUNT_RESTORED = "Account Restored"
    ACCOUNT_ADOPTED = "Account Adopted"
    ACCOUNT_ROLES_UPDATED = "Account Roles Updated"
    ADMINISTRATOR_ADDED = "System Administrator Added"
    ADMINISTRATOR_REMOVED = "System Administrator Removed"
    MFA_ENROLLED = "MFA Enrolled"
    MFA_RESET = "MFA Reset"
    PASSWORD_CHANGED = "Password Changed"  # noqa: S105
    SIGNED_IN = "Signed In"
    SIGN_IN_LOCKED = "Sign-in Locked"
    ACCESS_TOKEN_CREATED = "Access Token Created"  # noqa: S105
    ACCESS_TOKEN_REMOVED = "Access Token Removed"  # noqa: S105
    ORGANIZATION_CREATED = "Organization Created"
    ORGANIZATION_UPDATED = "Organization Updated"
    ORGANIZATION_DELETED = "Organization Deleted"
    ROLE_CREATED = "Role Created"
    ROLE_UPDATED = "Role Updated"
    ROLE_DELETED = "Role Deleted"


class ActivityType(StrEnum):
    """The first filter of the log. "SSO" shows everything on SSO and SCIM (R105)."""

    SSO = "SSO"
    ACCOUNT = "Account"
    ORGANIZATION = "Organization"
    ROLE = "Role"


@dataclass(frozen=True, slots=True)
class Family:
    """Statuses that belong together in the filter.

    Attributes:
        type: The activity type that shows them.
        name: The heading above them. Those under "SCIM" and "SSO" are the fifteen (R107-R121), all others are ours.
        statuses: In the order of the list.
    """

    type: ActivityType
    name: str
    statuses: tuple[Status, ...]


_ALL = tuple(Status)


def _between(first: Status, last: Status) -> tuple[Status, ...]:
    return _ALL[_ALL.index(first) : _ALL.index(last) + 1]


FAMILIES = (
    Family(ActivityType.SSO, "SCIM", _between(Status.END_USER_CREATED, Status.USER_GROUP_UPDATED)),
    Family(ActivityType.SSO, "SSO", _between(Status.SSO_CREATED, Status.SSO_ENABLED)),
    Family(ActivityType.SSO, "More", _between(Status.SSO_UPDATED, Status.TOKEN_EXPIRING)),
    Family(ActivityType.ACCOUNT, "Account", _between(Status.ACCOUNT_CREATED, Status.ACCESS_TOKEN_REMOVED)),
    Family(
        ActivityType.ORGANIZATION,
        "Organization",
        _between(Status.ORGANIZATION_CREATED, Status.ORGANIZATION_DELETED),
    ),
    Family(ActivityType.ROLE, "Role", _between(Status.ROLE_CREATED, Status.ROLE_DELETED)),
)
TYPE_OF: Mapping[Status, ActivityType] = {status: family.type for family in FAMILIES for status in family.statuses}


MAX_SUBJECT_NAME = 256
"""Characters of a name that an activity keeps: enough to recognise somebody by, and no name makes it too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who caused a change.

    Attributes:
        kind: An identity provider's token, a person in the console, or Rollcall itself.
        id: The token's or the person's id.
        request_id: Ties the activity to the log of the request.
        name: What the person was called then; "" for tokens, whose id says enough.
        mfa: Whether the person entered a time-based code for this very change (R013, R014).
    """

    kind: Literal["token", "account", "system"]
    id: str
    request_id: str
    name: str = ""
    mfa: bool = False

    def verified(self) -> "Actor":
        """The same, with `mfa` set."""
        return replace(self, mfa=True)


ROLLCALL = Actor(kind="system", id="rollcall", request_id="", name="Rollcall")
"""Who does what nobody asked for at that moment: timers, and what follows by itself."""


type SubjectKind = Literal["user", "group", "token", "provider", "organization", "role", "accessToken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One accepted change. It names attributes and never holds their values, except the three of a user's standing.

    Attributes:
        id: Unique; a write whose outcome is unknown is recognised by it.
        time: When, UTC.
        status: The label.
        provider: The provider concerned.
        actor: See `Actor`.
        subject_kind: What was changed.
        subject_id: Its id.
        subject_name: Its name, cut after `MAX_SUBJECT_NAME`; "" where the change did not need to read it.
        organizations: The organizations whose activity this is (AMB-28).
        changed: Names of changed attributes.
        detail: What the label alone does not say ("active: true → false").
    """

    id: str
    time: datetime
    status: Status
    provider: str
    actor: Actor
    subject_kind: SubjectKind
    subject_id: str
    subject_name: str = ""
    organizations: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    detail: Sentence = NO_DETAIL

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject_name", self.subject_name[:MAX_SUBJECT_NAME])


_CREATED = {UserType.END_USER: Status.END_USER_CREATED, UserType.TECHNICIAN: Status.TECHNICIAN_CREATED}
_UPDATED = {UserType.END_USER: Status.END_USER_UPDATED, UserType.TECHNICIAN: Status.TECHNICIAN_UPDATED}
_DELETED = {UserType.END_USER: Status.END_USER_DISABLED, UserType.TECHNICIAN: Status.TECHNICIAN_DELETED}
"""There is no "End User Deleted": an end user who is deleted is disabled, and the detail says which (AMB-1)."""


def created_status(user: User) -> Status:
    """The label for a user's creation."""
    return _CREATED[user.standing.user_type]


def deleted_status(user: User) -> Status:
    """The label for a user's deletion (AMB-1)."""
    return _DELETED[user.standing.user_type]


def updated_status(before: User, after: User) -> Status:
    """The label for a change of a user: switching off an end user has its own (AMB-1, AMB-23)."""
    switched_off = before.standing.active and not after.standing.active
    if switched_off and after.standing.user_type is UserType.END_USER:
        return Status.END_USER_DISABLED
    return _UPDATED[after.standing.user_type]


def standing_changes(before: User, after: User, names: Mapping[str, str] = MappingProxyType({})) -> Sentence:
    """What changed of a user's standing: "active: true → false; managed by: Native → Contoso Entra".

    Args:
        before: The user as read.
        after: The same, changed.
        names: What identity providers are called, by their ids; others are called by the id.
    """
    managers = {NATIVE: NATIVE_MANAGER, **names}
    pairs = (
        ("active", _flag(before.standing.active), _flag(after.standing.active)),
        ("userType", Code(before.standing.user_type), Code(after.standing.user_type)),
        ("organization", before.standing.organization or NONE, after.standing.organization or NONE),
        ("managed by", *(managers.get(user.provider, user.provider) for user in (before, after))),
    )
    return Sentence.joined(change(name, old, new) for name, old, new in pairs if old != new)


def organizations_of(*users: User) -> tuple[str, ...]:
    """The organizations that see an activity about these states of an end user: both when one moves (AMB-28)."""
    ids = {user.standing.organization for user in users}
    return tuple(sorted(id_ for id_ in ids if id_ and id_ != "All"))


def _flag(value: bool) -> Code:  # noqa: FBT001 - the value is the argument
    return Code("true" if value else "false")
