"""A row as a line of text, and back: the JSON in which Table Storage itself tells of an entity.

Types that JSON lacks have their names beside them, as in answers of the service ("minimal metadata" of OData):

    {"PartitionKey": "idp", "RowKey": "entra", "Timestamp": "2026-11-23T19:22:38.0000001Z",
     "createdAt": "2026-11-23T12:00:00.000000Z", "createdAt@odata.type": "Edm.DateTime", "name": "Contoso Entra"}

https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote

from scim.storage.tables.limits import value_type
from scim.storage.tables.rows import Columns, Row, Value

_KEYS: Final = ("PartitionKey", "RowKey", "Timestamp")
_TYPE: Final = "@odata.type"
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z")
"""In an ETag; the service may leave out zeros at the end."""

_WRITERS: Final[Mapping[type[Value], tuple[str | None, Callable[[Any], object]]]] = {
    bool: (None, bool),
    int: ("Edm.Int64", str),
    float: ("Edm.Double", float),
    str: (None, str),
    bytes: ("Edm.Binary", lambda value: b64encode(value).decode()),
    datetime: ("Edm.DateTime", lambda value: f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"),
}
_READERS: Final[Mapping[str, Callable[[Any], Value]]] = {
    "Edm.Int64": int,
    "Edm.Double": float,
    "Edm.Binary": lambda text: b64decode(text, validate=True),
    "Edm.DateTime": datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of a backup.

    Attributes:
        partition: Its partition.
        row_key: Its key there.
        columns: Its columns, without the keys.
        written: When the service wrote it, to a ten-millionth of a second; such texts sort as the moments do.
    """

    partition: str
    row_key: str
    columns: Columns
    written: str = ""


def line_of(partition: str, row: Row) -> bytes:
    """The line of a row as it was read."""
    return written_line(StoredRow(partition, row.row_key, row.columns, _written(row.etag)))


def written_line(row: StoredRow) -> bytes:
    """The line of a row."""
    facts: dict[str, object] = dict(zip(_KEYS, (row.partition, row.row_key, row.written), strict=True))
    for name, value in row.columns.items():
        kind, write = _WRITERS[value_type(value)]
        facts[name] = write(value)
        if kind is not None:
            facts[name + _TYPE] = kind
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(line: bytes) -> StoredRow:
    """The row in a line.

    Raises:
        ValueError: There is none.
    """
    try:
        facts = json.loads(line)
        partition, row_key, written = (facts.pop(name) for name in _KEYS)
        kinds = {name.removesuffix(_TYPE): facts.pop(name) for name in list(facts) if name.endswith(_TYPE)}
        for name, kind in kinds.items():
            facts[name] = _READERS[kind](facts[name])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("This line holds no row.") from error
    return StoredRow(partition, row_key, facts, _moment(written))


def _moment(written: Any) -> str:
    if written == "" or (isinstance(written, str) and _TIME.fullmatch(written)):
        return str(written)
    raise ValueError("This is not the moment of a row.")


def _written(etag: str) -> str:
    found = _TIME.search(unquote(etag))
    return f"{found[1]}.{found[2] or '':0<7}Z" if found else ""
