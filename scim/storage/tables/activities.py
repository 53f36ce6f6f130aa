"""The `Activities` port over the directory table."""

from scim.domain.activities import Activity
from scim.storage.tables import entities
from scim.storage.tables.directory_table import DirectoryTable


class TableActivities:
    """See `scim.domain.ports.Activities`."""

    def __init__(self, table: DirectoryTable) -> None:
        self._table = table

    async def record(self, activity: Activity) -> None:
        """One call."""
        await self._table.commit([entities.activity_row(activity)], entities.activity_key(activity))
