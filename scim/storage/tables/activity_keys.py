"""Where activities are: first in the outbox, which is a part of the directory, then in the table of their month.

An activity's *place*, `<inverted time>|<id>`, is the same in both, and sorts later ones first. A month's table,
`activityYYYYMM` (UTC), has one partition, and a row for each list in which the activity stands (ADR 14):

| row key | the list of |
|---|---|
| `all|<place>` | everything |
| `type|<type>|<place>`, `status|<status>|<place>` | a type, a status |
| `org|e(<orgId>)|<place>` | what an organization sees (AMB-28) |
| `subject|e(<id>)|<place>` | what was done to a user, a group, a token, ... |
| `provider|e(<id>)|<place>`, `actor|e(<id>)|<place>` | what concerns a provider; what somebody did |

Each row has the whole activity, so that a page of any list is one range.
"""

import re
from datetime import UTC, datetime, timedelta

OUTBOX = "a|"
"""The rows of the directory that hold activities."""
TABLE_PREFIX = "activity"
PARTITION = "log"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CEILING = 2**63
_DIGITS = 19
_POSITION = re.compile(r"\d{19}(\|[\w-]{1,64} )?")


def activity_place(moment: datetime, activity_id: str) -> str:
    """The activity's place."""
    return f"{_inverted(moment)}|{activity_id}"


def boundary(moment: datetime) -> str:
    """What stands behind the places of all that happened at this moment or later, and before all others."""
    return f"{int(_inverted(moment)) + 1:019d}"


def behind(place: str) -> str:
    """What stands right behind a place; no place is equal to it."""
    return f"{place} "


def is_position(text: str) -> bool:
    """Whether a text can be what `boundary` or `behind` returned."""
    return _POSITION.fullmatch(text) is not None


def month_of(position: str) -> datetime:
    """The first moment of the month in which the first activity at or behind a position would be."""
    microseconds = (_CEILING - int(position[:_DIGITS])) // 1000
    return month_start(_EPOCH + microseconds * _MICROSECOND)


def month_start(moment: datetime) -> datetime:
    """The first moment of a month."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def table_of(month: datetime) -> str:
    """The table of a month."""
    return f"{TABLE_PREFIX}{month:%Y%m}"


def end_of(table: str) -> datetime:
    """The first moment that is no longer in the month of a table."""
    return month_start(datetime.strptime(f"{table}01+0000", f"{TABLE_PREFIX}%Y%m%d%z") + timedelta(days=31))


def _inverted(moment: datetime) -> str:
    nanoseconds = (moment - _EPOCH) // _MICROSECOND * 1000
    return f"{_CEILING - nanoseconds:019d}"
