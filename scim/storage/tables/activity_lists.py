"""The lists in which an activity stands, and which of them answer a question."""

from collections.abc import Iterator
from dataclasses import dataclass

from scim.domain.activities import TYPE_OF, Activity
from scim.domain.activity_log import ActivityFilter
from scim.storage.tables.keys import encoded

MAX_LISTS = 4
"""Lists that are read side by side: of so many statuses each has its own, of more they are picked out of a longer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a question is answered.

    Attributes:
        prefixes: The lists to read together.
        is_exact: Whether they hold nothing but what is wanted; otherwise it has to be picked out of them.
    """

    prefixes: tuple[str, ...]
    is_exact: bool


def lists_of(activity: Activity) -> Iterator[str]:
    """The prefixes of the lists in which an activity stands."""
    yield "all|"
    yield f"type|{TYPE_OF[activity.status]}|"
    yield f"status|{activity.status}|"
    yield f"subject|{encoded(activity.subject_id)}|"
    yield f"actor|{encoded(activity.actor.id)}|"
    if activity.provider:
        yield f"provider|{encoded(activity.provider)}|"
    for organization in dict.fromkeys(activity.organizations):
        yield f"org|{encoded(organization)}|"


def plan(wanted: ActivityFilter) -> Plan:
    """The lists that have all that is wanted and, of those, are likely to be the shortest."""
    given: dict[str, list[str]] = {
        "subject": [wanted.subject],
        "org": [wanted.organization],
        "actor": [wanted.actor],
        "status": sorted(wanted.statuses),
        "provider": [wanted.provider],
        "type": [wanted.type or ""],
    }
    conditions = {name: values for name, values in given.items() if any(values)}
    for name, values in conditions.items():
        if len(values) <= MAX_LISTS:
            prefixes = tuple(f"{name}|{encoded(value)}|" for value in values)
            return Plan(prefixes, is_exact=len(conditions) == 1)
    return Plan(("all|",), is_exact=not conditions)
