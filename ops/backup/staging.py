"""Rows on disk: as a backup has them, and as they are to be restored. A directory need not fit into memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Literal, Self

from scim.storage.backup.lines import StoredRow, row_of, written_line
from scim.storage.tables.keys import prefix_range

_SCHEMA = """
CREATE TABLE {area} (
    tab TEXT, part TEXT, row TEXT, written TEXT, line BLOB, PRIMARY KEY (tab, part, row)
) WITHOUT ROWID
"""
_INSERT = """
INSERT INTO {area} VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET written = excluded.written, line = excluded.line WHERE excluded.written >= written
"""


class Area:
    """Rows by table, partition and key; of the same row the version that was written last."""

    def __init__(self, database: sqlite3.Connection, name: Literal["read", "planned"]) -> None:
        database.execute(_SCHEMA.format(area=name))
        self._database = database
        self._name = name
        self._insert = _INSERT.format(area=name)

    def add(self, table: str, rows: Iterable[StoredRow]) -> None:
        """Put rows in; of a row that is there already, the one stays that was written later."""
        values = ((table, row.partition, row.row_key, row.written, written_line(row)) for row in rows)
        self._database.executemany(self._insert, values)

    def remove(self, table: str, partition: str, row_keys: Iterable[str]) -> None:
        """Take rows out."""
        delete = f"DELETE FROM {self._name} WHERE tab = ? AND part = ? AND row = ?"  # noqa: S608 - a name of ours
        self._database.executemany(delete, ((table, partition, row_key) for row_key in row_keys))

    def get(self, table: str, partition: str, row_key: str) -> StoredRow | None:
        """The row, or None."""
        place = (table, partition, row_key)
        found = self._ask("SELECT line FROM {area} WHERE tab = ? AND part = ? AND row = ?", place).fetchone()
        return row_of(found[0]) if found else None

    def rows(self, table: str, partition: str, prefix: str = "") -> Iterator[StoredRow]:
        """The rows of a partition whose keys start with a prefix, in order; all of them without one."""
        where = "WHERE tab = ? AND part = ? AND row >= ? AND row < ? ORDER BY row"
        lines = self._ask(f"SELECT line FROM {{area}} {where}", (table, partition, *_span(prefix)))  # noqa: S608
        return (row_of(line) for (line,) in lines)

    def count(self, table: str, partition: str, prefix: str = "") -> int:
        """How many there are."""
        where = "WHERE tab = ? AND part = ? AND row >= ? AND row < ?"
        return self._number(f"SELECT count(*) FROM {{area}} {where}", (table, partition, *_span(prefix)))  # noqa: S608

    def total(self) -> int:
        """How many rows there are in all."""
        return self._number("SELECT count(*) FROM {area}", ())

    def tables(self) -> list[str]:
        """The tables that have rows, in order."""
        return [table for (table,) in self._ask("SELECT DISTINCT tab FROM {area} ORDER BY tab", ())]

    def partitions(self, table: str) -> list[str]:
        """The partitions of a table, in order."""
        return [part for (part,) in self._ask("SELECT DISTINCT part FROM {area} WHERE tab = ? ORDER BY part", (table,))]

    def _number(self, query: str, values: tuple[str, ...]) -> int:
        return int(self._ask(query, values).fetchone()[0])

    def _ask(self, query: str, values: tuple[str, ...]) -> sqlite3.Cursor:
        return self._database.execute(query.format(area=self._name), values)


class Staging:
    """Both areas.

    Attributes:
        read: What a backup has.
        planned: What is to be written.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        self.read = Area(database, "read")
        self.planned = Area(database, "planned")

    @classmethod
    @contextmanager
    def temporary(cls) -> Iterator[Self]:
        """In a file without a name, which is gone when the process ends, however it does; it has digests of passwords.

        https://sqlite.org/inmemorydb.html#temporary_databases
        """
        with closing(sqlite3.connect("")) as database:
            yield cls(database)


def _span(prefix: str) -> tuple[str, str]:
    if not prefix:
        return "", "\U0010ffff"
    span = prefix_range(prefix)
    return span.start, span.end
