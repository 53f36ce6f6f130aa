"""What Application Insights learns of the app besides what the host tells it: how long storage took (ADR 17).

Requests, their results and the log come from the host, which cuts queries off. Spans come from here, and hold the verb
and the table: no keys, no filters, no messages of exceptions, since all of these may name people.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Timer

from opentelemetry import trace

from scim.storage.tables.rows import (
    MAX_PAGE_ROWS,
    Comparison,
    Insert,
    KeyRange,
    Operation,
    Page,
    Row,
    StorageUnavailable,
    TablePage,
    TableStorage,
)

logger = logging.getLogger(__name__)

SETTLED_SECONDS = 10.0
"""How long after its start the app loads what sends spans: the requests that started it are answered by then."""
_NOT_WATCHED = (
    "azure_sdk", "django", "fastapi", "flask", "httpx", "httpx2", "psycopg2", "requests", "urllib", "urllib3",
)  # fmt: skip
"""Libraries whose spans the distribution would make by itself. They hold whole URLs: row keys, filters."""


class ObservedRows:
    """Rows that make a span of each verb.

    Args:
        rows: What does the work.
    """

    def __init__(self, rows: TableStorage) -> None:
        self._rows = rows
        self._tracer = trace.get_tracer("rollcall.storage")

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        """See `Rows.get`."""
        with self._span("get", table):
            return await self._rows.get(table, partition, row_key)

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
        with self._span("query", table):
            return await self._rows.query(
                table, partition, keys, where=where, columns=columns, limit=limit, continuation=continuation
            )

    async def batch(self, table: str, partition: str, operations: Sequence[Operation]) -> list[str]:
        """See `Rows.batch`."""
        with self._span("batch", table):
            return await self._rows.batch(table, partition, operations)

    async def insert(self, table: str, partition: str, row: Insert) -> str:
        """See `Rows.insert`."""
        with self._span("insert", table):
            return await self._rows.insert(table, partition, row)

    async def scan(self, table: str, *, since: datetime | None = None, continuation: str | None = None) -> TablePage:
        """See `Tables.scan`."""
        with self._span("scan", table):
            return await self._rows.scan(table, since=since, continuation=continuation)

    async def ensure_tables(self, names: Iterable[str]) -> None:
        """See `Tables.ensure_tables`."""
        await self._rows.ensure_tables(names)

    async def drop_table(self, name: str) -> None:
        """See `Tables.drop_table`."""
        await self._rows.drop_table(name)

    async def table_names(self, prefix: str) -> list[str]:
        """See `Tables.table_names`."""
        return await self._rows.table_names(prefix)

    @contextmanager
    def _span(self, verb: str, table: str) -> Iterator[None]:
        attributes: Mapping[str, str] = {"db.system": "azure.tables", "db.operation": verb, "db.name": table}
        with self._tracer.start_as_current_span(
            f"{verb} {table}",
            kind=trace.SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except StorageUnavailable:
                span.set_status(trace.StatusCode.ERROR)
                raise


def start_when_settled(connection_string: str, client_id: str | None) -> None:
    """Send spans from some seconds on; until then they cost next to nothing, and are lost.

    Args:
        connection_string: Of Application Insights.
        client_id: The identity that may publish there; None for the system-assigned one.
    """
    timer = Timer(SETTLED_SECONDS, _start, (connection_string, client_id))
    timer.daemon = True
    timer.start()


def _start(connection_string: str, client_id: str | None) -> None:
    """Load the distribution, which takes about half as long as all else that the app loads."""
    try:
        from azure.identity import ManagedIdentityCredential  # noqa: PLC0415 - as it says
        from azure.monitor.opentelemetry import configure_azure_monitor  # noqa: PLC0415 - as it says

        configure_azure_monitor(
            connection_string=connection_string,
            credential=ManagedIdentityCredential(client_id=client_id),
            instrumentation_options={library: {"enabled": False} for library in _NOT_WATCHED},
            enable_live_metrics=False,
            enable_performance_counters=False,
            disable_offline_storage=True,  # nothing of a directory is left on disks
        )
    except Exception:  # the app works without
        logger.exception("spans_not_sent")
