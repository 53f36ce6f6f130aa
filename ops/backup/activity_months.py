"""What of the months of activities is restored.

A backup may have read a month while activities were moved there, and have some of an activity's lists without the
others. This can only be so for those of the time of the backup: of each that is found there, the outbox gets a copy,
from which the app moves it once more, and the rows of the month are left out.
"""

import re
from datetime import timedelta

from ops.backup.report import Report
from ops.backup.staging import Staging
from scim.storage.backup.lines import StoredRow
from scim.storage.backup.manifest import Manifest
from scim.storage.tables.activity_keys import OUTBOX, TABLE_PREFIX, boundary
from scim.storage.tables.keys import DIRECTORY, PARTITION

REQUESTS_LAST = timedelta(minutes=10)
"""What happened so long before the backup began was in the outbox by then, or moved as a whole: far longer than any
request lasts, and clocks differ."""
_PLACE = re.compile(r"\d{19}\|[^|]+\Z")


def plan(staging: Staging, manifest: Manifest, report: Report) -> None:
    """Plan what is to be written of the months, and of their activities into the outbox."""
    recent = boundary(manifest.started - REQUESTS_LAST)
    moved: set[str] = set()
    for table in staging.read.tables():
        if table.startswith(TABLE_PREFIX):
            for partition in staging.read.partitions(table):
                for row in staging.read.rows(table, partition):
                    found = _PLACE.search(row.row_key)
                    if found is None or found[0] >= recent:
                        staging.planned.add(table, [row])
                    elif found[0] not in moved:
                        moved.add(found[0])
                        outbox = StoredRow(PARTITION, OUTBOX + found[0], row.columns, row.written)
                        staging.planned.add(DIRECTORY, [outbox])
    report.count("activities to be put into their lists again", len(moved))
