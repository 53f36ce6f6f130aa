"""The navigation at the left: one table of entries, each for those who may see what it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.console.paths import (
    END_USER_ROLES,
    IDENTITY_PROVIDERS,
    ORGANIZATIONS,
    SETTINGS,
    TECHNICIAN_ROLES,
    USERS,
)
from scim.console.visits import Visit
from scim.domain.authority import Action
from scim.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry.

    Attributes:
        label: What it is called.
        place: The path that it leads to, below the console's base; "" for a heading.
        icon: Of the sprite.
        action: What it takes to see it; None for everybody.
        entries: Those below it.
    """

    label: Sentence
    place: str = ""
    icon: str = ""
    action: Action | None = None
    entries: tuple["Entry", ...] = ()


_TREE = (
    Entry(
        Sentence("Dashboard"),
        entries=(
            Entry(Sentence("System dashboard"), "dashboard", "home"),
            Entry(Sentence("Activities"), "dashboard/activities/all", "activity", Action.VIEW_SYSTEM_ACTIVITIES),
            Entry(Sentence("Organization dashboard"), "dashboard/organizations", "building", Action.VIEW_ORGANIZATIONS),
        ),
    ),
    Entry(
        Sentence("Administration"),
        entries=(
            Entry(
                Sentence("Accounts"),
                entries=(
                    Entry(Sentence("All users"), USERS, "users", Action.VIEW_ACCOUNTS),
                    Entry(Sentence("Technician roles"), TECHNICIAN_ROLES, "wrench", Action.VIEW_ROLES),
                    Entry(Sentence("End user roles"), END_USER_ROLES, "tag", Action.VIEW_ROLES),
                    Entry(Sentence("Identity Providers"), IDENTITY_PROVIDERS, "key", Action.VIEW_PROVIDERS),
                ),
            ),
            Entry(Sentence("Organizations"), ORGANIZATIONS, "building", Action.VIEW_ORGANIZATIONS),
            Entry(Sentence("Settings"), SETTINGS, "sliders", Action.MANAGE_SETTINGS),
        ),
    ),
    Entry(Sentence("Help"), "help", "help"),
)


def entries(visit: Visit) -> Sequence[Entry]:
    """The entries for this person; headings without any are left out."""
    return tuple(filter(None, (_visible(entry, visit) for entry in _TREE)))


def _visible(entry: Entry, visit: Visit) -> Entry | None:
    if entry.place:
        return entry if entry.action is None or visit.may(entry.action) else None
    below = tuple(filter(None, (_visible(each, visit) for each in entry.entries)))
    return Entry(entry.label, entries=below) if below else None
