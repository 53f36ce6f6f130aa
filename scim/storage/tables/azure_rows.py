"""Table Storage over the Azure SDK.

Each verb is one call of the SDK and, when nothing fails, one HTTP request. What the SDK does by itself and a reader of
this module should know:

* It repeats reads after any failure and writes after 500, 503 and 504, although the write may have been applied. A
  `RowConflict` can therefore be the answer to our own second try. Callers recognize that by a row which only their
  first try can have written: the directory by the activity of the change.
* It waits as long as a `Retry-After` says and reads a dribbling answer for ever, so each verb has a deadline.
* On answers that are cut off it raises whatever its parsing runs into, not only `AzureError`.
* In filters it writes the numbers 0 and 1 as `false` and `true`, and integers of 32 bits without the suffix that they
  need; numbers are therefore written here. Texts, dates and bytes go in as parameters.
* With a host called `localhost` it speaks the dialect of Cosmos DB: use 127.0.0.1.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, Literal, cast

from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables import EdmType, EntityProperty, TableEntity, TableTransactionError, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from scim.storage.tables.limits import check_batch, check_key, check_query, check_row, value_type
from scim.storage.tables.rows import (
    ANY_ETAG,
    MAX_PAGE_ROWS,
    Columns,
    Comparison,
    Delete,
    Insert,
    KeyRange,
    Merge,
    Operation,
    Page,
    Replace,
    Row,
    RowConflict,
    StorageUnavailable,
    TableMissing,
    TablePage,
    Upsert,
    Value,
)

VERB_SECONDS: Final = 12
"""The longest that a verb takes, with all retries: half of what an identity provider waits for an answer."""
CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 6
"""The longest silence of the service; it gives up a query after 5 s itself."""
RETRIES: Final = 3
RETRY_BACKOFF_SECONDS: Final = 0.2
"""Retries follow at once, after 0.4 s and after 0.8 s, unless the service asks for longer."""

_SILENT: Final = logging.getLogger(f"{__name__}.requests")
_SILENT.setLevel(logging.CRITICAL)
"""Takes the SDK's log of every request and keeps none of it: URLs and filters hold personal data."""
_QUIET_ANSWER: Final = {"response_preference": "return-no-content"}
"""Otherwise the service sends back each row that it was sent."""

_REPEATED: Final = {"retry_on_methods": frozenset({"GET", "PUT", "MERGE", "PATCH", "DELETE", "POST"})}
"""Left alone, the SDK repeats a write that was refused for now, but not one whose connection broke, as one does that
the service has just closed because it was idle. Our writes can be repeated: see `directory_table`, `config_table`."""

_CONFLICTS: Final[Mapping[str, Literal["exists", "missing", "changed"]]] = {
    "EntityAlreadyExists": "exists",
    "EntityNotFound": "missing",
    "ResourceNotFound": "missing",
    "UpdateConditionNotSatisfied": "changed",
    "ConditionNotMet": "changed",
}
"""The service's error codes that say a condition did not hold. A status does not: 404 is also a table that is missing,
and 409 one that is being deleted."""
_NO_TABLE: Final = "TableNotFound"

type Credential = AsyncTokenCredential | AzureNamedKeyCredential
type SdkOperation = tuple[str, Mapping[str, Any], Mapping[str, Any]]


class AzureRows:
    """The four verbs on a storage account. It belongs to one event loop; close it there.

    Args:
        tables_url: The account's table endpoint.
        credential: Who we are; it stays the caller's to close.
        table_prefix: Put before every table's name, so that tests can share an account.
    """

    def __init__(self, tables_url: str, credential: Credential, *, table_prefix: str = "") -> None:
        self._service = TableServiceClient(
            tables_url,
            credential=credential,
            transport=_transport(),
            retry_total=RETRIES,
            retry_backoff_factor=RETRY_BACKOFF_SECONDS,
            logger=_SILENT,
        )
        self._table_prefix = table_prefix
        self._clients: dict[str, TableClient] = {}

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        """See `Rows.get`."""
        check_key(partition)
        check_key(row_key)
        async with _translated():
            try:
                return _row(await self._client(table).get_entity(partition, row_key))
            except HttpResponseError as error:
                if _CONFLICTS.get(_error_code(error)) == "missing":
                    return None
                raise

    async def query(
        self,
        table: str,
        partition: str,
        keys: KeyRange,
        *,
        where: Sequence[Comparison] = (),
        columns: Sequence[str] | None = None,
        limit: int = MAX_PAGE_ROWS,
        continuation: object | None = None,
    ) -> Page:
        """See `Rows.query`."""
        check_query(partition, keys, columns, where, limit)
        text, parameters = _filter(partition, keys, where)
        select = None if columns is None else ["RowKey", *columns]
        async with _translated():
            found = self._client(table).query_entities(
                text, parameters=parameters, select=select, results_per_page=limit
            )
            pages = cast("_Pages", found.by_page(continuation_token=cast("str | None", continuation)))
            page = await anext(pages)
            read = _row if columns is None else _projected_row
            return Page([read(entity) async for entity in page], pages.continuation_token)

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        """See `Rows.batch`."""
        check_batch(partition, operations)
        sent = [_OPERATIONS[type(operation)](partition, operation) for operation in operations]
        async with _translated(write=True):
            answers = await self._client(table).submit_transaction(sent, **_REPEATED)
            return [
                "" if isinstance(operation, Delete) else answer["etag"]
                for operation, answer in zip(operations, answers, strict=True)
            ]

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        """See `Rows.insert`."""
        check_row(partition, row.row_key, row.columns)
        entity = _entity(partition, row.row_key, row.columns)
        async with _translated(write=True):
            answer = await self._client(table).create_entity(entity, **_QUIET_ANSWER, **_REPEATED)
            return _present(answer["etag"])

    async def ensure_tables(self, names: Iterable[str]) -> None:
        """Create the tables that do not exist yet.

        Raises:
            StorageUnavailable: Not all of them exist now.
        """
        for name in names:
            async with _translated():
                await self._service.create_table_if_not_exists(self._table_prefix + name)

    async def drop_table(self, name: str) -> None:
        """See `Tables.drop_table`."""
        async with _translated():
            await self._service.delete_table(self._table_prefix + name)

    async def table_names(self, prefix: str) -> list[str]:
        """See `Tables.table_names`. One request for each thousand."""
        start = self._table_prefix + prefix
        names = {"start": start, "end": start[:-1] + chr(ord(start[-1]) + 1)}
        async with _translated():
            found = self._service.query_tables("TableName ge @start and TableName lt @end", parameters=names)
            return sorted([table.name.removeprefix(self._table_prefix) async for table in found])

    async def scan(self, table: str, *, since: datetime | None = None, continuation: str | None = None) -> TablePage:
        """See `Tables.scan`."""
        position = None if continuation is None else json.loads(continuation)
        client = self._client(table)
        async with _translated():
            found = (
                client.list_entities(results_per_page=MAX_PAGE_ROWS)
                if since is None
                else client.query_entities(
                    "Timestamp ge @since", parameters={"since": since}, results_per_page=MAX_PAGE_ROWS
                )
            )
            pages = cast("_Pages", found.by_page(continuation_token=position))
            page = await anext(pages)
            rows = [(str(entity["PartitionKey"]), _row(entity)) async for entity in page]
            following = pages.continuation_token
            return TablePage(rows, None if following is None else json.dumps(following))

    async def close(self) -> None:
        """Close the connections."""
        await self._service.close()

    def _client(self, table: str) -> TableClient:
        if table not in self._clients:
            self._clients[table] = self._service.get_table_client(self._table_prefix + table)
        return self._clients[table]


class _Pages(AsyncIterator[AsyncIterator[TableEntity]]):
    """What the SDK's `by_page` returns and does not declare."""

    continuation_token: object | None


def _transport() -> AioHttpTransport:
    """HTTP with our timeouts; it does not look for proxies in the environment at every request."""
    return AioHttpTransport(use_env_settings=False, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)


@asynccontextmanager
async def _translated(*, write: bool = False) -> AsyncIterator[None]:
    """Turn whatever an SDK call raises into the two errors of the port, and end it in time. Only writes conflict."""
    try:
        async with asyncio.timeout(VERB_SECONDS):
            yield
    except HttpResponseError as error:
        code = _error_code(error)
        kind = _CONFLICTS.get(code)
        if code == _NO_TABLE:
            raise TableMissing("There is no such table.") from error
        if kind is None or not write:
            raise StorageUnavailable("The table service refused a request.") from error
        raise RowConflict(kind, _failed_index(error)) from error
    except Exception as error:
        raise StorageUnavailable("The table service did not answer, or not in full.") from error


def _error_code(error: HttpResponseError) -> str:
    """The service's code for an error, "" when it sent none. The SDK leaves that of an insert in the body."""
    code = getattr(error, "error_code", None)
    if code is not None:
        return str(getattr(code, "value", code))
    try:
        return str(cast("Any", error.response).json()["odata.error"]["code"])
    except (AttributeError, LookupError, TypeError, ValueError):
        return ""


def _failed_index(error: HttpResponseError) -> int | None:
    """The failed operation's place in its batch. The SDK says 0 also when the service did not say."""
    said = isinstance(error, TableTransactionError) and str(error.message).startswith(f"{error.index}:")
    return cast("TableTransactionError", error).index if said else None


def _filter(partition: str, keys: KeyRange, where: Sequence[Comparison]) -> tuple[str, dict[str, Value]]:
    """An OData filter that names its texts as parameters, and the parameters."""
    # Azurite looks at every row of the table, term by term: it is done soonest when most rows fail the first.
    terms = ["RowKey lt @end", "RowKey ge @start", "PartitionKey eq @partition"]
    parameters: dict[str, Value] = {"partition": partition, "start": keys.start, "end": keys.end}
    for index, condition in enumerate(where):
        write_number = _NUMBERS.get(value_type(condition.value))
        if write_number is None:
            parameters[f"value{index}"] = condition.value
        operand = f"@value{index}" if write_number is None else write_number(condition.value)
        terms.append(f"{condition.column} {condition.operator} {operand}")
    return " and ".join(terms), parameters


_NUMBERS: Final[Mapping[type[Value], Callable[[Any], str]]] = {
    bool: lambda value: "true" if value else "false",
    int: "{}L".format,
    float: lambda value: repr(float(value)),
}
"""OData literals of the types that are no parameters."""


def _entity(partition: str, row_key: str, columns: Columns) -> dict[str, object]:
    encoded = {name: _ENCODERS[value_type(value)](value) for name, value in columns.items()}
    return {"PartitionKey": partition, "RowKey": row_key, **encoded}


_ENCODERS: Final[Mapping[type[Value], Callable[[Any], object]]] = {
    bool: bool,
    # One type for all integers: a comparison of a 32-bit with a 64-bit one is not defined.
    int: lambda value: (int(value), EdmType.INT64),
    float: float,
    str: str.__str__,
    bytes: bytes,
    datetime: lambda value: value,
}


def _row(entity: TableEntity) -> Row:
    return Row(entity["RowKey"], _columns(entity), _present(entity.metadata["etag"]))


def _projected_row(entity: TableEntity) -> Row:
    return Row(entity["RowKey"], _columns(entity), "")


def _columns(entity: TableEntity) -> Columns:
    """Columns without the keys, and without those that were asked for and that the row does not have."""
    return {
        name: _decoded(value)
        for name, value in entity.items()
        if value is not None and name not in ("PartitionKey", "RowKey")
    }


def _decoded(value: Any) -> Value:
    """Undo the SDK's own types of 64-bit integers and of dates."""
    if isinstance(value, EntityProperty):
        return cast("int", value.value)
    if isinstance(value, datetime):
        return datetime.combine(value, value.timetz())
    return cast("Value", value)


def _present(etag: str | None) -> str:
    if not etag:
        raise ValueError("An answer without an ETag.")
    return etag


def _insert(partition: str, operation: Insert) -> SdkOperation:
    return "create", _entity(partition, operation.row_key, operation.columns), _QUIET_ANSWER


def _upsert(partition: str, operation: Upsert) -> SdkOperation:
    return "upsert", _entity(partition, operation.row_key, operation.columns), {"mode": UpdateMode.REPLACE}


def _replace(partition: str, operation: Replace) -> SdkOperation:
    entity = _entity(partition, operation.row_key, operation.columns)
    return "update", entity, {"mode": UpdateMode.REPLACE, **_condition(operation.etag)}


def _merge(partition: str, operation: Merge) -> SdkOperation:
    entity = _entity(partition, operation.row_key, operation.columns)
    return "update", entity, {"mode": UpdateMode.MERGE, **_condition(operation.etag)}


def _delete(partition: str, operation: Delete) -> SdkOperation:
    return "delete", _entity(partition, operation.row_key, {}), _condition(operation.etag)


def _condition(etag: str) -> Mapping[str, object]:
    """With none, the SDK asks that the row exists."""
    return {} if etag == ANY_ETAG else {"etag": etag, "match_condition": MatchConditions.IfNotModified}


_OPERATIONS: Final[Mapping[type[Operation], Callable[[str, Any], SdkOperation]]] = {
    Insert: _insert,
    Upsert: _upsert,
    Replace: _replace,
    Merge: _merge,
    Delete: _delete,
}
