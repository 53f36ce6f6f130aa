"""What must hold of the directory's rows whenever nothing is going on, and looks at them for tests.

assert await violations(rows) == []
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ops.backup.checks import directory, violations
from scim.storage.tables.rows import Row

__all__ = ["activities", "directory", "kinds", "violations"]


def kinds(found: Mapping[str, Row]) -> Counter[str]:
    """How many rows there are by the first part of their keys."""
    return Counter(key.partition("|")[0] for key in found)


def activities(found: Mapping[str, Row]) -> list[dict[str, Any]]:
    """The activities, newest first, as plain values."""
    return [
        {**json.loads(str(row.columns["facts"])), "time": row.columns["time"], "status": row.columns["status"]}
        for key, row in sorted(found.items())
        if key.startswith("a|")
    ]
