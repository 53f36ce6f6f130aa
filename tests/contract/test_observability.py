"""Spans and the log tell how the app does, and nothing of the directory."""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from azure.core.settings import settings as sdk_settings
from azure.identity.aio import ManagedIdentityCredential
from azure.monitor.opentelemetry import _constants as distribution
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from scim import observability
from scim.bootstrap import _TALKATIVE, build
from scim.domain.tokens import generate_token
from scim.observability import ObservedRows
from scim.settings import Settings
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import PARTITION, TABLES
from scim.storage.tables.rows import KeyRange, StorageUnavailable
from tests.fakes.rows import FakeRows, FaultyRows, fail_before
from tests.world import World, user

ROOT = Path(__file__).parents[2]
MAIL = "anna.telemetry@contoso.com"


@pytest.fixture(scope="module")
def exporter():
    """Everything in this process that makes spans ends here, whoever made them."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


async def test_neither_people_nor_tokens_nor_keys_are_in_spans_or_the_log(emulators, exporter, caplog):
    """Security 1.5: with the real client, at the level at which the worker logs."""
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    exporter.clear()
    caplog.set_level(logging.INFO)
    wrong = generate_token().text
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(emulators.tables_url, credential, table_prefix="telemetry")
        await rows.ensure_tables(TABLES)
        world = await World.on(ObservedRows(rows))
        with trace.get_tracer("test").start_as_current_span("request"):
            anna = await world.created("/Users", user(MAIL))
            found = await world.call("GET", "/Users", filter=f'userName eq "{MAIL}"')
            clash = await world.call("POST", "/Users", user(MAIL))
            refused = await world.call(
                "GET", "/Users", filter=f'userName eq "{MAIL}"', headers={"Authorization": f"Bearer {wrong}"}
            )
        await world.app.background.drain()
        everything = await rows.query("directory", PARTITION, KeyRange("", "~"), columns=())
        row_keys = {part for row in everything.rows for part in row.row_key.split("|") if len(part) > 8}
        await rows.close()
    assert (found.json["totalResults"], clash.status, refused.status) == (1, 409, 401)

    spans = exporter.get_finished_spans()
    told = "\n".join([*(span.to_json() for span in spans), *caplog.messages, caplog.text])
    assert {span.name for span in spans} > {"request", "get directory", "query directory", "batch directory"}
    assert "request_answered" in told
    assert anna in row_keys
    for secret in (MAIL, MAIL.partition("@")[0], wrong, world.token, anna, *row_keys):
        assert secret not in told


async def test_a_verb_that_storage_refused_is_told_without_its_reason(exporter):
    exporter.clear()
    rows = ObservedRows(FaultyRows(FakeRows(), lambda _: fail_before))
    with pytest.raises(StorageUnavailable):
        await rows.get("directory", "p", MAIL)
    (span,) = exporter.get_finished_spans()
    assert (span.status.status_code, span.status.description, span.events) == (trace.StatusCode.ERROR, None, ())


@pytest.mark.parametrize(("connection_string", "kind"), [("", AzureRows), ("InstrumentationKey=0", ObservedRows)])
def test_storage_is_observed_when_there_is_a_place_for_telemetry(connection_string, kind, monkeypatch):
    monkeypatch.setattr(observability, "SETTLED_SECONDS", 3600.0)
    settings = {
        "PUBLIC_URL": "https://rollcall.example",
        "TABLES_URL": "https://x.table.core.windows.net",
        "KEY_VAULT_URL": "https://x.vault.azure.net",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string,
    }
    app = build(Settings.from_environment(settings))
    assert isinstance(app.rows, kind)
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.cancel()
    assert [(timer.interval, timer.daemon) for timer in timers] == [(3600.0, True)] * bool(connection_string)
    assert all(logging.getLogger(library).level == logging.WARNING for library in _TALKATIVE)


def test_no_library_makes_spans_by_itself():
    """Theirs hold whole URLs: with row keys, and with filters."""
    assert set(observability._NOT_WATCHED) == set(distribution._ALL_SUPPORTED_INSTRUMENTED_LIBRARIES)
    assert not sdk_settings.tracing_enabled()


def test_the_distribution_takes_how_it_is_set_up():
    """Nothing is sent: the address is this machine's discard port, and there is no identity."""
    program = """
import logging
from scim.observability import _start
from opentelemetry import trace
_start("InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://127.0.0.1:9/", "id")
from azure.core.settings import settings
print(type(trace.get_tracer_provider()).__name__, settings.tracing_enabled(), len(logging.getLogger().handlers))
import os; import sys; sys.stdout.flush(); os._exit(0)
"""
    assert run(program) == "TracerProvider False 0"


def run(program):
    quiet = {
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
        "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    }
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, **quiet},  # noqa: TID251
    )
    return result.stdout.strip()
