"""Who may do what in the console and its API: one table, and everything asks it."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """What a technician role can grant. System administrators need none of them, end users can have none."""

    VIEW_IDENTITY = "viewIdentity"
    """See identity providers, their mappings, organizations and the system's activities."""
    VIEW_ORGANIZATIONS = "viewOrganizations"
    """See organizations and their activities."""
    VIEW_ACCOUNTS = "viewAccounts"
    """See all users, and the roles."""


class Action(StrEnum):
    """What use cases ask for."""

    VIEW_PROVIDERS = "view identity providers"
    MANAGE_PROVIDERS = "change identity providers"
    MANAGE_MAPPING = "change group mapping"
    VIEW_ORGANIZATIONS = "view organizations"
    MANAGE_ORGANIZATIONS = "change organizations"
    VIEW_ACCOUNTS = "view all users"
    MANAGE_ACCOUNTS = "change users"
    VIEW_ROLES = "view roles"
    MANAGE_ROLES = "change roles"
    VIEW_SYSTEM_ACTIVITIES = "view the system's activities"
    VIEW_ORGANIZATION_ACTIVITIES = "view organizations' activities"
    MANAGE_SETTINGS = "change settings"


_NOBODY_ELSE: frozenset[Permission] = frozenset()

SUFFICIENT: Mapping[Action, frozenset[Permission]] = {
    Action.VIEW_PROVIDERS: frozenset({Permission.VIEW_IDENTITY}),
    Action.MANAGE_PROVIDERS: _NOBODY_ELSE,
    Action.MANAGE_MAPPING: _NOBODY_ELSE,
    Action.VIEW_ORGANIZATIONS: frozenset({Permission.VIEW_IDENTITY, Permission.VIEW_ORGANIZATIONS}),
    Action.MANAGE_ORGANIZATIONS: _NOBODY_ELSE,
    Action.VIEW_ACCOUNTS: frozenset({Permission.VIEW_ACCOUNTS}),
    Action.MANAGE_ACCOUNTS: _NOBODY_ELSE,
    Action.VIEW_ROLES: frozenset({Permission.VIEW_IDENTITY, Permission.VIEW_ACCOUNTS}),
    Action.MANAGE_ROLES: _NOBODY_ELSE,
    Action.VIEW_SYSTEM_ACTIVITIES: frozenset({Permission.VIEW_IDENTITY}),
    Action.VIEW_ORGANIZATION_ACTIVITIES: frozenset({Permission.VIEW_IDENTITY, Permission.VIEW_ORGANIZATIONS}),
    Action.MANAGE_SETTINGS: _NOBODY_ELSE,
}
"""Each of these permissions alone is enough for the action. System administrators may do all of it (R082)."""


def may(action: Action, permissions: frozenset[Permission], *, administrator: bool) -> bool:
    """Whether somebody with these permissions may do it."""
    return administrator or bool(SUFFICIENT[action] & permissions)
