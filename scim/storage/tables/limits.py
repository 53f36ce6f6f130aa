"""What Azure Tables refuses, checked before anything is sent.

The service answers such requests with 400 after they have travelled; the emulator accepts some of them. Both
implementations of the four verbs check here, so that a test finds what production would refuse. Every function raises
`ValueError`, which is always a mistake of the caller: users' input is bounded long before it gets here.

https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from scim.storage.tables.rows import (
    MAX_BATCH_OPERATIONS,
    MAX_PAGE_ROWS,
    Columns,
    Comparison,
    Delete,
    KeyRange,
    Merge,
    Operation,
    Replace,
    Value,
)

MAX_KEY_UNITS: Final = 512
"""UTF-16 code units in a PartitionKey or RowKey (1 KiB)."""
MAX_STRING_UNITS: Final = 32_768
"""UTF-16 code units in a string column (64 KiB)."""
MAX_BINARY_BYTES: Final = 65_536
"""Bytes in a binary column."""
MAX_COLUMNS: Final = 252
"""Columns of a row; with PartitionKey, RowKey and Timestamp they are the 255 properties of an entity."""
MAX_ROW_BYTES: Final = 1024 * 1024
"""Size of a row by the service's own formula (`row_bytes`)."""
MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
"""Size of a batch's request body."""
EARLIEST: Final = datetime(1601, 1, 1, tzinfo=UTC)
"""The first instant that a datetime column can hold."""

_OPERATION_ENVELOPE_BYTES: Final = 1024
"""Above the MIME and HTTP headers of one operation in a batch, without its keys."""
_QUOTED_UNIT_BYTES: Final = 9
"""A code unit in a URL, at most: three bytes of UTF-8, each written %HH."""
_ESCAPED_UNIT_BYTES: Final = 6
"""A code unit in JSON, at most: \\uHHHH."""
_VALUE_ENVELOPE_BYTES: Final = 128
"""Above the JSON around a value (quotes, its type's name), and above any number or date, without the column's name."""

_FORBIDDEN_IN_KEYS: Final = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_COLUMN_NAME: Final = re.compile(r"(?!(?:PartitionKey|RowKey|Timestamp)\Z)[A-Za-z_][A-Za-z0-9_]{0,254}\Z")
_INT64: Final = range(-(2**63), 2**63)


def code_units(text: str) -> int:
    """The length of a text in UTF-16 code units; lone surrogates are refused."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def check_key(key: str) -> None:
    """Refuse a partition or row key that the service does not take."""
    if _FORBIDDEN_IN_KEYS.search(key):
        raise ValueError("A key contains / \\ # ? or a control character.")
    if code_units(key) > MAX_KEY_UNITS:
        raise ValueError(f"A key is longer than {MAX_KEY_UNITS} code units.")


def is_key(text: str) -> bool:
    """Whether a row can have this key: whoever looks for another one finds nothing, and need not ask."""
    try:
        check_key(text)
    except ValueError:
        return False
    return True


def check_names(names: Iterable[str]) -> None:
    """Refuse column names that are not plain identifiers or that the service keeps for itself."""
    for name in names:
        if not _COLUMN_NAME.match(name):
            raise ValueError("A column's name is not an identifier or is reserved.")


def check_row(partition: str, row_key: str, columns: Columns) -> None:
    """Refuse a row that breaks a limit on names, values, their number or their size."""
    check_key(partition)
    check_key(row_key)
    check_names(columns)
    if len(columns) > MAX_COLUMNS:
        raise ValueError(f"A row has more than {MAX_COLUMNS} columns.")
    for value in columns.values():
        check_value(value)
    if row_bytes(partition, row_key, columns) > MAX_ROW_BYTES:
        raise ValueError(f"A row is larger than {MAX_ROW_BYTES} bytes.")


def check_value(value: Value) -> None:
    """Refuse a value that a column cannot hold."""
    if not _FITS[value_type(value)](value):
        raise ValueError("A column's value is out of the range of its type.")


def check_query(
    partition: str, keys: KeyRange, columns: Sequence[str] | None, where: Sequence[Comparison], limit: int
) -> None:
    """Refuse a query that the service would refuse. The ends of a range need not be possible keys."""
    check_key(partition)
    code_units(keys.start + keys.end)
    check_names(columns or ())
    check_names(condition.column for condition in where)
    for condition in where:
        check_value(condition.value)
    if not 1 <= limit <= MAX_PAGE_ROWS:
        raise ValueError(f"A page has 1 to {MAX_PAGE_ROWS} rows.")


def check_batch(partition: str, operations: Sequence[Operation]) -> None:
    """Refuse a batch that breaks a limit on its operations, their number or their size together."""
    if not 1 <= len(operations) <= MAX_BATCH_OPERATIONS:
        raise ValueError(f"A batch has 1 to {MAX_BATCH_OPERATIONS} operations.")
    if len({operation.row_key for operation in operations}) < len(operations):
        raise ValueError("A batch names a row twice.")
    for operation in operations:
        check_row(partition, operation.row_key, operation_columns(operation))
        if isinstance(operation, Replace | Merge | Delete) and not operation.etag:
            raise ValueError("A condition needs an ETag; rows of a projection have none.")
    if _more_than_batch_bytes(partition, operations):
        raise ValueError(f"A batch is larger than {MAX_BATCH_BYTES} bytes.")


def operation_columns(operation: Operation) -> Columns:
    """The columns that an operation writes."""
    return {} if isinstance(operation, Delete) else operation.columns


def value_type(value: Value) -> type[Value]:
    """The type of column that holds a value; a bool is no int here."""
    for kind in _FITS:
        if isinstance(value, kind):
            return kind
    raise ValueError("A column's value is of a type that cannot be stored.")


def operation_bytes(partition: str, operation: Operation) -> int:
    """What an operation takes of a batch's `MAX_BATCH_BYTES`, at most."""
    values = sum(_json_bound(name, value) for name, value in operation_columns(operation).items())
    return _envelope_bytes(partition, operation.row_key) + values


def batches[Each: Operation](partition: str, operations: Iterable[Each]) -> Iterator[list[Each]]:
    """As many operations on different rows of a partition at a time as a transaction takes."""
    batch: list[Each] = []
    size = 0
    for operation in operations:
        needed = operation_bytes(partition, operation)
        if len(batch) == MAX_BATCH_OPERATIONS or size + needed > MAX_BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(operation)
        size += needed
    if batch:
        yield batch


def row_bytes(partition: str, row_key: str, columns: Columns) -> int:
    """The size of a row as the service counts it.

    https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage
    """
    keys = 4 + 2 * (code_units(partition) + code_units(row_key))
    return keys + sum(8 + 2 * len(name) + _value_bytes(value) for name, value in columns.items())


def _value_bytes(value: Value) -> int:
    if isinstance(value, str):
        return 4 + 2 * code_units(value)
    return 4 + len(value) if isinstance(value, bytes) else 8


def _more_than_batch_bytes(partition: str, operations: Sequence[Operation]) -> bool:
    """Compare a cheap upper bound first: nearly every batch is small, and measuring JSON exactly means writing it."""
    if sum(operation_bytes(partition, operation) for operation in operations) <= MAX_BATCH_BYTES:
        return False
    envelopes = sum(_envelope_bytes(partition, operation.row_key) for operation in operations)
    values = [pair for operation in operations for pair in operation_columns(operation).items()]
    return envelopes + sum(_json_bytes(name, value) for name, value in values) > MAX_BATCH_BYTES


def _envelope_bytes(partition: str, row_key: str) -> int:
    units = code_units(partition) + code_units(row_key)
    return _OPERATION_ENVELOPE_BYTES + (_QUOTED_UNIT_BYTES + _ESCAPED_UNIT_BYTES) * units


def _json_bound(name: str, value: Value) -> int:
    text = _ESCAPED_UNIT_BYTES * code_units(value) if isinstance(value, str) else 0
    return text + _json_bytes(name, "" if isinstance(value, str) else value)


def _json_bytes(name: str, value: Value) -> int:
    envelope = _VALUE_ENVELOPE_BYTES + 2 * len(name)
    if isinstance(value, str):
        return envelope + len(json.dumps(value))
    return envelope + (2 * len(value) if isinstance(value, bytes) else 0)


_FITS: Final[Mapping[type[Value], Callable[[Any], bool]]] = {
    bool: lambda _value: True,
    int: _INT64.__contains__,
    float: math.isfinite,
    str: lambda value: code_units(value) <= MAX_STRING_UNITS,
    bytes: lambda value: len(value) <= MAX_BINARY_BYTES,
    datetime: lambda value: value.tzinfo is not None and value >= EARLIEST,
}
"""Storable types (bool before int, of which it is a subclass) and whether a value of the type fits."""
